#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void *dg_alloc(size_t count, size_t size)
{
    size_t bytes, rounded;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, (size_t)DG_ALIGNMENT - 1, &rounded))
        return NULL;
    rounded &= ~(size_t)(DG_ALIGNMENT - 1);
    return aligned_alloc(DG_ALIGNMENT, rounded ? rounded : DG_ALIGNMENT);
}

void *dg_alloc_zero(size_t count, size_t size)
{
    void *memory = dg_alloc(count, size);
    if (memory)
        memset(memory, 0, count * size);
    return memory;
}

char *dg_copy_text(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = dg_alloc(size, 1);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

void dg_free(void *memory)
{
    free(memory);
}
