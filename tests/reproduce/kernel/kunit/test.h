/* As much of <kunit/test.h> as a test case names, for a syntax check: this is not the kernel's. */
#ifndef KUNIT_TEST_H
#define KUNIT_TEST_H
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8, __u8;
typedef uint16_t u16, __u16, __be16, __sum16;
typedef uint32_t u32, __u32, __be32, __wsum;
typedef unsigned long long u64, __u64;
typedef signed char s8;
typedef int16_t s16;

struct kunit { int failed; };
struct kunit_case { void (*run)(struct kunit *test); const char *name; };
struct kunit_suite { const char *name; struct kunit_case *test_cases; };

int pr_info_(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define pr_info(...) pr_info_(__VA_ARGS__)
#define __packed __attribute__((__packed__))
#define __aligned(bytes) __attribute__((__aligned__(bytes)))
#define KUNIT_CASE(test) { .run = test, .name = #test }
#define KUNIT_EXPECT_EQ(test, left, right) do { if ((left) != (right)) (test)->failed = 1; } while (0)
#define KUNIT_EXPECT_NE(test, left, right) do { if ((left) == (right)) (test)->failed = 1; } while (0)
#define kunit_test_suite(suite) struct kunit_suite *const exported_##suite = &suite
#define MODULE_LICENSE(text) extern const char license[sizeof(text)]
#endif
