#include "vision/sample/subtract.h"

#include <string.h>

/* Fraction bits of interpolated levels: 255 << 20 fits in 31 bits with room. */
#define FRACTION 20

/* The ground at the cells' centres. */
typedef struct ground {
    size_t columns, rows, cell;
    float level[DG_LEVELS_SIDE][DG_LEVELS_SIDE]; /* [row][column] */
} ground;

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static float combine_least(const float *values, size_t count)
{
    float least = values[0];
    for (size_t i = 1; i < count; i++)
        least = values[i] < least ? values[i] : least;
    return least;
}

static float combine_greatest(const float *values, size_t count)
{
    float greatest = values[0];
    for (size_t i = 1; i < count; i++)
        greatest = values[i] > greatest ? values[i] : greatest;
    return greatest;
}

static float combine_mean(const float *values, size_t count)
{
    float sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (float)count;
}

/* Replace each cell of a line by a combination of those up to `reach` away. */
static void filter_line(float *line, size_t count, size_t reach,
                        float (*combine)(const float *, size_t))
{
    float old[DG_LEVELS_SIDE];
    memcpy(old, line, count * sizeof *old);
    for (size_t i = 0; i < count; i++) {
        const size_t from = i > reach ? i - reach : 0;
        const size_t to = smaller(i + reach + 1, count);
        line[i] = combine(old + from, to - from);
    }
}

static void filter(ground *g, size_t reach, float (*combine)(const float *, size_t))
{
    for (size_t row = 0; row < g->rows; row++)
        filter_line(g->level[row], g->columns, reach, combine);
    for (size_t column = 0; column < g->columns; column++) {
        float line[DG_LEVELS_SIDE];
        for (size_t row = 0; row < g->rows; row++)
            line[row] = g->level[row][column];
        filter_line(line, g->rows, reach, combine);
        for (size_t row = 0; row < g->rows; row++)
            g->level[row][column] = line[row];
    }
}

/* The opening works on what lies above the surface: a slope has no end there
 * where a window that the border cuts off would flatten it. */
static void ground_estimate(ground *g, const dg_levels *grid, const dg_surface *surface, bool light,
                            size_t reach)
{
    const float sign = light ? 1.0f : -1.0f;
    float smooth[DG_LEVELS_SIDE][DG_LEVELS_SIDE];
    *g = (ground){.columns = grid->columns, .rows = grid->rows, .cell = grid->cell};
    for (size_t row = 0; row < g->rows; row++)
        for (size_t column = 0; column < g->columns; column++) {
            smooth[row][column] = dg_surface_at(surface, dg_levels_place(column, g->columns),
                                                dg_levels_place(row, g->rows));
            g->level[row][column] = sign * (grid->level[row][column] - smooth[row][column]);
        }
    filter(g, reach, combine_least);
    filter(g, reach, combine_greatest);
    filter(g, 1, combine_mean);
    for (size_t row = 0; row < g->rows; row++)
        for (size_t column = 0; column < g->columns; column++) {
            const float centred = smooth[row][column] + sign * g->level[row][column];
            const float level = (centred + 255) / 2;
            g->level[row][column] = level < 0 ? 0 : level > 255 ? 255 : level;
        }
}

/* The ground at the cells' centres in pixel row `y`, line[columns], in levels
 * times 2^FRACTION; as seen in the negative if the ink is dark. */
static void line_at(const ground *g, size_t y, bool light, int32_t *line)
{
    const float place = ((float)y + 0.5f) / (float)g->cell - 0.5f;
    const float inside = place < 0 ? 0 : place;
    const size_t above = smaller((size_t)inside, g->rows - 1);
    const size_t below = smaller(above + 1, g->rows - 1);
    const float part = inside - (float)(size_t)inside;
    for (size_t column = 0; column < g->columns; column++) {
        const float from = g->level[above][column], to = g->level[below][column];
        const float level = from + (to - from) * part;
        line[column] = (int32_t)((light ? level : 255 - level) * (1 << FRACTION));
    }
}

/* Subtract the ground, line[columns], from one row of pixels: piece by piece
 * between two cells' centres, where the ground is a straight line. */
static void subtract_row(uint8_t *row, size_t width, const ground *g, const int32_t *line,
                         uint8_t mask, uint32_t *differences)
{
    size_t x = 0;
    for (size_t piece = 0; x < width; piece++) {
        const int32_t from = line[piece > 0 ? piece - 1 : 0];
        const int32_t to = line[smaller(piece, g->columns - 1)];
        const int32_t step = (to - from) / (int32_t)g->cell;
        const size_t end = smaller(piece * g->cell + g->cell / 2, width);
        int32_t level = from + (1 << (FRACTION - 1)); /* to round, not cut */
        for (; x < end; x++, level += step) {
            const int difference = (row[x] ^ mask) - (level >> FRACTION);
            differences[difference + 255]++;
            row[x] = (uint8_t)(difference > 0 ? difference : 0);
        }
    }
}

void dg_subtract_background(const dg_plane *plane, const dg_levels *grid, const dg_surface *surface,
                            bool light, size_t reach, uint32_t differences[DG_DIFFERENCES])
{
    ground g;
    ground_estimate(&g, grid, surface, light, reach);
    memset(differences, 0, DG_DIFFERENCES * sizeof *differences);
    for (size_t y = 0; y < plane->height; y++) {
        int32_t line[DG_LEVELS_SIDE];
        line_at(&g, y, light, line);
        /* v ^ 255 is 255 - v: dark ink is light in the negative. */
        subtract_row(plane->pixels + y * plane->width, plane->width, &g, line, light ? 0 : 255,
                     differences);
    }
}
