#include "vision/background.h"

#include <string.h>

/* Cells along the longer side, the smallest cell in pixels, samples along a
 * cell's side, and the cells on each side that the opening looks at. */
#define CELLS_MAX    16
#define CELL_MIN     4
#define CELL_SAMPLES 6
#define REACH        3

/* Fraction bits of interpolated levels: 255 << 20 fits in 31 bits with room. */
#define FRACTION 20

typedef struct grid {
    size_t columns, rows; /* 1..CELLS_MAX each */
    size_t cell;          /* pixels along a cell's side; the last may be smaller */
    int32_t level[CELLS_MAX][CELLS_MAX]; /* [row][column], times 2^FRACTION */
} grid;

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The lower median of at most CELL_SAMPLES^2 pixels of a cell. */
static uint8_t cell_median(const dg_plane *plane, size_t x0, size_t y0, size_t side)
{
    const size_t width = smaller(side, plane->width - x0);
    const size_t height = smaller(side, plane->height - y0);
    const size_t across = smaller(width, CELL_SAMPLES), down = smaller(height, CELL_SAMPLES);
    uint8_t sorted[CELL_SAMPLES * CELL_SAMPLES];
    size_t count = 0;
    for (size_t j = 0; j < down; j++) {
        const size_t y = y0 + (2 * j + 1) * height / (2 * down);
        const uint8_t *row = plane->pixels + y * plane->width;
        for (size_t i = 0; i < across; i++) {
            const uint8_t level = row[x0 + (2 * i + 1) * width / (2 * across)];
            size_t place = count++;
            for (; place > 0 && sorted[place - 1] > level; place--)
                sorted[place] = sorted[place - 1];
            sorted[place] = level;
        }
    }
    return sorted[(count - 1) / 2];
}

static void grid_measure(grid *g, const dg_plane *plane)
{
    const size_t longer = plane->width > plane->height ? plane->width : plane->height;
    g->cell = (longer + CELLS_MAX - 1) / CELLS_MAX;
    if (g->cell < CELL_MIN)
        g->cell = CELL_MIN;
    g->columns = (plane->width + g->cell - 1) / g->cell;
    g->rows = (plane->height + g->cell - 1) / g->cell;
    for (size_t row = 0; row < g->rows; row++)
        for (size_t column = 0; column < g->columns; column++) {
            const uint8_t level = cell_median(plane, column * g->cell, row * g->cell, g->cell);
            g->level[row][column] = (int32_t)level << FRACTION;
        }
}

static int32_t combine_least(const int32_t *values, size_t count)
{
    int32_t least = values[0];
    for (size_t i = 1; i < count; i++)
        least = values[i] < least ? values[i] : least;
    return least;
}

static int32_t combine_greatest(const int32_t *values, size_t count)
{
    int32_t greatest = values[0];
    for (size_t i = 1; i < count; i++)
        greatest = values[i] > greatest ? values[i] : greatest;
    return greatest;
}

static int32_t combine_mean(const int32_t *values, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return (int32_t)(sum / (int64_t)count);
}

/* Replace each cell of a line by a combination of those up to `reach` away. */
static void filter_line(int32_t *line, size_t count, size_t reach,
                        int32_t (*combine)(const int32_t *, size_t))
{
    int32_t old[CELLS_MAX];
    memcpy(old, line, count * sizeof *old);
    for (size_t i = 0; i < count; i++) {
        const size_t from = i > reach ? i - reach : 0;
        const size_t to = smaller(i + reach + 1, count);
        line[i] = combine(old + from, to - from);
    }
}

static void filter_grid(grid *g, size_t reach, int32_t (*combine)(const int32_t *, size_t))
{
    for (size_t row = 0; row < g->rows; row++)
        filter_line(g->level[row], g->columns, reach, combine);
    for (size_t column = 0; column < g->columns; column++) {
        int32_t line[CELLS_MAX];
        for (size_t row = 0; row < g->rows; row++)
            line[row] = g->level[row][column];
        filter_line(line, g->rows, reach, combine);
        for (size_t row = 0; row < g->rows; row++)
            g->level[row][column] = line[row];
    }
}

/* The ground's levels at the cells' centres, line[columns], in pixel row `y`. */
static void line_at(const grid *g, size_t y, int32_t *line)
{
    const int64_t cell = (int64_t)g->cell;
    const int64_t beyond = (int64_t)y - cell / 2; /* the first row's centre */
    const size_t above = beyond < 0 ? 0 : (size_t)(beyond / cell);
    const size_t below = smaller(above + 1, g->rows - 1);
    const int64_t part = beyond < 0 ? 0 : beyond % cell;
    for (size_t column = 0; column < g->columns; column++) {
        const int64_t from = g->level[above][column], to = g->level[below][column];
        line[column] = (int32_t)(from + (to - from) * part / cell);
    }
}

/* Subtract the ground, line[columns], from one row of pixels: piece by piece
 * between two cells' centres, where the ground is a straight line. */
static void subtract_row(uint8_t *row, size_t width, const grid *g, const int32_t *line,
                         uint32_t *differences)
{
    size_t x = 0;
    for (size_t piece = 0; x < width; piece++) {
        const int32_t from = line[piece > 0 ? piece - 1 : 0];
        const int32_t to = line[smaller(piece, g->columns - 1)];
        const int32_t step = (to - from) / (int32_t)g->cell;
        const size_t end = smaller(piece * g->cell + g->cell / 2, width);
        int32_t level = from + (1 << (FRACTION - 1)); /* to round, not cut */
        for (; x < end; x++, level += step) {
            const int difference = (int)row[x] - (level >> FRACTION);
            differences[difference + 255]++;
            row[x] = (uint8_t)(difference > 0 ? difference : 0);
        }
    }
}

void dg_background_subtract(const dg_plane *plane, uint32_t differences[DG_DIFFERENCES])
{
    grid g;
    grid_measure(&g, plane);
    filter_grid(&g, REACH, combine_least);
    filter_grid(&g, REACH, combine_greatest);
    filter_grid(&g, 1, combine_mean);
    memset(differences, 0, DG_DIFFERENCES * sizeof *differences);
    for (size_t y = 0; y < plane->height; y++) {
        int32_t line[CELLS_MAX];
        line_at(&g, y, line);
        subtract_row(plane->pixels + y * plane->width, plane->width, &g, line, differences);
    }
}
