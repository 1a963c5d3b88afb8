#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

#include <string.h>

/* Gaps of so many pixels do not end a run: noise makes them. */
#define BRIDGE 2

/* What it takes to look at a run, and at a pixel of it (dg_pace_step()). */
#define RUN_STEPS   4
#define PIXEL_STEPS 2

static digit_status add(dg_long_runs *found, uint32_t y, uint32_t start, uint32_t end)
{
    dg_run *items = dg_grow(found->items, found->count, &found->room, 1, sizeof *items);
    if (!items)
        return dg_fail_memory("form lines", sizeof *items);
    found->items = items;
    items[found->count++] = (dg_run){(uint16_t)y, (uint16_t)start, (uint16_t)end};
    return DIGIT_OK;
}

static digit_status add_horizontal(const dg_run *runs, uint32_t count, uint32_t shortest,
                                   dg_pace *pace, dg_long_runs *found)
{
    digit_status status = dg_pace_step(pace, RUN_STEPS * (size_t)count);
    for (uint32_t i = 0; status == DIGIT_OK && i < count; i++) {
        const uint32_t start = runs[i].start;
        while (i + 1 < count && runs[i + 1].y == runs[i].y &&
               runs[i + 1].start <= runs[i].end + BRIDGE)
            i++;
        if (runs[i].end - start >= shortest)
            status = add(found, runs[i].y, start, runs[i].end);
    }
    return status;
}

/* Where the ink of each column began, and where it was seen last. */
typedef struct column {
    int32_t start, last;
} column;

static digit_status end_column(const column *c, uint32_t x, uint32_t shortest,
                               dg_long_runs *found)
{
    return c->last >= 0 && (uint32_t)(c->last + 1 - c->start) >= shortest
               ? add(found, x, (uint32_t)c->start, (uint32_t)c->last + 1)
               : DIGIT_OK;
}

static digit_status follow_columns(const dg_run *runs, const dg_component *component,
                                   uint32_t shortest, column *columns, dg_pace *pace,
                                   dg_long_runs *found)
{
    digit_status status = DIGIT_OK;
    for (uint32_t i = 0; status == DIGIT_OK && i < component->count; i++) {
        const dg_run *run = &runs[i];
        for (uint32_t x = run->start; status == DIGIT_OK && x < run->end; x++) {
            column *c = &columns[x - component->left];
            if (c->last < 0 || c->last + 1 + BRIDGE < run->y) {
                status = end_column(c, x, shortest, found);
                c->start = run->y;
            }
            c->last = run->y;
        }
        if (status == DIGIT_OK)
            status = dg_pace_step(pace, RUN_STEPS + PIXEL_STEPS * (size_t)(run->end - run->start));
    }
    for (uint32_t x = 0; status == DIGIT_OK && x < dg_component_width(component); x++)
        status = end_column(&columns[x], component->left + x, shortest, found);
    return status;
}

/* Those of each column are in order already: the columns are put in order. */
static digit_status sort_columns(const dg_component *component, dg_run *runs, size_t count)
{
    const size_t width = dg_component_width(component);
    size_t *begin = dg_alloc_zero(width + 1, sizeof *begin);
    dg_run *sorted = dg_alloc(count, sizeof *sorted);
    if (!begin || !sorted) {
        dg_free(begin);
        dg_free(sorted);
        return dg_fail_memory("form lines", count * sizeof *sorted);
    }
    for (size_t i = 0; i < count; i++)
        begin[runs[i].y - component->left + 1]++;
    for (size_t x = 0; x < width; x++)
        begin[x + 1] += begin[x];
    for (size_t i = 0; i < count; i++)
        sorted[begin[runs[i].y - component->left]++] = runs[i];
    memcpy(runs, sorted, count * sizeof *runs);
    dg_free(begin);
    dg_free(sorted);
    return DIGIT_OK;
}

static digit_status add_vertical(const dg_run *runs, const dg_component *component,
                                 uint32_t shortest, dg_pace *pace, dg_long_runs *found)
{
    const uint32_t width = dg_component_width(component);
    column *columns = dg_alloc(width, sizeof *columns);
    if (!columns)
        return dg_fail_memory("form lines", width * sizeof *columns);
    memset(columns, 0xFF, width * sizeof *columns);
    const size_t before = found->count;
    digit_status status = follow_columns(runs, component, shortest, columns, pace, found);
    if (status == DIGIT_OK && found->count > before)
        status = sort_columns(component, found->items + before, found->count - before);
    dg_free(columns);
    return status;
}

digit_status dg_long_runs_add(const dg_components *components, const dg_component *component,
                              bool vertical, uint32_t shortest, dg_pace *pace, dg_long_runs *found)
{
    const dg_run *runs = components->runs + component->first;
    return vertical ? add_vertical(runs, component, shortest, pace, found)
                    : add_horizontal(runs, component->count, shortest, pace, found);
}
