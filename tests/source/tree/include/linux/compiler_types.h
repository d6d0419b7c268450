#define __force
#define __always_inline inline __attribute__((__always_inline__))
