#include "vision/ink/levels.h"

#include "base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The smallest cell in pixels, and the samples taken along a cell's side. */
#define CELL_MIN     4
#define CELL_SAMPLES 6

#define CELLS_MAX  (DG_LEVELS_SIDE * DG_LEVELS_SIDE)
#define FIT_ROUNDS 6
#define SETTLED    0.01f /* no level changes by that much: further rounds change nothing */

/* The centred median of at most CELL_SAMPLES^2 pixels of a cell; between the two
 * middle ones where they are even in number. */
static float cell_median(const dg_plane *grey, size_t x0, size_t y0, size_t side)
{
    const size_t width = dg_min_size(side, grey->width - x0);
    const size_t height = dg_min_size(side, grey->height - y0);
    const size_t across = dg_min_size(width, CELL_SAMPLES);
    const size_t down = dg_min_size(height, CELL_SAMPLES);
    uint8_t sorted[CELL_SAMPLES * CELL_SAMPLES];
    size_t count = 0;
    for (size_t j = 0; j < down; j++) {
        const size_t y = y0 + (2 * j + 1) * height / (2 * down);
        const uint8_t *row = grey->pixels + y * grey->width;
        for (size_t i = 0; i < across; i++) {
            const uint8_t level = row[x0 + (2 * i + 1) * width / (2 * across)];
            size_t place = count++;
            for (; place > 0 && sorted[place - 1] > level; place--)
                sorted[place] = sorted[place - 1];
            sorted[place] = level;
        }
    }
    return (float)(sorted[(count - 1) / 2] + sorted[count / 2] - 255);
}

void dg_levels_measure(dg_levels *grid, const dg_plane *grey)
{
    const size_t longer = grey->width > grey->height ? grey->width : grey->height;
    grid->cell = (longer + DG_LEVELS_SIDE - 1) / DG_LEVELS_SIDE;
    if (grid->cell < CELL_MIN)
        grid->cell = CELL_MIN;
    grid->columns = (grey->width + grid->cell - 1) / grid->cell;
    grid->rows = (grey->height + grid->cell - 1) / grid->cell;
    for (size_t row = 0; row < grid->rows; row++)
        for (size_t column = 0; column < grid->columns; column++)
            grid->level[row][column] =
                cell_median(grey, column * grid->cell, row * grid->cell, grid->cell);
}

float dg_levels_place(size_t cell, size_t cells)
{
    return (float)(2 * cell + 1) / (float)cells - 1;
}

static void surface_basis(float x, float y, float basis[DG_SURFACE_TERMS])
{
    const float terms[DG_SURFACE_TERMS] = {1, x, y, x * x, x * y, y * y};
    memcpy(basis, terms, sizeof terms);
}

float dg_surface_at(const dg_surface *surface, float x, float y)
{
    float basis[DG_SURFACE_TERMS], sum = 0;
    surface_basis(x, y, basis);
    for (int k = 0; k < DG_SURFACE_TERMS; k++)
        sum += surface->terms[k] * basis[k];
    return sum;
}

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The median; of an even number the mean of the middle two. Sorts. */
static float median(float *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_floats);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static float border_median(const dg_levels *grid)
{
    float values[CELLS_MAX];
    size_t count = 0;
    for (size_t row = 0; row < grid->rows; row++)
        for (size_t column = 0; column < grid->columns; column++)
            if (row == 0 || row == grid->rows - 1 || column == 0 || column == grid->columns - 1)
                values[count++] = grid->level[row][column];
    return median(values, count);
}

/* Solve the normal equations by elimination. The ridge, small against the sum of
 * the weights a[0][0], keeps them solvable for a picture of one row. */
static void surface_solve(double a[DG_SURFACE_TERMS][DG_SURFACE_TERMS + 1], dg_surface *surface)
{
    enum { N = DG_SURFACE_TERMS };
    double solution[N];
    for (int k = 1; k < N; k++)
        a[k][k] += 1e-3 * a[0][0];
    for (int k = 0; k < N; k++)
        for (int row = k + 1; row < N; row++) {
            const double factor = a[row][k] / a[k][k];
            for (int column = k; column <= N; column++)
                a[row][column] -= factor * a[k][column];
        }
    for (int k = N - 1; k >= 0; k--) {
        double rest = a[k][N];
        for (int column = k + 1; column < N; column++)
            rest -= a[k][column] * solution[column];
        solution[k] = rest / a[k][k];
        surface->terms[k] = (float)solution[k];
    }
}

/* One round of weighted least squares: cells that lie far off the surface, in
 * terms of how far the middle one lies, have next to no weight. */
static void surface_refit(dg_surface *surface, const dg_levels *grid)
{
    float off[CELLS_MAX], sorted[CELLS_MAX];
    double a[DG_SURFACE_TERMS][DG_SURFACE_TERMS + 1] = {{0}};
    size_t count = 0;
    for (size_t row = 0; row < grid->rows; row++)
        for (size_t column = 0; column < grid->columns; column++) {
            const float x = dg_levels_place(column, grid->columns);
            const float y = dg_levels_place(row, grid->rows);
            off[count++] = fabsf(grid->level[row][column] - dg_surface_at(surface, x, y));
        }
    memcpy(sorted, off, count * sizeof *off);
    const double scale = 1.5 * (double)median(sorted, count) + 2;
    for (size_t i = 0; i < count; i++) {
        const size_t row = i / grid->columns, column = i % grid->columns;
        float basis[DG_SURFACE_TERMS];
        const double ratio = (double)off[i] / scale, square = ratio * ratio;
        const double weight = 1 / (1 + square * square);
        surface_basis(dg_levels_place(column, grid->columns), dg_levels_place(row, grid->rows),
                      basis);
        for (int k = 0; k < DG_SURFACE_TERMS; k++) {
            const double part = weight * (double)basis[k];
            for (int j = 0; j < DG_SURFACE_TERMS; j++)
                a[k][j] += part * (double)basis[j];
            a[k][DG_SURFACE_TERMS] += part * (double)grid->level[row][column];
        }
    }
    surface_solve(a, surface);
}

void dg_levels_fit(dg_surface *surface, const dg_levels *grid)
{
    *surface = (dg_surface){{border_median(grid)}};
    for (int round = 0; round < FIT_ROUNDS; round++) {
        const dg_surface before = *surface;
        float moved = 0;
        surface_refit(surface, grid);
        for (int k = 0; k < DG_SURFACE_TERMS; k++)
            moved += fabsf(surface->terms[k] - before.terms[k]);
        if (moved < SETTLED)
            break;
    }
}
