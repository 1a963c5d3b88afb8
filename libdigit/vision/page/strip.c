#include "vision/page/strip.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"

#include <math.h>

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

/* Where the middle of the line's tall segments lies at its left end. */
static double middle_of(const dg_segment *segments, size_t count, double slope, double left)
{
    double all = 0, tall = 0;
    size_t talls = 0;
    for (size_t i = 0; i < count; i++) {
        const dg_segment *c = &segments[i];
        const double x = (c->left + c->right + 1) / 2.0, y = (c->top + c->bottom + 1) / 2.0;
        const double middle = y - slope * (x - left);
        all += middle;
        tall += c->small ? 0 : middle;
        talls += !c->small;
    }
    return talls > 0 ? tall / (double)talls : all / (double)count;
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
    strip->middle = middle_of(segments, count, slope, strip->left);
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
