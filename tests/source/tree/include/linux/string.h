#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H
#include <linux/types.h>
void *memset(void *to, int value, size_t length);
void *memcpy(void *to, const void *from, size_t length);
#endif
