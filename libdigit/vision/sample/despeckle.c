#include "vision/sample/despeckle.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"

#include <stdbool.h>
#include <string.h>

/* An impulse stands out from its neighbours by so many grey levels. */
#define STANDS_OUT 40

/* Strewn is a picture if more than one in so many pixels stands out from all eight. The ends
 * of thin lines never are as many. */
#define STREWN 70

#define ROWS_LOOKED_AT 256 /* of a large picture, evenly spread: enough to know */

#define PASSES 2 /* the second sees what stood beside another impulse */

/* What it takes to clean a pixel (dg_pace_step()). */
#define PIXEL_STEPS 4

typedef struct window {
    const uint8_t *rows[3]; /* above, at and below the pixel; mirrored at the edges */
    size_t width;
} window;

static inline void order(uint8_t *a, uint8_t *b)
{
    const uint8_t least = dg_min_u8(*a, *b);
    *b = dg_max_u8(*a, *b);
    *a = least;
}

/* The network of 19 comparisons (Knuth, "The Art of Computer Programming", volume 3, section
 * 5.3.4): without branches, compilers make vectors of it. */
static inline void sort(uint8_t v[8])
{
    order(v + 0, v + 2), order(v + 1, v + 3), order(v + 4, v + 6), order(v + 5, v + 7);
    order(v + 0, v + 4), order(v + 1, v + 5), order(v + 2, v + 6), order(v + 3, v + 7);
    order(v + 0, v + 1), order(v + 2, v + 3), order(v + 4, v + 5), order(v + 6, v + 7);
    order(v + 2, v + 4), order(v + 3, v + 5);
    order(v + 1, v + 4), order(v + 3, v + 6);
    order(v + 1, v + 2), order(v + 3, v + 4), order(v + 5, v + 6);
}

/* What becomes of a pixel with its neighbours in columns left and right. It stands out from all
 * of them but one: a line's end has one beside it. Of eight there are two in the middle: the one
 * nearer to what was there, so that the negative of a picture has the negative. */
static inline uint8_t cleaned(const uint8_t *above, const uint8_t *row, const uint8_t *below,
                              size_t left, size_t x, size_t right)
{
    const uint8_t level = row[x];
    uint8_t v[8] = {above[left], above[x], above[right], row[left],
                    row[right],  below[left], below[x],  below[right]};
    sort(v);
    const uint8_t over = dg_max_u8(level, v[6]) - v[6], under = v[1] - dg_min_u8(level, v[1]);
    const uint8_t middle = level > v[4] ? v[4] : v[3];
    return dg_max_u8(over, under) > STANDS_OUT ? middle : level;
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

/* How many of a row's pixels, but the first and last, stand out from all eight neighbours.
 * Without branches: compilers make vectors of it. */
static size_t count_alone(const window *w)
{
    const uint8_t *above = w->rows[0], *row = w->rows[1], *below = w->rows[2];
    size_t count = 0;
    for (size_t x = 1; x + 1 < w->width; x++) {
        const uint8_t high = dg_max_u8(dg_max_u8(dg_max_u8(above[x - 1], above[x]), above[x + 1]),
                                    dg_max_u8(dg_max_u8(below[x - 1], below[x]), below[x + 1]));
        const uint8_t low = dg_min_u8(dg_min_u8(dg_min_u8(above[x - 1], above[x]), above[x + 1]),
                                   dg_min_u8(dg_min_u8(below[x - 1], below[x]), below[x + 1]));
        const uint8_t most = dg_max_u8(high, dg_max_u8(row[x - 1], row[x + 1]));
        const uint8_t least = dg_min_u8(low, dg_min_u8(row[x - 1], row[x + 1]));
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

/* The first and the last column are mirrored at the edges. */
static void clean_row(const window *w, uint8_t *restrict out)
{
    const uint8_t *above = w->rows[0], *row = w->rows[1], *below = w->rows[2];
    const size_t last = w->width - 1, second = w->width > 1, before = last > 0 ? last - 1 : 0;
    out[0] = cleaned(above, row, below, second, 0, second);
    for (size_t x = 1; x < last; x++)
        out[x] = cleaned(above, row, below, x - 1, x, x + 1);
    out[last] = cleaned(above, row, below, before, last, before);
}

/* A row may be overwritten once the next has been cleaned: lines[2][width] hold them so long. */
static digit_status clean(const dg_plane *grey, dg_pace *pace, uint8_t *lines)
{
    const size_t width = grey->width, last = grey->height - 1;
    digit_status status = DIGIT_OK;
    for (size_t y = 0; status == DIGIT_OK && y <= last; y++) {
        const window w = window_at(grey, y);
        clean_row(&w, lines + y % 2 * width);
        if (y > 0)
            memcpy(grey->pixels + (y - 1) * width, lines + (y - 1) % 2 * width, width);
        status = dg_pace_step(pace, PIXEL_STEPS * width);
    }
    memcpy(grey->pixels + last * width, lines + last % 2 * width, width);
    return status;
}

digit_status dg_despeckle(const dg_plane *grey, const dg_deadline *deadline)
{
    dg_pace pace = {.deadline = deadline};
    digit_status status = DIGIT_OK;
    if (!is_strewn(grey))
        return DIGIT_OK;
    uint8_t *lines = dg_alloc(2, grey->width);
    if (!lines)
        return dg_fail_memory("two rows", 2 * grey->width);
    for (int pass = 0; status == DIGIT_OK && pass < PASSES; pass++)
        status = clean(grey, &pace, lines);
    dg_free(lines);
    return status;
}
