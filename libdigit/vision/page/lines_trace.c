#include "base/error.h"
#include "base/mem.h"
#include "vision/geometry.h"
#include "vision/page/lines_parts.h"

#include <math.h>
#include <stdlib.h>

/* The top and the bottom of a line follow its clusters: the mean of the first ones, then an
 * exponential mean with this weight. */
#define MEAN_FIRST  3
#define MEAN_WEIGHT 0.3

/* A line while it is followed from left to right. */
typedef struct trace {
    double top, bottom; /* at its right end, in pixels, with the slope taken out */
    double sum;         /* of the clusters' heights */
    size_t count, last; /* clusters, and the index of the last one */
    uint32_t order;     /* number of the line, top to bottom */
} trace;

static double shift_of(const dg_cluster *p, double slope)
{
    return slope * dg_cluster_x(p);
}

static void trace_add(trace *t, const dg_cluster *clusters, size_t index, double slope)
{
    const dg_cluster *p = &clusters[index];
    const double top = p->top - shift_of(p, slope), bottom = p->bottom - shift_of(p, slope);
    const double part = t->count < MEAN_FIRST ? 1.0 / (double)(t->count + 1) : MEAN_WEIGHT;
    t->top += part * (top - t->top);
    t->bottom += part * (bottom - t->bottom);
    t->sum += p->bottom + 1 - p->top;
    t->count++;
    t->last = index;
}

/* Vertical overlap, as a part of the smaller height; without any, 0 or less. */
static double overlap_of(const trace *t, const dg_cluster *p, double shift)
{
    const double top = fmax(t->top, p->top - shift), bottom = fmin(t->bottom, p->bottom - shift);
    const double shared = bottom - top + 1;
    return shared <= 0 ? shared
                       : shared / fmin(t->bottom - t->top + 1, p->bottom - p->top + 1);
}

static uint32_t best_trace(const trace *traces, size_t count, const dg_cluster *p, double slope)
{
    uint32_t best = DG_NO_COMPONENT;
    double overlap = DG_LINE_OVERLAP;
    const double shift = shift_of(p, slope);
    for (size_t i = 0; i < count; i++) {
        const double here = overlap_of(&traces[i], p, shift);
        if (here > overlap) {
            overlap = here;
            best = (uint32_t)i;
        }
    }
    return best;
}

/* The nearest line to a small cluster, or DG_NO_COMPONENT. */
static uint32_t near_trace(const trace *traces, size_t count, const dg_cluster *p, double slope)
{
    uint32_t best = DG_NO_COMPONENT;
    double nearest = DG_LINE_AWAY;
    const double centre = dg_cluster_y(p, slope);
    for (size_t i = 0; i < count; i++) {
        const trace *t = &traces[i];
        const double height = t->bottom - t->top + 1;
        const double away = fmax(t->top - centre, centre - t->bottom) / height;
        if (away < nearest) {
            nearest = away;
            best = (uint32_t)i;
        }
    }
    return best;
}

static int compare_traces(const void *a, const void *b)
{
    const trace *const *p = a, *const *q = b;
    const double x = (*p)->top + (*p)->bottom, y = (*q)->top + (*q)->bottom;
    return (x > y) - (x < y);
}

