/* strip.h - a line of writing as a network reads it: 32 rows of ink density. */
#ifndef DG_VISION_PAGE_STRIP_H
#define DG_VISION_PAGE_STRIP_H

#include "base/alphabet.h"
#include "vision/page/segments.h"
#include "vision/pixels.h"

/* Height of a digit of the line's size, in rows: what lines for training are drawn around. */
#define DG_STRIP_DIGIT 21.0

/* The strip's middle row lies on `y` = middle + slope * (x - left), in pixels of the picture. */
typedef struct dg_strip {
    uint8_t *pixels;  /* [DG_LINE_ROWS][columns]: 0 paper .. 255 ink */
    uint32_t columns;
    double left;   /* of column 0 */
    double scale;  /* pixels a column, and a row */
    double middle, slope;
} dg_strip;

/* The wider a strip, the more memory its network wants: what is further right is left out. */
#define DG_STRIP_COLUMNS_MOST 1024

/* Segments that are no longer than this, in heights of a digit, are in a strip as a whole. */
#define DG_STRIP_HEIGHTS_MOST 45

/* The strip of segments[count], neighbours in one line of digits `size` pixels high, with a margin
 * of half a digit. `slope` is the line's. Release with dg_strip_free(), after a failure too. */
digit_status dg_strip_make(const dg_plane *ink, const dg_segment *segments, size_t count,
                           double size, double slope, dg_strip *strip);

void dg_strip_free(dg_strip *strip);

/* Of a column, which may have a fraction: its place in the picture. */
double dg_strip_x(const dg_strip *strip, double column);

#endif
