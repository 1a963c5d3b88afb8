#include "picture_bytes.h"

#include <string.h>

enum { ORIENTATION_TAG = 0x0112, TIFF_SHORT = 3 };

/* Numbers of either byte order; the caller has checked that they are inside. */
static uint16_t get16(const uint8_t *b, int big)
{
    return big ? (uint16_t)(b[0] << 8 | b[1]) : (uint16_t)(b[1] << 8 | b[0]);
}

static uint32_t get32(const uint8_t *b, int big)
{
    return big ? (uint32_t)get16(b, 1) << 16 | get16(b + 2, 1)
               : (uint32_t)get16(b + 2, 0) << 16 | get16(b, 0);
}

static uint64_t get64(const uint8_t *b, int big)
{
    return big ? (uint64_t)get32(b, 1) << 32 | get32(b + 4, 1)
               : (uint64_t)get32(b + 4, 0) << 32 | get32(b, 0);
}

static int begins(const uint8_t *bytes, size_t size, const char *magic, size_t length)
{
    return size >= length && memcmp(bytes, magic, length) == 0;
}

enum picture_kind picture_bytes_kind(const uint8_t *bytes, size_t size)
{
    if (begins(bytes, size, "\x89PNG\r\n\x1a\n", 8))
        return PICTURE_PNG;
    if (begins(bytes, size, "\xff\xd8\xff", 3))
        return PICTURE_JPEG;
    if (begins(bytes, size, "BM", 2))
        return PICTURE_BMP;
    if (begins(bytes, size, "II*\0", 4) || begins(bytes, size, "MM\0*", 4) ||
        begins(bytes, size, "II+\0", 4) || begins(bytes, size, "MM\0+", 4))
        return PICTURE_TIFF;
    if (begins(bytes, size, "RIFF", 4) && size >= 12 && memcmp(bytes + 8, "WEBP", 4) == 0)
        return PICTURE_WEBP;
    return PICTURE_UNKNOWN;
}

/* `exif` is a small TIFF file: header, then a table of 12-byte entries. */
static int exif_orientation(const uint8_t *exif, size_t size)
{
    if (begins(exif, size, "Exif\0\0", 6)) {
        exif += 6;
        size -= 6;
    }
    if (picture_bytes_kind(exif, size) != PICTURE_TIFF || size < 10)
        return 1;
    const int big = exif[0] == 'M';
    const uint32_t table = get32(exif + 4, big);
    if (table > size - 2)
        return 1;
    const uint8_t *entry = exif + table + 2;
    size_t left = size - table - 2;
    for (uint16_t count = get16(exif + table, big); count > 0 && left >= 12; count--) {
        if (get16(entry, big) == ORIENTATION_TAG && get16(entry + 2, big) == TIFF_SHORT) {
            const int value = get16(entry + 8, big);
            return value >= 1 && value <= 8 ? value : 1;
        }
        entry += 12;
        left -= 12;
    }
    return 1;
}

static int jpeg_orientation(const uint8_t *bytes, size_t size)
{
    size_t at = 2;
    while (size - at >= 4 && bytes[at] == 0xff) {
        const uint8_t marker = bytes[at + 1];
        if (marker == 0xff) { /* padding */
            at++;
            continue;
        }
        if (marker == 0xda || marker == 0xd9)
            break;
        const size_t length = get16(bytes + at + 2, 1); /* counts itself */
        if (length < 2 || length > size - at - 2)
            break;
        const uint8_t *payload = bytes + at + 4;
        if (marker == 0xe1 && begins(payload, length - 2, "Exif\0\0", 6))
            return exif_orientation(payload, length - 2);
        at += 2 + length;
    }
    return 1;
}

/* The first chunk named `name` after `from`; returns its offset or `size`.
 * `big` = PNG: length, name, data, CRC; else RIFF: name, length, data, even. */
static size_t find_chunk(const uint8_t *bytes, size_t size, size_t from, const char *name, int big)
{
    size_t at = from;
    while (size - at >= 8) {
        const uint32_t length = get32(bytes + at + (big ? 0 : 4), big);
        if (length > size - at - 8)
            return size;
        if (memcmp(bytes + at + (big ? 4 : 0), name, 4) == 0)
            return at;
        const size_t whole = 8 + (size_t)length + (big ? 4 : length & 1);
        if (whole > size - at)
            return size;
        at += whole;
    }
    return size;
}

int picture_bytes_orientation(enum picture_kind kind, const uint8_t *bytes, size_t size)
{
    if (kind == PICTURE_JPEG)
        return jpeg_orientation(bytes, size);
    if (kind != PICTURE_PNG && kind != PICTURE_WEBP)
        return 1;
    const int big = kind == PICTURE_PNG;
    const size_t at = find_chunk(bytes, size, big ? 8 : 12, big ? "eXIf" : "EXIF", big);
    if (at == size)
        return 1;
    return exif_orientation(bytes + at + 8, get32(bytes + at + (big ? 0 : 4), big));
}

