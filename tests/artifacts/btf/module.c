/* A module over kernel.c: one struct of its own, one of a name that the kernel has too, one that is the same in both. */
struct bits { int another; };
typedef unsigned int u32;
struct fwd { u32 defined; struct bits bits; };
struct module_cb { struct fwd *fwd; struct fwd held; u32 late : 9; };
struct module_cb module_cb;
