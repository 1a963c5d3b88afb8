/*
 * A cut is a path of pixels from the top to the bottom that crosses as little ink as can
 * be; it may step aside in a row, around a bar that reaches over its neighbour, and pays
 * for that. The cheapest path through each column of the middle row comes from two passes,
 * one from the top and one from the bottom; the local minima along that row are the
 * candidates.
 */
#include "vision/cuts.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/stroke.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Pieces are looked at in at most so many rows, and in this many columns or not at all. */
#define ROWS_MAX    48
#define COLUMNS_MAX 2048

/* What a step aside costs, in strengths of ink. */
#define ASIDE 90

/* In digits' sizes: pieces narrower than this are one digit, wider ones may be two in any
 * way; what a cut leaves on either side, and how high that is where two digits touch. */
#define NARROW   0.45
#define WIDE     1.0
#define SIDE     0.10
#define TOUCHING 0.62

/* What a cut may cross, in widths of a stroke; ink between two cuts, in its square; ink
 * that is on both sides of one. */
#define CROSS_MOST  3.2
#define CROSS_TOUCH 2.5
#define APART       1.5
#define SHARED      0.4

/* A piece, coarse: strengths[rows][columns], and what the paths cost. */
typedef struct raster {
    size_t rows, columns, step; /* step: pixels along a coarse pixel's side */
    uint32_t *ink, *down, *up;  /* [rows][columns] each; one allocation */
    double stroke;              /* the cost of crossing one stroke */
    double size;                /* of a digit, in coarse pixels */
} raster;

static digit_status raster_make(raster *r, const dg_plane *ink, const dg_run *runs, size_t count,
                                const digit_box *box, double size)
{
    r->step = ((size_t)box->height + ROWS_MAX - 1) / ROWS_MAX;
    r->rows = ((size_t)box->height + r->step - 1) / r->step;
    r->columns = ((size_t)box->width + r->step - 1) / r->step;
    const size_t cells = r->rows * r->columns, area = r->step * r->step;
    r->ink = dg_alloc_zero(3 * cells, sizeof *r->ink);
    if (!r->ink)
        return dg_fail_memory("cuts", 3 * cells * sizeof *r->ink);
    r->down = r->ink + cells;
    r->up = r->down + cells;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *row = ink->pixels + (size_t)runs[i].y * ink->width;
        uint32_t *line = r->ink + (size_t)(runs[i].y - box->y) / r->step * r->columns;
        for (size_t x = runs[i].start; x < runs[i].end; x++)
            line[(x - (size_t)box->x) / r->step] += row[x];
    }
    for (size_t i = 0; i < cells; i++)
        r->ink[i] = (r->ink[i] + (uint32_t)area / 2) / (uint32_t)area;
    const double stroke = dg_stroke_width(ink, box) / (double)r->step;
    r->stroke = 253 * (stroke > 1 ? stroke : 1);
    r->size = size / (double)r->step;
    return DIGIT_OK;
}

/* What it costs to come to each place of a row from `before`, the costs of the row before it:
 * straight on, or after steps aside, which cross the ink that lies there. */
static void arrive(const uint32_t *ink, const uint32_t *before, size_t columns, uint32_t *costs)
{
    memcpy(costs, before, columns * sizeof *costs);
    for (size_t x = 1; x < columns; x++)
        if (costs[x - 1] + ink[x - 1] + ASIDE < costs[x])
            costs[x] = costs[x - 1] + ink[x - 1] + ASIDE;
    for (size_t x = columns - 1; x-- > 0;)
        if (costs[x + 1] + ink[x + 1] + ASIDE < costs[x])
            costs[x] = costs[x + 1] + ink[x + 1] + ASIDE;
    for (size_t x = 0; x < columns; x++)
        costs[x] += ink[x];
}

