#include "counting.h"

#include "base/mem.h"

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>

counting counted;

static bool under_way; /* not where threads are at work */

static bool fails(size_t size)
{
    counted.calls++;
    counted.asked += size;
    return counted.fail_at && (counted.calls == counted.fail_at ||
                               (counted.fail_on && counted.calls > counted.fail_at));
}

static void *json_alloc(size_t size)
{
    void *memory = fails(size) ? NULL : malloc(size);
    counted.held += malloc_usable_size(memory);
    return memory;
}

static void json_free(void *memory)
{
    counted.held -= malloc_usable_size(memory);
    free(memory);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    void *memory = NULL;
    if ((under_way && fails(size)) || posix_memalign(&memory, alignment, size) != 0)
        return NULL;
    return memory;
}

void counting_begin(void)
{
    json_set_alloc_funcs(json_alloc, json_free);
    counted = (counting){0};
    under_way = true;
}

bool counting_works(void)
{
    const int before = counted.calls;
    dg_free(dg_alloc(1, 1));
    return counted.calls > before;
}
