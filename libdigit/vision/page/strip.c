#include "vision/page/strip.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"

#include <math.h>
#include <stdlib.h>

#define MARGIN 0.5 /* heights of a digit, on both sides */

/* A pixel of the strip is the mean of so many samples along each side, or fewer. */
#define SAMPLES_MOST 6

/* Density at a place between pixels, by bilinear interpolation; 0 outside. */
static float density_at(const dg_plane *ink, double x, double y)
{
    const double left = floor(x - 0.5), top = floor(y - 0.5);
    const float across = (float)(x - 0.5 - left), down = (float)(y - 0.5 - top);
    float sum = 0;
    if (left < -1 || top < -1 || left >= (double)ink->width || top >= (double)ink->height)
        return 0;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            const ptrdiff_t row = (ptrdiff_t)top + i, column = (ptrdiff_t)left + j;
            const float weight = (i ? down : 1 - down) * (j ? across : 1 - across);
            if (row >= 0 && column >= 0 && row < (ptrdiff_t)ink->height &&
                column < (ptrdiff_t)ink->width)
                sum += weight * ink->pixels[(size_t)row * ink->width + (size_t)column];
        }
    return sum;
}

/* The mean density of one pixel of the strip. */
static uint8_t pixel(const dg_plane *ink, const dg_strip *strip, uint32_t row, uint32_t column,
                     int samples)
{
    float sum = 0;
    for (int i = 0; i < samples; i++)
        for (int j = 0; j < samples; j++) {
            const double x = strip->left + strip->scale * (column + (j + 0.5) / samples);
            const double from_middle = row + (i + 0.5) / samples - DG_LINE_ROWS / 2.0;
            const double y = strip->middle + strip->slope * (x - strip->left) +
                             strip->scale * from_middle;
            sum += density_at(ink, x, y);
        }
    return (uint8_t)(sum / (float)(samples * samples) + 0.5f);
}

/* Where the middle of the line lies at its left end: the median of its tall segments, or of all if
 * there are none. A sign or a neighbour's ink below it must not move it. */
static digit_status find_middle(const dg_segment *segments, size_t count, double slope,
                                dg_strip *strip)
{
    double *middles = dg_alloc(count, sizeof *middles);
    size_t used = 0;
    if (!middles)
        return dg_fail_memory("a line", count * sizeof *middles);
    for (int small = 0; used == 0; small++)
        for (size_t i = 0; i < count; i++) {
            const dg_segment *s = &segments[i];
            const double x = (s->left + s->right + 1) / 2.0;
            if (!s->small || small)
                middles[used++] = (s->top + s->bottom + 1) / 2.0 - slope * (x - strip->left);
        }
    qsort(middles, used, sizeof *middles, dg_compare_f64);
    strip->middle = (middles[(used - 1) / 2] + middles[used / 2]) / 2;
    dg_free(middles);
    return DIGIT_OK;
}

digit_status dg_strip_make(const dg_plane *ink, const dg_segment *segments, size_t count,
                           double size, double slope, dg_strip *strip)
{
    int32_t left = segments[0].left, right = segments[0].right;
    for (size_t i = 1; i < count; i++) {
        left = dg_min_i32(left, segments[i].left);
        right = dg_max_i32(right, segments[i].right);
    }
    *strip = (dg_strip){.left = left - MARGIN * size, .scale = size / DG_STRIP_DIGIT,
                        .slope = slope};
    const double columns = ceil((right + 1 + MARGIN * size - strip->left) / strip->scale);
    strip->columns = (uint32_t)dg_min_f64(columns, DG_STRIP_COLUMNS_MOST);
    const digit_status status = find_middle(segments, count, slope, strip);
    if (status != DIGIT_OK)
        return status;
    strip->pixels = dg_alloc(DG_LINE_ROWS, strip->columns);
    if (!strip->pixels)
        return dg_fail_memory("a line", (size_t)DG_LINE_ROWS * strip->columns);
    const int samples = (int)dg_clamp_f64(ceil(strip->scale), 1, SAMPLES_MOST);
    for (uint32_t row = 0; row < DG_LINE_ROWS; row++)
        for (uint32_t column = 0; column < strip->columns; column++)
            strip->pixels[(size_t)row * strip->columns + column] =
                pixel(ink, strip, row, column, samples);
    return DIGIT_OK;
}

void dg_strip_free(dg_strip *strip)
{
    dg_free(strip->pixels);
    *strip = (dg_strip){0};
}

double dg_strip_x(const dg_strip *strip, double column)
{
    return strip->left + strip->scale * column;
}