static void raster_paths(raster *r)
{
    const size_t columns = r->columns, cells = r->rows * columns;
    memcpy(r->down, r->ink, columns * sizeof *r->ink);
    memcpy(r->up + cells - columns, r->ink + cells - columns, columns * sizeof *r->ink);
    for (size_t row = 1; row < r->rows; row++)
        arrive(r->ink + row * columns, r->down + (row - 1) * columns, columns,
               r->down + row * columns);
    for (size_t row = r->rows - 1; row-- > 0;)
        arrive(r->ink + row * columns, r->up + (row + 1) * columns, columns,
               r->up + row * columns);
}

/* Of the cheapest path through column `x` of the middle row. */
static uint32_t path_cost(const raster *r, size_t x)
{
    const size_t at = r->rows / 2 * r->columns + x;
    return r->down[at] + r->up[at] - r->ink[at];
}

/* Where the path that comes to column `at` of a row was in the row before it. */
static size_t came_from(const uint32_t *ink, const uint32_t *before, const uint32_t *costs,
                        size_t at, size_t columns)
{
    while (costs[at] != before[at] + ink[at]) { /* not straight on: from a side */
        if (at > 0 && costs[at] - ink[at] == costs[at - 1] + ASIDE)
            at--;
        else if (at + 1 < columns && costs[at] - ink[at] == costs[at + 1] + ASIDE)
            at++;
        else
            break;
    }
    return at;
}

/* The path's column in every row: path[rows]. */
static void follow(const raster *r, size_t x, uint16_t path[ROWS_MAX])
{
    const size_t middle = r->rows / 2, columns = r->columns;
    size_t at = x;
    path[middle] = (uint16_t)x;
    for (size_t row = middle; row-- > 0;) {
        const size_t here = (row + 1) * columns;
        at = came_from(r->ink + here, r->down + row * columns, r->down + here, at, columns);
        path[row] = (uint16_t)at;
    }
    at = x;
    for (size_t row = middle + 1; row < r->rows; row++) {
        const size_t here = (row - 1) * columns;
        at = came_from(r->ink + here, r->up + row * columns, r->up + here, at, columns);
        path[row] = (uint16_t)at;
    }
}

/* How the ink lies on one side of a path. */
typedef struct side {
    size_t first, last; /* rows with ink */
    uint64_t mass;
} side;

static void measure_sides(const raster *r, const uint16_t path[ROWS_MAX], side sides[2])
{
    for (int s = 0; s < 2; s++)
        sides[s] = (side){r->rows, 0, 0};
    for (size_t row = 0; row < r->rows; row++) {
        uint64_t mass[2] = {0, 0};
        for (size_t x = 0; x < r->columns; x++)
            mass[x >= path[row]] += r->ink[row * r->columns + x];
        for (int s = 0; s < 2; s++) {
            if (mass[s] < 64)
                continue;
            sides[s].first = row < sides[s].first ? row : sides[s].first;
            sides[s].last = row;
            sides[s].mass += mass[s];
        }
    }
}

static bool looks_like_touch(const raster *r, const uint16_t path[ROWS_MAX], uint32_t cost)
{
    side sides[2];
    if (cost > CROSS_TOUCH * r->stroke)
        return false;
    measure_sides(r, path, sides);
    for (int s = 0; s < 2; s++)
        if (sides[s].mass == 0 ||
            (double)(sides[s].last + 1 - sides[s].first) < TOUCHING * r->size)
            return false;
    const uint64_t whole = sides[0].mass + sides[1].mass;
    return sides[0].mass * 7 > whole && sides[1].mass * 7 > whole;
}

/* A path that was found, and what it costs. */
typedef struct cut {
    uint16_t at[ROWS_MAX]; /* [rows] */
    uint32_t cost;
    size_t column; /* in the middle row */
} cut;

/* The ink between two paths. */
static uint64_t mass_between(const raster *r, const cut *a, const cut *b)
{
    uint64_t mass = 0;
    for (size_t row = 0; row < r->rows; row++) {
        const size_t from = a->at[row] < b->at[row] ? a->at[row] : b->at[row];
        const size_t to = a->at[row] < b->at[row] ? b->at[row] : a->at[row];
        for (size_t x = from; x < to; x++)
            mass += r->ink[row * r->columns + x];
    }
    return mass;
}

