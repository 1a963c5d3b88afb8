#include "vision/sample/margin.h"

#include "base/number.h"

#include <string.h>

/* Of the shorter side: what is looked at in each corner, and how wide the margin becomes. */
#define CORNER_PART 10
#define MARGIN_PART 4

#define CORNER_MOST 31 /* pixels: larger corners tell no more */

/* Corners agree if they lie within this part of all levels of the picture. */
#define AGREEMENT 5

size_t dg_margin_width(size_t width, size_t height)
{
    return dg_min_size(width, height) / MARGIN_PART + 2;
}

/* Of an odd number of pixels, so that it is the level of one of them. */
static int corner_median(const dg_plane *grey, size_t left, size_t top, size_t side)
{
    uint32_t counts[256] = {0}, below = 0;
    int level = 0;
    for (size_t y = top; y < top + side; y++)
        for (size_t x = left; x < left + side; x++)
            counts[grey->pixels[y * grey->width + x]]++;
    while ((below += counts[level]) * 2 < side * side)
        level++;
    return level;
}

static void sort_four(int v[4])
{
    for (int i = 1; i < 4; i++) {
        const int value = v[i];
        int place = i;
        for (; place > 0 && v[place - 1] > value; place--)
            v[place] = v[place - 1];
        v[place] = value;
    }
}

static int range(const dg_plane *grey)
{
    uint8_t least = 255, most = 0;
    for (size_t i = 0; i < grey->width * grey->height; i++) {
        least = grey->pixels[i] < least ? grey->pixels[i] : least;
        most = grey->pixels[i] > most ? grey->pixels[i] : most;
    }
    return most - least;
}

bool dg_margin_level(const dg_plane *grey, uint8_t *level)
{
    const size_t shorter = dg_min_size(grey->width, grey->height);
    const size_t side = dg_min_size((shorter / CORNER_PART) | 1, CORNER_MOST);
    const size_t right = grey->width - side, bottom = grey->height - side;
    const int first = corner_median(grey, 0, 0, side);
    int v[4] = {first, corner_median(grey, right, 0, side), corner_median(grey, 0, bottom, side),
                corner_median(grey, right, bottom, side)};
    sort_four(v);
    const int low = v[2] - v[0], high = v[3] - v[1];
    /* The middle of the three that are closest; between two such threes the first corner
     * chooses, in the negative the same way. */
    const bool lower = low != high ? low < high : first <= v[1];
    *level = (uint8_t)(lower ? v[1] : v[2]);
    return (low < high ? low : high) * AGREEMENT <= range(grey);
}

void dg_margin_add(const dg_plane *grey, size_t margin, uint8_t level, uint8_t *out)
{
    const size_t width = grey->width + 2 * margin, height = grey->height + 2 * margin;
    memset(out, level, width * height);
    for (size_t y = 0; y < grey->height; y++)
        memcpy(out + (y + margin) * width + margin, grey->pixels + y * grey->width, grey->width);
}
