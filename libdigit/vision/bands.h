/* bands.h - a picture in bands of rows, a piece of work each. */
#ifndef DG_VISION_BANDS_H
#define DG_VISION_BANDS_H

#include <stddef.h>
#include <stdint.h>

/* Pixels in a band: enough that waking a thread for it pays. */
#define DG_BAND_PIXELS ((size_t)1 << 16)

static inline size_t dg_band_rows(size_t width)
{
    return DG_BAND_PIXELS / width + 1;
}

static inline uint32_t dg_band_count(size_t width, size_t height)
{
    return (uint32_t)((height + dg_band_rows(width) - 1) / dg_band_rows(width));
}

/* The rows of a band: *first .. the result - 1. */
static inline size_t dg_band_span(uint32_t band, size_t width, size_t height, size_t *first)
{
    const size_t end = (band + (size_t)1) * dg_band_rows(width);
    *first = band * dg_band_rows(width);
    return end < height ? end : height;
}

#endif
