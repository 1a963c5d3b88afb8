/* mem.h - memory, with the multiplication checked. */
#ifndef DG_BASE_MEM_H
#define DG_BASE_MEM_H

#include <stddef.h>

/* Vector code and GEMM want their buffers on a cache line. */
#define DG_ALIGNMENT 64

/*
 * Room for `count` items of `size` bytes, aligned to DG_ALIGNMENT. NULL when
 * memory is short or count * size overflows; the caller reports it. A count of
 * 0 gives a valid pointer. Contents are undefined (dg_alloc) or 0 (dg_alloc_zero).
 */
void *dg_alloc(size_t count, size_t size) __attribute__((malloc, warn_unused_result));
void *dg_alloc_zero(size_t count, size_t size) __attribute__((malloc, warn_unused_result));

/* A copy of a string. NULL when memory is short. */
char *dg_copy_text(const char *text) __attribute__((malloc, warn_unused_result));

/* Free what the functions above gave; NULL does nothing. */
void dg_free(void *memory);

#endif
