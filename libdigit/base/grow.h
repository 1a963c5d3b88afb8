/* grow.h - arrays that grow. */
#ifndef DG_BASE_GROW_H
#define DG_BASE_GROW_H

#include <stddef.h>

/*
 * Room for `more` items of `size` bytes behind items[count], of which *room may be used
 * so far. Returns where the items now are, or NULL when memory is short; then they are
 * still where they were.
 */
void *dg_grow(void *items, size_t count, size_t *room, size_t more, size_t size)
    __attribute__((warn_unused_result));

#endif
