#include "base/grow.h"

#include "base/mem.h"

#include <string.h>

void *dg_grow(void *items, size_t count, size_t *room, size_t more, size_t size)
{
    if (items && more <= *room - count)
        return items;
    const size_t wanted = 2 * (count + more) + 16;
    void *larger = dg_alloc(wanted, size);
    if (!larger)
        return NULL;
    if (count > 0)
        memcpy(larger, items, count * size);
    dg_free(items);
    *room = wanted;
    return larger;
}