/* Is it as good as one of those taken: with hardly any ink between? */
static bool is_taken(const raster *r, const cut *taken, size_t count, const cut *new)
{
    const double stroke = r->stroke / 253;
    for (size_t i = 0; i < count; i++)
        if ((double)mass_between(r, &taken[i], new) < APART * stroke * r->stroke)
            return true;
    return false;
}

static int compare_costs(const void *a, const void *b)
{
    const cut *p = a, *q = b;
    return p->cost != q->cost ? (p->cost > q->cost) - (p->cost < q->cost)
                              : (p->column > q->column) - (p->column < q->column);
}

static int compare_columns(const void *a, const void *b)
{
    const cut *p = a, *q = b;
    return (p->column > q->column) - (p->column < q->column);
}

/* All paths that cross little enough, best first. */
static size_t list_paths(const raster *r, cut *paths)
{
    const size_t margin = (size_t)(SIDE * r->size) + 1;
    size_t count = 0;
    for (size_t x = margin; x + margin < r->columns; x++) {
        const uint32_t cost = path_cost(r, x);
        if (cost > CROSS_MOST * r->stroke)
            continue;
        paths[count].cost = cost;
        paths[count++].column = x;
    }
    qsort(paths, count, sizeof *paths, compare_costs);
    return count;
}

/* Keep the best paths that differ, and look as they should; left to right. */
static size_t choose_paths(const raster *r, bool wide, cut *paths)
{
    const size_t most = 3 + (size_t)(4 * (double)r->columns / r->size);
    const size_t listed = list_paths(r, paths);
    size_t count = 0;
    for (size_t i = 0; i < listed && count < most && count < DG_CUTS_MAX; i++) {
        cut next = paths[i];
        follow(r, next.column, next.at);
        if ((wide || looks_like_touch(r, next.at, next.cost)) &&
            !is_taken(r, paths, count, &next))
            paths[count++] = next;
    }
    qsort(paths, count, sizeof *paths, compare_columns);
    return count;
}

static void fill_cut(const raster *r, const digit_box *box, const cut *from,
                     const uint16_t *before, uint16_t *at)
{
    for (size_t y = 0; y < (size_t)box->height; y++) {
        const size_t column = from->at[y / r->step] * r->step + r->step / 2;
        at[y] = (uint16_t)((size_t)box->x + column);
        if (before && at[y] < before[y])
            at[y] = before[y];
    }
}

digit_status dg_cuts_find(const dg_plane *ink, const dg_run *runs, size_t count,
                          const digit_box *box, double size, dg_cuts *cuts)
{
    raster r = {0};
    cut *paths = NULL;
    *cuts = (dg_cuts){.height = (size_t)box->height};
    if (box->width < NARROW * size || box->width < 6)
        return DIGIT_OK;
    digit_status status = raster_make(&r, ink, runs, count, box, size);
    if (status != DIGIT_OK || r.columns > COLUMNS_MAX)
        goto done;
    raster_paths(&r);
    paths = dg_alloc(r.columns, sizeof *paths);
    if (!paths) {
        status = dg_fail_memory("cuts", r.columns * sizeof *paths);
        goto done;
    }
    cuts->shared = (uint32_t)(SHARED * r.stroke / 253 * (double)r.step + 0.5);
    cuts->count = choose_paths(&r, box->width > WIDE * size, paths);
    cuts->at = dg_alloc(cuts->count * cuts->height, sizeof *cuts->at);
    if (!cuts->at) {
        status = dg_fail_memory("cuts", cuts->count * cuts->height * sizeof *cuts->at);
        goto done;
    }
    for (size_t i = 0; i < cuts->count; i++)
        fill_cut(&r, box, &paths[i], i > 0 ? cuts->at + (i - 1) * cuts->height : NULL,
                 cuts->at + i * cuts->height);
done:
    dg_free(paths);
    dg_free(r.ink);
    return status;
}

void dg_cuts_free(dg_cuts *cuts)
{
    dg_free(cuts->at);
    *cuts = (dg_cuts){0};
}
