#include "vision/ink/background.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"

#include <stdbool.h>
#include <string.h>

#define CELLS DG_BACKGROUND_CELLS
#define CELL_MIN 4

/* A window that the caller chooses has up to so many cells a side: more take time and follow the
 * paper no better. Tried: 16 (0.06 points less in noise at half the contrast), 28, no limit. */
#define WINDOW_CELLS 28

/* Pixels looked at along a cell's side. */
#define CELL_SAMPLES 6

/* The window, in pixels: a part of the shorter side, less of it on large pages. */
#define WINDOW_SHARE 3
#define WINDOW_BASE 64
#define WINDOW_SLOPE 16

/* The level that a slope is taken out to. */
#define EVEN 192

/* Fraction bits of levels between two cells' centres, and what rounds them. */
#define FRACTION 16
#define HALF (1 << (FRACTION - 1))

/* The mean of the lighter half of a cell: paper, if there is any in it. */
static uint8_t cell_level(const dg_plane *grey, size_t x0, size_t y0, size_t cell)
{
    const size_t width = dg_min_size(cell, grey->width - x0);
    const size_t height = dg_min_size(cell, grey->height - y0);
    const size_t across = dg_min_size(width, CELL_SAMPLES);
    const size_t down = dg_min_size(height, CELL_SAMPLES);
    uint8_t seen[CELL_SAMPLES * CELL_SAMPLES];
    size_t column[CELL_SAMPLES];
    uint32_t count = 0, sum = 0, light = 0, light_sum = 0;
    for (size_t i = 0; i < across; i++)
        column[i] = i * width / across;
    for (size_t j = 0; j < down; j++) {
        const uint8_t *row = grey->pixels + (y0 + j * height / down) * grey->width + x0;
        for (size_t i = 0; i < across; i++)
            sum += seen[count++] = row[column[i]];
    }
    for (uint32_t i = 0; i < count; i++) {
        const bool above = seen[i] * count >= sum;
        light += above;
        light_sum += above ? seen[i] : 0;
    }
    return (uint8_t)((light_sum + light / 2) / light);
}

/* levels[i] = the larger or smaller of levels[i] and others[i]. */
static void combine(uint8_t *restrict levels, const uint8_t *restrict others, size_t count,
                    bool largest)
{
    if (largest)
        for (size_t i = 0; i < count; i++)
            levels[i] = levels[i] > others[i] ? levels[i] : others[i];
    else
        for (size_t i = 0; i < count; i++)
            levels[i] = levels[i] < others[i] ? levels[i] : others[i];
}

/* Replace each level by the largest or smallest of those up to `reach` cells away in its row:
 * all of the row at once, one step away at a time. The edges go on beyond the ends. */
static void filter_row(uint8_t *level, size_t columns, size_t reach, bool largest)
{
    uint8_t wide[3 * CELLS]; /* no window is wider than two pictures */
    memset(wide, level[0], reach);
    memcpy(wide + reach, level, columns);
    memset(wide + reach + columns, level[columns - 1], reach);
    for (size_t away = 0; away <= 2 * reach; away++)
        combine(level, wide + away, columns, largest);
}

/* The same up and down: out[rows][columns] from in. */
static void filter_columns(const uint8_t *in, size_t columns, size_t rows, size_t reach,
                           bool largest, uint8_t *out)
{
    memcpy(out, in, columns * rows);
    for (size_t row = 0; row < rows; row++) {
        const size_t end = dg_min_size(row + reach + 1, rows);
        for (size_t other = row > reach ? row - reach : 0; other < end; other++)
            combine(out + row * columns, in + other * columns, columns, largest);
    }
}

/* Both ways; scratch[rows][columns]. */
static void filter(dg_background *g, size_t reach, bool largest, uint8_t *scratch)
{
    for (size_t row = 0; row < g->rows; row++)
        filter_row(g->level + row * g->columns, g->columns, reach, largest);
    memcpy(scratch, g->level, g->columns * g->rows);
    filter_columns(scratch, g->columns, g->rows, reach, largest, g->level);
}

static size_t window_of(const dg_plane *grey)
{
    const size_t shorter = dg_min_size(grey->width, grey->height);
    return dg_max_size(2 * CELL_MIN,
                  dg_min_size(shorter / WINDOW_SHARE, WINDOW_BASE + shorter / WINDOW_SLOPE));
}

/* Cells while they are measured, a row a piece of work. */
typedef struct survey {
    const dg_plane *grey;
    dg_background *background;
} survey;

static void measure_row(void *context, uint32_t index, uint32_t worker)
{
    const survey *s = context;
    const size_t columns = s->background->columns, cell = s->background->cell;
    uint8_t *level = s->background->level + index * columns;
    (void)worker;
    for (size_t column = 0; column < columns; column++)
        level[column] = cell_level(s->grey, column * cell, index * cell, cell);
}

