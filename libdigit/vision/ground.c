#include "vision/ground.h"

#include "base/error.h"
#include "base/mem.h"

#include <stdbool.h>

/* Cells along the longer side of a large page, and the smallest cell. */
#define CELLS    256
#define CELL_MIN 4

/* Pixels looked at along a cell's side. */
#define CELL_SAMPLES 6

/* The window, in pixels: a part of the shorter side, less of it on large pages. */
#define WINDOW_SHARE 3
#define WINDOW_BASE  64
#define WINDOW_SLOPE 16

/* Fraction bits of levels between two cells' centres. */
#define FRACTION 16

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The mean of the lighter half of a cell: paper, if there is any in it. */
static uint8_t cell_level(const dg_plane *grey, size_t x0, size_t y0, size_t cell)
{
    const size_t width = smaller(cell, grey->width - x0);
    const size_t height = smaller(cell, grey->height - y0);
    const size_t across = smaller(width, CELL_SAMPLES), down = smaller(height, CELL_SAMPLES);
    uint8_t seen[CELL_SAMPLES * CELL_SAMPLES];
    uint32_t count = 0, sum = 0, light = 0, light_sum = 0;
    for (size_t j = 0; j < down; j++) {
        const uint8_t *row = grey->pixels + (y0 + j * height / down) * grey->width + x0;
        for (size_t i = 0; i < across; i++)
            sum += seen[count++] = row[i * width / across];
    }
    for (uint32_t i = 0; i < count; i++) {
        const bool above = seen[i] * count >= sum;
        light += above;
        light_sum += above ? seen[i] : 0;
    }
    return (uint8_t)((light_sum + light / 2) / light);
}

static uint8_t pick(const uint8_t *cells, size_t count, size_t step, bool largest)
{
    uint8_t best = cells[0];
    for (size_t i = 1; i < count; i++) {
        const uint8_t level = cells[i * step];
        best = (level > best) == largest ? level : best;
    }
    return best;
}

/* Replace each of `count` cells, `step` apart, by the largest or smallest of those up to
 * `reach` away. old[count] is scratch. */
static void filter_line(uint8_t *cells, size_t count, size_t step, size_t reach, bool largest,
                        uint8_t *old)
{
    for (size_t i = 0; i < count; i++)
        old[i] = cells[i * step];
    for (size_t i = 0; i < count; i++) {
        const size_t from = i > reach ? i - reach : 0;
        cells[i * step] = pick(old + from, smaller(i + reach + 1, count) - from, 1, largest);
    }
}

static void filter(dg_ground *g, size_t reach, bool largest, uint8_t *scratch)
{
    for (size_t row = 0; row < g->rows; row++)
        filter_line(g->level + row * g->columns, g->columns, 1, reach, largest, scratch);
    for (size_t column = 0; column < g->columns; column++)
        filter_line(g->level + column, g->rows, g->columns, reach, largest, scratch);
}

static size_t window_of(const dg_plane *grey)
{
    const size_t shorter = smaller(grey->width, grey->height);
    return larger(2 * CELL_MIN,
                  smaller(shorter / WINDOW_SHARE, WINDOW_BASE + shorter / WINDOW_SLOPE));
}

digit_status dg_ground_find(const dg_plane *grey, dg_ground *ground)
{
    const size_t longer = larger(grey->width, grey->height);
    const size_t cell = larger(CELL_MIN, (longer + CELLS - 1) / CELLS);
    *ground = (dg_ground){
        .columns = (grey->width + cell - 1) / cell,
        .rows = (grey->height + cell - 1) / cell,
        .cell = cell,
    };
    const size_t cells = ground->columns * ground->rows;
    const size_t scratch = larger(ground->columns, ground->rows);
    ground->level = dg_alloc(cells + scratch, 1);
    if (!ground->level)
        return dg_fail_memory("the ground of a page", cells + scratch);
    for (size_t row = 0; row < ground->rows; row++)
        for (size_t column = 0; column < ground->columns; column++)
            ground->level[row * ground->columns + column] =
                cell_level(grey, column * cell, row * cell, cell);
    const size_t reach = window_of(grey) / (2 * cell) + 1;
    filter(ground, reach, true, ground->level + cells);
    filter(ground, reach, false, ground->level + cells);
    return DIGIT_OK;
}

/* Between the centres of two cells levels change evenly. */
static uint32_t blend(uint32_t from, uint32_t to, size_t part, size_t whole)
{
    return (uint32_t)((((uint64_t)from * (whole - part) + (uint64_t)to * part) << FRACTION) /
                      whole);
}

/* A pixel row, between two rows of cells' centres. */
typedef struct row_place {
    const uint8_t *above, *below; /* [columns] */
    size_t part, whole;
} row_place;

static row_place place_of(const dg_ground *g, size_t y)
{
    const size_t place = 2 * y + 1 > g->cell ? 2 * y + 1 - g->cell : 0;
    const size_t above = smaller(place / (2 * g->cell), g->rows - 1);
    const size_t below = smaller(above + 1, g->rows - 1);
    return (row_place){g->level + above * g->columns, g->level + below * g->columns,
                       place % (2 * g->cell), 2 * g->cell};
}

/* Levels of a cell's centre in a pixel row, times 2^FRACTION. */
static int32_t centre_level(const row_place *row, size_t column)
{
    return (int32_t)blend(row->above[column], row->below[column], row->part, row->whole);
}

void dg_ground_row(const dg_ground *ground, size_t y, size_t width, uint8_t *line)
{
    const row_place row = place_of(ground, y);
    const int32_t cell = (int32_t)ground->cell;
    size_t x = 0;
    int32_t from = centre_level(&row, 0);
    for (size_t piece = 0; x < width; piece++) {
        const int32_t to = centre_level(&row, smaller(piece, ground->columns - 1));
        const int32_t step = (to - from) / cell;
        const size_t end = smaller(piece * ground->cell + ground->cell / 2, width);
        int32_t level = from + (1 << (FRACTION - 1));
        for (; x < end; x++, level += step)
            line[x] = (uint8_t)(level >> FRACTION);
        from = to;
    }
}

void dg_ground_free(dg_ground *ground)
{
    dg_free(ground->level);
    *ground = (dg_ground){0};
}
