/* formats.h - pictures in every pixel format. */
#ifndef DIGIT_TEST_SUPPORT_FORMATS_H
#define DIGIT_TEST_SUPPORT_FORMATS_H

#include <digit/digit.h>

#include <string.h>

enum { FORMATS = DIGIT_PIXEL_GRAY1 + 1 };

/* Of a pixel. */
static inline uint32_t format_bits(uint32_t format)
{
    static const uint8_t bits[FORMATS] = {8, 24, 24, 32, 32, 32, 32, 32, 32, 16, 1};
    return bits[format];
}

static inline size_t format_row(uint32_t format, uint32_t width)
{
    return ((size_t)width * format_bits(format) + 7) / 8;
}

static inline void format_put_bit(uint8_t *row, size_t x, uint8_t level)
{
    const uint8_t bit = (uint8_t)(128 >> x % 8);
    row[x / 8] = (uint8_t)(level < 128 ? row[x / 8] & ~bit : row[x / 8] | bit);
}

/* Store an opaque grey pixel. One bit keeps black and white alone apart. */
static inline void format_put(uint8_t *row, size_t x, uint32_t format, uint8_t level)
{
    const size_t bytes = format_bits(format) / 8;
    const uint16_t word = (uint16_t)(257 * level);
    if (format == DIGIT_PIXEL_GRAY1)
        format_put_bit(row, x, level);
    else if (format == DIGIT_PIXEL_GRAY16)
        memcpy(row + 2 * x, &word, sizeof word);
    else
        memset(row + bytes * x, level, bytes);
    if (bytes == 4)
        row[4 * x + 3] = format == DIGIT_PIXEL_RGBX8 || format == DIGIT_PIXEL_BGRX8 ? 7 : 255;
}

#endif
