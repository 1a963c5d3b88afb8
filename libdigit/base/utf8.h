/* utf8.h - texts cut between characters. */
#ifndef DG_BASE_UTF8_H
#define DG_BASE_UTF8_H

#include "base/number.h"

#include <stdbool.h>

/* Is this byte one of a character's, but not its first? */
static inline bool dg_utf8_continues(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* How many bytes of text[length] to keep, if `most` fit: whole characters only. */
static inline size_t dg_utf8_cut(const char *text, size_t length, size_t most)
{
    size_t kept = dg_min_size(length, most);
    while (kept < length && kept > 0 && dg_utf8_continues(text[kept]))
        kept--;
    return kept;
}

#endif