/* How the tables of a TIFF file are laid out: classic or BigTIFF, either byte order. */
typedef struct tiff_layout {
    int big;
    size_t head, entry, value, tail; /* bytes of the count, an entry, to its value, the link */
} tiff_layout;

typedef struct tiff_table {
    size_t entries; /* offset of the first entry */
    uint64_t count; /* entries that are there in full */
    uint64_t next;  /* offset of the next page's table; 0 = none */
} tiff_table;

static tiff_layout tiff_begin(const uint8_t *bytes, uint64_t *first)
{
    const int big = bytes[0] == 'M';
    const int wide = get16(bytes + 2, big) == 43; /* BigTIFF: 64-bit offsets */
    *first = wide ? get64(bytes + 8, big) : get32(bytes + 4, big);
    return wide ? (tiff_layout){.big = big, .head = 8, .entry = 20, .value = 12, .tail = 8}
                : (tiff_layout){.big = big, .head = 2, .entry = 12, .value = 8, .tail = 4};
}

static int tiff_read_table(const uint8_t *bytes, size_t size, const tiff_layout *l, uint64_t at,
                           tiff_table *table)
{
    if (at == 0 || at > size - l->head)
        return -1;
    const uint8_t *start = bytes + at;
    const uint64_t count = l->head == 8 ? get64(start, l->big) : get16(start, l->big);
    const size_t left = size - (size_t)at - l->head;
    *table = (tiff_table){.entries = (size_t)at + l->head, .count = count};
    if (count > left / l->entry)
        table->count = left / l->entry;
    else if (left - count * l->entry >= l->tail) {
        const uint8_t *link = start + l->head + count * l->entry;
        table->next = l->tail == 8 ? get64(link, l->big) : get32(link, l->big);
    }
    return 0;
}

uint32_t picture_bytes_tiff_pages(const uint8_t *bytes, size_t size, uint32_t most)
{
    if (picture_bytes_kind(bytes, size) != PICTURE_TIFF || size < 16)
        return 0;
    tiff_table table = {0};
    const tiff_layout layout = tiff_begin(bytes, &table.next);
    uint32_t pages = 0;
    while (pages < most && tiff_read_table(bytes, size, &layout, table.next, &table) == 0)
        pages++;
    return pages;
}

int picture_bytes_tiff_take_orientation(uint8_t *bytes, size_t size, uint32_t page)
{
    tiff_table table = {0};
    const tiff_layout layout = tiff_begin(bytes, &table.next);
    for (uint32_t i = 0; i <= page; i++) {
        if (tiff_read_table(bytes, size, &layout, table.next, &table) != 0)
            return 1;
    }
    for (uint64_t i = 0; i < table.count; i++) {
        uint8_t *entry = bytes + table.entries + i * layout.entry;
        uint8_t *value = entry + layout.value;
        if (get16(entry, layout.big) != ORIENTATION_TAG ||
            get16(entry + 2, layout.big) != TIFF_SHORT)
            continue;
        const int found = get16(value, layout.big);
        value[0] = layout.big ? 0 : 1;
        value[1] = layout.big ? 1 : 0;
        return found >= 1 && found <= 8 ? found : 1;
    }
    return 1;
}

int picture_bytes_png_is_deep(const uint8_t *bytes, size_t size)
{
    return size > 25 && bytes[24] == 16 && bytes[25] == 0;
}

size_t picture_bytes_png_drop_key(uint8_t *bytes, size_t size)
{
    if (size <= 25 || (bytes[25] != 0 && bytes[25] != 2))
        return size;
    const size_t at = find_chunk(bytes, size, 8, "tRNS", 1);
    if (at == size)
        return size;
    const size_t whole = (size_t)get32(bytes + at, 1) + 12;
    if (whole > size - at)
        return size;
    memmove(bytes + at, bytes + at + whole, size - at - whole);
    return size - whole;
}

int picture_bytes_bmp_size(const uint8_t *bytes, size_t size, int64_t *width,
                           int64_t *height, int *bits)
{
    if (size < 54 || get32(bytes + 14, 0) < 40)
        return -1;
    *width = (int32_t)get32(bytes + 18, 0);
    *height = (int32_t)get32(bytes + 22, 0);
    if (*height < 0) /* top row first */
        *height = -*height;
    *bits = get16(bytes + 28, 0);
    return 0;
}

size_t picture_bytes_bmp_tidy(uint8_t *bytes, size_t size)
{
    static const uint8_t usual_masks[12] = {0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0};
    int64_t width, height;
    int bits;
    if (picture_bytes_bmp_size(bytes, size, &width, &height, &bits) != 0 || width < 1)
        return size;
    if (bits == 32 && get32(bytes + 14, 0) >= 108 && bytes[30] == 3 && size >= 70 &&
        memcmp(bytes + 54, usual_masks, sizeof usual_masks) == 0)
        bytes[30] = 0;
    memset(bytes + 34, 0, 4); /* 0 = work the number of bytes out */
    const uint64_t row = ((uint64_t)width * (uint64_t)bits + 31) / 32 * 4;
    const uint64_t whole = get32(bytes + 10, 0) + row * (uint64_t)height;
    return whole < size ? (size_t)whole : size;
}
