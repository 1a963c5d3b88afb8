#include "vision/despeckle.h"

#include "base/error.h"
#include "base/mem.h"

#include <stdbool.h>
#include <string.h>

/* An impulse stands out from its neighbours by so many grey levels. */
#define STANDS_OUT 40

/* Strewn is a picture if more than one in so many pixels stands out from all eight. The ends
 * of thin lines never are as many. */
#define STREWN 70

#define ROWS_LOOKED_AT 256 /* of a large picture, evenly spread: enough to know */

#define PASSES 2 /* the second sees what stood beside another impulse */

typedef struct window {
    const uint8_t *rows[3]; /* above, at and below the pixel; mirrored at the edges */
    size_t width;
} window;

/* The eight around pixel x, mirrored likewise. */
static void around(const window *w, size_t x, uint8_t levels[8])
{
    const size_t left = x > 0 ? x - 1 : w->width > 1, right = x + 1 < w->width ? x + 1 : left;
    const uint8_t eight[8] = {w->rows[0][left],  w->rows[0][x],    w->rows[0][right],
                              w->rows[1][left],  w->rows[1][right], w->rows[2][left],
                              w->rows[2][x],     w->rows[2][right]};
    memcpy(levels, eight, sizeof eight);
}

static void sort(uint8_t levels[8])
{
    for (int i = 1; i < 8; i++) {
        const uint8_t value = levels[i];
        int place = i;
        for (; place > 0 && levels[place - 1] > value; place--)
            levels[place] = levels[place - 1];
        levels[place] = value;
    }
}

/* From all of eight sorted neighbours but one: a line's end has one beside it. */
static bool stands_out(const uint8_t levels[8], uint8_t level)
{
    return level > levels[6] + STANDS_OUT || level + STANDS_OUT < levels[1];
}

static window window_at(const dg_plane *grey, size_t y)
{
    const size_t above = y > 0 ? y - 1 : grey->height > 1;
    const size_t below = y + 1 < grey->height ? y + 1 : above;
    return (window){
        .rows = {grey->pixels + above * grey->width, grey->pixels + y * grey->width,
                 grey->pixels + below * grey->width},
        .width = grey->width,
    };
}

static inline uint8_t larger(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

static inline uint8_t lesser(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

/* How many of a row's pixels, but the first and last, stand out from all eight neighbours.
 * Without branches: compilers make vectors of it. */
static size_t count_alone(const window *w)
{
    const uint8_t *above = w->rows[0], *row = w->rows[1], *below = w->rows[2];
    size_t count = 0;
    for (size_t x = 1; x + 1 < w->width; x++) {
        const uint8_t high = larger(larger(larger(above[x - 1], above[x]), above[x + 1]),
                                    larger(larger(below[x - 1], below[x]), below[x + 1]));
        const uint8_t low = lesser(lesser(lesser(above[x - 1], above[x]), above[x + 1]),
                                   lesser(lesser(below[x - 1], below[x]), below[x + 1]));
        const uint8_t most = larger(high, larger(row[x - 1], row[x + 1]));
        const uint8_t least = lesser(low, lesser(row[x - 1], row[x + 1]));
        count += (row[x] > most + STANDS_OUT) | (row[x] + STANDS_OUT < least);
    }
    return count;
}

static bool is_strewn(const dg_plane *grey)
{
    const size_t step = grey->height / ROWS_LOOKED_AT + 1;
    size_t alone = 0, seen = 0;
    for (size_t y = 0; y < grey->height; y += step, seen += grey->width) {
        const window w = window_at(grey, y);
        alone += count_alone(&w);
    }
    return alone * STREWN > seen;
}

/* Of eight there are two in the middle: the one nearer to what was there, so that the negative
 * of a picture has the negative. */
static void clean_row(const window *w, uint8_t *out)
{
    for (size_t x = 0; x < w->width; x++) {
        const uint8_t level = w->rows[1][x];
        uint8_t levels[8];
        around(w, x, levels);
        sort(levels);
        out[x] = !stands_out(levels, level) ? level
                 : level > levels[4]           ? levels[4]
                                               : levels[3];
    }
}

/* A row may be overwritten once the next has been cleaned: lines[2][width] hold them so long. */
static void clean(const dg_plane *grey, uint8_t *lines)
{
    const size_t width = grey->width, last = grey->height - 1;
    for (size_t y = 0; y <= last; y++) {
        const window w = window_at(grey, y);
        clean_row(&w, lines + y % 2 * width);
        if (y > 0)
            memcpy(grey->pixels + (y - 1) * width, lines + (y - 1) % 2 * width, width);
    }
    memcpy(grey->pixels + last * width, lines + last % 2 * width, width);
}

digit_status dg_despeckle(const dg_plane *grey)
{
    if (!is_strewn(grey))
        return DIGIT_OK;
    uint8_t *lines = dg_alloc(2, grey->width);
    if (!lines)
        return dg_fail_memory("two rows", 2 * grey->width);
    for (int pass = 0; pass < PASSES; pass++)
        clean(grey, lines);
    dg_free(lines);
    return DIGIT_OK;
}
