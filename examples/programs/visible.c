#include "visible.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A range of characters that are not shown as they are. */
typedef struct range {
    uint32_t first, last;
} range;

static const range hidden[] = {
    {0x0000, 0x001f}, /* C0 controls */
    {0x007f, 0x009f}, /* DEL and C1 controls */
    {0x061c, 0x061c}, /* bidirectional formatting (Unicode, UAX 9) */
    {0x200e, 0x200f},
    {0x2028, 0x202e}, /* line and paragraph separators, bidirectional formatting */
    {0x2066, 0x206f}, /* bidirectional isolates, deprecated formatting */
    {0xfffe, 0xffff}, /* no characters, and not allowed in XML */
};

size_t visible_decode(const char *text, uint32_t *code)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000}; /* for each length */
    const unsigned char first = (unsigned char)text[0];
    *code = first;
    if (first < 0x80)
        return 1;
    const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc0 || first >= 0xf8)
        return 0;
    *code = first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80) /* the end of the text, too */
            return 0;
        *code = *code << 6 | ((unsigned char)text[i] & 0x3f);
    }
    const bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < least[length] || *code > 0x10ffff || surrogate ? 0 : length;
}

static bool is_hidden(uint32_t code)
{
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        if (code >= hidden[i].first && code <= hidden[i].last)
            return true;
    }
    return false;
}

size_t visible_form(const char *text, char form[VISIBLE_ROOM])
{
    uint32_t code;
    const size_t length = visible_decode(text, &code);
    if (length > 0 && !is_hidden(code)) {
        memcpy(form, text, length);
        form[length] = '\0';
        return length;
    }
    /* A byte that begins no character, or a character by its number. */
    if (length <= 1)
        snprintf(form, VISIBLE_ROOM, "\\x%02x", (unsigned char)text[0]);
    else
        snprintf(form, VISIBLE_ROOM, "\\u%04x", (unsigned)code & 0xffff);
    return length > 0 ? length : 1;
}
