#include "api/sized.h"

#include "base/error.h"
#include "base/number.h"

#include <string.h>

#define SIZE_MOST 4096 /* no struct of ours gets there: a larger one was never initialised */

static size_t size_of(const void *sized)
{
    size_t size;
    memcpy(&size, sized, sizeof size);
    return size;
}

digit_status dg_sized_check(const char *name, const void *theirs, size_t least)
{
    const size_t size = size_of(theirs);
    if (size >= least && size <= SIZE_MOST)
        return DIGIT_OK;
    return dg_fail(DIGIT_ERR_ARGUMENT, "%s: size is %zu, not %zu to %d: set it first", name, size,
                   least, SIZE_MOST);
}

digit_status dg_sized_read(const char *name, const void *theirs, size_t least, void *ours,
                           size_t size)
{
    const digit_status status = dg_sized_check(name, theirs, least);
    if (status != DIGIT_OK)
        return status;
    const size_t their_size = size_of(theirs);
    const unsigned char *bytes = theirs;
    for (size_t i = size; i < their_size; i++)
        if (bytes[i] != 0)
            return dg_fail(DIGIT_ERR_UNSUPPORTED,
                           "%s: an option of a later release is set (byte %zu)", name, i);
    memcpy(ours, theirs, dg_min_size(size, their_size));
    return DIGIT_OK;
}

void dg_sized_write(void *theirs, const void *ours, size_t size)
{
    const size_t their_size = size_of(theirs);
    memcpy(theirs, ours, dg_min_size(size, their_size));
    if (their_size > size)
        memset((unsigned char *)theirs + size, 0, their_size - size);
    memcpy(theirs, &their_size, sizeof their_size);
}

void dg_sized_init(void *theirs, size_t their_size, const void *defaults, size_t size)
{
    if (!theirs || their_size < sizeof their_size || their_size > SIZE_MOST)
        return;
    memcpy(theirs, &their_size, sizeof their_size);
    dg_sized_write(theirs, defaults, size);
}