/* The slope at the centre of a cell, in whole levels. */
static int slope_at(const dg_background *b, const dg_surface *slope, size_t row, size_t column)
{
    const float centred = dg_surface_at(slope, dg_levels_place(column, b->columns),
                                        dg_levels_place(row, b->rows));
    return (int)((centred + 255) / 2 + 0.5f);
}

/* Cells as they would be in even light, and back. */
static void tilt(dg_background *b, const dg_surface *slope, int direction)
{
    for (size_t row = 0; row < b->rows; row++)
        for (size_t column = 0; column < b->columns; column++) {
            uint8_t *level = &b->level[row * b->columns + column];
            const int to = *level + direction * (slope_at(b, slope, row, column) - EVEN);
            *level = (uint8_t)(to < 0 ? 0 : to > 255 ? 255 : to);
        }
}

digit_status dg_background_find(const dg_plane *grey, size_t window, const dg_surface *slope,
                                dg_threads threads, dg_background *background)
{
    const size_t longer = dg_max_size(grey->width, grey->height);
    const size_t finest = dg_max_size(CELL_MIN, (longer + CELLS - 1) / CELLS);
    const size_t cell = dg_max_size(finest, window / WINDOW_CELLS);
    *background = (dg_background){
        .columns = (grey->width + cell - 1) / cell,
        .rows = (grey->height + cell - 1) / cell,
        .cell = cell,
    };
    const size_t cells = background->columns * background->rows;
    background->level = dg_alloc(2 * cells, 1); /* and scratch */
    if (!background->level)
        return dg_fail_memory("a page's background", 2 * cells);
    survey s = {grey, background};
    const digit_status status =
        dg_threads_run(threads, (uint32_t)background->rows, measure_row, &s);
    if (status != DIGIT_OK)
        return status;
    const size_t reach = (window ? window : window_of(grey)) / (2 * cell) + 1;
    if (slope)
        tilt(background, slope, -1);
    filter(background, reach, true, background->level + cells);
    filter(background, reach, false, background->level + cells);
    if (slope)
        tilt(background, slope, 1);
    return DIGIT_OK;
}

/* Whole numbers by doubles: their division is one the processor does several of at once, and as
 * exact once it is cut off. */
static int32_t divide(uint64_t number, size_t by)
{
    return (int32_t)((double)number / (double)by);
}

void dg_background_row_at(const dg_background *g, size_t y, dg_background_row *row)
{
    const size_t whole = 2 * g->cell, place = 2 * y + 1 > g->cell ? 2 * y + 1 - g->cell : 0;
    const size_t part = place % whole, first = dg_min_size(place / whole, g->rows - 1);
    const uint8_t *above = g->level + first * g->columns;
    const uint8_t *below = g->level + dg_min_size(first + 1, g->rows - 1) * g->columns;
    row->cell = g->cell;
    for (size_t column = 0; column < g->columns; column++) {
        const size_t sum = above[column] * (whole - part) + below[column] * part;
        row->centres[column + 1] = divide((uint64_t)sum << FRACTION, whole);
    }
    row->centres[0] = row->centres[1];
    row->centres[g->columns + 1] = row->centres[g->columns];
}

/* The span between the centres of two cells that a pixel lies in; the first is half a cell wide. */
static size_t span_of(const dg_background_row *row, size_t x)
{
    return (x + row->cell - row->cell / 2) / row->cell;
}

static size_t span_end(const dg_background_row *row, size_t span)
{
    return span * row->cell + row->cell / 2;
}

uint8_t dg_background_most(const dg_background_row *row, size_t from, size_t end)
{
    const size_t last = span_of(row, end - 1) + 1;
    int32_t most = 0;
    for (size_t span = span_of(row, from); span <= last; span++)
        most = row->centres[span] > most ? row->centres[span] : most;
    return (uint8_t)((most + HALF) >> FRACTION);
}

void dg_background_levels(const dg_background_row *row, size_t from, size_t end, uint8_t *levels)
{
    for (size_t x = from, span = span_of(row, x); x < end; span++) {
        const size_t span_begin = span > 0 ? span_end(row, span - 1) : 0;
        const size_t to = dg_min_size(span_end(row, span), end);
        const int32_t step = (row->centres[span + 1] - row->centres[span]) / (int32_t)row->cell;
        int32_t level = row->centres[span] + HALF + step * (int32_t)(x - span_begin);
        for (; x < to; x++, level += step)
            *levels++ = (uint8_t)(level >> FRACTION);
    }
}

void dg_background_free(dg_background *background)
{
    dg_free(background->level);
    *background = (dg_background){0};
}
