#include "vision/rules/cells.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "vision/geometry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Lines nearer to each other than this part of the picture are one. */
#define SAME_LINE 0.015

/* A line shorter than this part of the longest one of its kind does not divide cells. */
#define LINE_SHARE 0.5

/* In a cell's sizes: smaller ink is dirt, larger ink no digit; what lies so near to the
 * edge that its middle is there is a rest of it. */
#define DIRT   0.12
#define LARGE  1.25
#define MARGIN 0.10

/* Sort places and make one of those that are close. Returns how many are left. */
static size_t unite(double *places, size_t count, double apart)
{
    size_t kept = 0, group = 0;
    if (count > 0)
        qsort(places, count, sizeof *places, dg_compare_f64);
    for (size_t i = 1; i <= count; i++) {
        if (i < count && places[i] - places[i - 1] <= apart)
            continue;
        places[kept++] = (places[group] + places[i - 1]) / 2;
        group = i;
    }
    return kept;
}

static double longest(const dg_rules *rules, bool vertical)
{
    double most = 0;
    for (size_t i = 0; i < rules->count; i++)
        if (rules->items[i].vertical == vertical)
            most = fmax(most, rules->items[i].to - rules->items[i].from + 1);
    return most;
}

/* The mean slope of the long lines of a kind. */
static double mean_slope(const dg_rules *rules, bool vertical)
{
    const double least = LINE_SHARE * longest(rules, vertical);
    double sum = 0, weight = 0;
    for (size_t i = 0; i < rules->count; i++) {
        const dg_rule *rule = &rules->items[i];
        const double length = rule->to - rule->from + 1;
        if (rule->vertical != vertical || length < least)
            continue;
        sum += length * rule->slope;
        weight += length;
    }
    return weight > 0 ? sum / weight : 0;
}

/* The places of the long lines of a kind, each where the other coordinate is 0. */
static size_t line_places(const dg_rules *rules, bool vertical, double slope, double *places)
{
    const double least = LINE_SHARE * longest(rules, vertical);
    size_t count = 0;
    for (size_t i = 0; i < rules->count; i++) {
        const dg_rule *rule = &rules->items[i];
        const double middle = (rule->from + rule->to) / 2.0;
        if (rule->vertical == vertical && rule->to - rule->from + 1 >= least)
            places[count++] = rule->offset + (rule->slope - slope) * middle;
    }
    return count;
}

/* Edges between rows or columns of ink: half way from one's middle to the next one's. */
static size_t ink_places(const dg_components *components, bool vertical, double size,
                         double *places)
{
    size_t count = 0;
    for (size_t i = 0; i < components->count; i++) {
        const dg_component *b = &components->items[i];
        const double tall = dg_component_height(b);
        if (tall > DG_DIGIT_LOWEST * size && tall < DG_DIGIT_HIGHEST * size)
            places[count++] = vertical ? (b->left + b->right) / 2.0 : (b->top + b->bottom) / 2.0;
    }
    count = unite(places, count, 0.5 * size);
    if (count == 0)
        return 0;
    double before = places[0];
    const double first = count > 1 ? (places[1] - places[0]) / 2 : size;
    const double last = count > 1 ? (places[count - 1] - places[count - 2]) / 2 : size;
    const double end = places[count - 1] + last;
    places[0] -= first;
    for (size_t i = 1; i < count; i++) {
        const double here = places[i];
        places[i] = (before + here) / 2;
        before = here;
    }
    places[count] = end;
    return count + 1;
}

static void divide(double from, double to, uint32_t parts, double *edges)
{
    for (uint32_t i = 0; i <= parts; i++)
        edges[i] = from + (to - from) * i / parts;
}

/* The edges along one axis: `places` have been found, `parts` are wanted or 0. */
static digit_status set_edges(const double *places, size_t count, uint32_t parts, double extent,
                              double **edges, uint32_t *found)
{
    const uint32_t cells = parts ? parts : count > 1 ? (uint32_t)(count - 1) : 1;
    *edges = dg_alloc((size_t)cells + 1, sizeof **edges);
    if (!*edges)
        return dg_fail_memory("a grid", cells * sizeof **edges);
    *found = cells;
    if (count == (size_t)cells + 1)
        memcpy(*edges, places, count * sizeof **edges);
    else if (count > 1)
        divide(places[0], places[count - 1], cells, *edges);
    else
        divide(0, extent, cells, *edges);
    return DIGIT_OK;
}

digit_status dg_cells_find(const dg_rules *rules, const dg_components *components,
                           const dg_cells_plan *plan, dg_cells *cells)
{
    const size_t room = (rules->count > components->count ? rules->count : components->count) + 1;
    double *places = dg_alloc(room, sizeof *places);
    *cells = (dg_cells){.slopes = {mean_slope(rules, false), mean_slope(rules, true)}};
    digit_status status = DIGIT_OK;
    if (!places)
        status = dg_fail_memory("a grid", room * sizeof *places);
    for (int vertical = 0; status == DIGIT_OK && vertical <= 1; vertical++) {
        const double extent = (double)(vertical ? plan->width : plan->height);
        size_t count = line_places(rules, vertical, cells->slopes[vertical], places);
        count = unite(places, count, SAME_LINE * extent);
        const uint32_t parts = vertical ? plan->columns : plan->rows;
        if (count < 2 && parts == 0)
            count = ink_places(components, vertical, plan->digit_height, places);
        status = set_edges(places, count, parts, extent, vertical ? &cells->across : &cells->down,
                           vertical ? &cells->columns : &cells->rows);
    }
    dg_free(places);
    return status;
}

void dg_cells_free(dg_cells *cells)
{
    dg_free(cells->across);
    dg_free(cells->down);
    *cells = (dg_cells){0};
}

/* The interval that holds `place`, not too near to its ends; `parts` if there is none. */
static uint32_t interval_of(const double *edges, uint32_t parts, double place)
{
    for (uint32_t i = 0; i < parts; i++) {
        const double margin = MARGIN * (edges[i + 1] - edges[i]);
        if (place >= edges[i] + margin && place <= edges[i + 1] - margin)
            return i;
    }
    return parts;
}

uint32_t dg_cell_of(const dg_cells *cells, const dg_component *component)
{
    const double x = (component->left + component->right) / 2.0,
                 y = (component->top + component->bottom) / 2.0;
    const uint32_t row = interval_of(cells->down, cells->rows, y - cells->slopes[0] * x);
    const uint32_t column = interval_of(cells->across, cells->columns, x - cells->slopes[1] * y);
    if (row == cells->rows || column == cells->columns)
        return DG_OUTSIDE_GRID;
    const double wide = cells->across[column + 1] - cells->across[column];
    const double high = cells->down[row + 1] - cells->down[row];
    const double width = dg_component_width(component) / wide,
                 height = dg_component_height(component) / high;
    if ((width < DIRT && height < DIRT) || width > LARGE || height > LARGE)
        return DG_OUTSIDE_GRID;
    return row * cells->columns + column;
}

digit_box dg_cell_box(const dg_cells *cells, uint32_t row, uint32_t column)
{
    const double x = cells->across[column], y = cells->down[row];
    return (digit_box){(int32_t)(x + cells->slopes[1] * y), (int32_t)(y + cells->slopes[0] * x),
                       (int32_t)(cells->across[column + 1] - x),
                       (int32_t)(cells->down[row + 1] - y)};
}