/* Number the traces from top to bottom. */
static digit_status order_traces(trace *traces, size_t count)
{
    trace **sorted = dg_alloc(count, sizeof *sorted);
    if (!sorted)
        return dg_fail_memory("lines", count * sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &traces[i];
    qsort(sorted, count, sizeof *sorted, compare_traces);
    for (size_t i = 0; i < count; i++)
        sorted[i]->order = (uint32_t)i;
    dg_free(sorted);
    return DIGIT_OK;
}

/* The line that a low cluster hangs from, as a comma does, or DG_NO_COMPONENT. */
static uint32_t hung_trace(const trace *traces, size_t count, const dg_cluster *clusters,
                           const dg_cluster *p, const dg_cluster *after, double gap)
{
    for (size_t i = 0; i < count; i++)
        if (dg_cluster_hangs(p, &clusters[traces[i].last], after, gap))
            return (uint32_t)i;
    return DG_NO_COMPONENT;
}

/* Put the tall clusters, which lie left to right, into lines->count traces: where[cluster] is the
 * trace. */
static digit_status trace_lines(const dg_lines_plan *plan, dg_lines *lines, size_t tall,
                                dg_pace *pace, trace *traces, uint32_t *where)
{
    dg_cluster *clusters = lines->clusters;
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < tall; i++) {
        status = dg_pace_step(pace, 2 * DG_CLUSTER_STEPS * lines->count);
        where[i] = hung_trace(traces, lines->count, clusters, &clusters[i],
                              i + 1 < tall ? &clusters[i + 1] : NULL,
                              plan->single ? INFINITY : DG_COMMA_GAP);
        clusters[i].small = where[i] != DG_NO_COMPONENT;
        if (clusters[i].small)
            continue;
        uint32_t at = plan->single && lines->count > 0
                          ? 0
                          : best_trace(traces, lines->count, &clusters[i], lines->slope);
        if (at == DG_NO_COMPONENT) {
            at = (uint32_t)lines->count++;
            traces[at] = (trace){0};
        }
        trace_add(&traces[at], clusters, i, lines->slope);
        where[i] = at;
    }
    return status;
}

/* Put the small clusters to the nearest traces. */
static digit_status place_small(const dg_lines *lines, size_t tall, dg_pace *pace,
                                const trace *traces, uint32_t *where)
{
    digit_status status = DIGIT_OK;
    for (size_t i = tall; status == DIGIT_OK && i < lines->cluster_count; i++) {
        where[i] = near_trace(traces, lines->count, &lines->clusters[i], lines->slope);
        status = dg_pace_step(pace, DG_CLUSTER_STEPS * lines->count);
    }
    return status;
}

/* Sort the clusters by line; those without a line are dropped. */
static digit_status sort_by_line(dg_lines *lines, const trace *traces, const uint32_t *where)
{
    const size_t count = lines->cluster_count;
    dg_cluster *sorted = dg_alloc(count, sizeof *sorted);
    if (!sorted)
        return dg_fail_memory("lines", count * sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        if (where[i] != DG_NO_COMPONENT)
            lines->items[traces[where[i]].order].count++;
    size_t first = 0;
    for (size_t i = 0; i < lines->count; i++) {
        lines->items[i].first = first;
        first += lines->items[i].count;
        lines->items[i].count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (where[i] == DG_NO_COMPONENT)
            continue;
        dg_line *line = &lines->items[traces[where[i]].order];
        sorted[line->first + line->count++] = lines->clusters[i];
    }
    dg_free(lines->clusters);
    lines->clusters = sorted;
    lines->cluster_count = first;
    for (size_t i = 0; i < lines->count; i++)
        qsort(lines->clusters + lines->items[i].first, lines->items[i].count, sizeof *sorted,
              dg_cluster_compare);
    return DIGIT_OK;
}

digit_status dg_lines_trace(const dg_lines_plan *plan, size_t tall, dg_lines *lines)
{
    trace *traces = dg_alloc(tall, sizeof *traces);
    uint32_t *where = dg_alloc(lines->cluster_count, sizeof *where);
    dg_pace pace = {.deadline = plan->deadline};
    digit_status status = DIGIT_OK;
    if (!traces || !where) {
        status = dg_fail_memory("lines", tall * sizeof *traces);
        goto done;
    }
    status = trace_lines(plan, lines, tall, &pace, traces, where);
    if (status == DIGIT_OK)
        status = place_small(lines, tall, &pace, traces, where);
    if (status == DIGIT_OK)
        status = order_traces(traces, lines->count);
    if (status != DIGIT_OK)
        goto done;
    lines->items = dg_alloc_zero(lines->count, sizeof *lines->items);
    if (!lines->items) {
        status = dg_fail_memory("lines", lines->count * sizeof *lines->items);
        goto done;
    }
    for (size_t i = 0; i < lines->count; i++)
        lines->items[traces[i].order].size = traces[i].sum / (double)traces[i].count;
    status = sort_by_line(lines, traces, where);
done:
    dg_free(where);
    dg_free(traces);
    return status;
}
