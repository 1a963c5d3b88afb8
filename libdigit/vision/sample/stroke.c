#include "vision/sample/stroke.h"

#include <math.h>

/* Half full, and more: inside a stroke. */
#define INSIDE 128

/*
 * Width is area by length. A line of length L at an angle has L |sin| runs of
 * ink across and L |cos| down, so the root of the squares of the two counts is
 * its length; for a circle that is a tenth too little, for a digit less.
 */
double dg_stroke_width(const dg_plane *ink, const digit_box *box)
{
    const size_t width = (size_t)box->width;
    uint64_t mass = 0, across = 0, down = 0;
    const uint8_t *above = NULL;
    for (int32_t y = 0; y < box->height; y++) {
        const uint8_t *row = ink->pixels + (size_t)(box->y + y) * ink->width + box->x;
        uint32_t row_mass = 0, row_across = row[0] >= INSIDE, row_down = 0;
        for (size_t x = 0; x < width; x++)
            row_mass += row[x];
        for (size_t x = 1; x < width; x++)
            row_across += (row[x] >= INSIDE) & (row[x - 1] < INSIDE);
        for (size_t x = 0; x < width; x++)
            row_down += (row[x] >= INSIDE) & (!above || above[x] < INSIDE);
        mass += row_mass;
        across += row_across;
        down += row_down;
        above = row;
    }
    const double length = hypot((double)across, (double)down);
    return length > 0 ? (double)mass / 255 / length : 0;
}
