#include "base/error.h"
#include "base/mem.h"
#include "vision/page/lines_parts.h"

#include <math.h>
#include <stdlib.h>

/* A line goes on where this part of the lower piece's height lies beside its last ones. */
#define LINE_OVERLAP 0.4

/* A line while it is being found: how high it runs at its right end. */
typedef struct trace {
    double top, bottom; /* without the slope; a running mean */
    double sum;         /* of the heights */
    size_t count;
    uint32_t order;     /* its place, top to bottom */
} trace;

static double shift_of(const dg_piece *p, double slope)
{
    return slope * dg_piece_across(p);
}

static void trace_add(trace *t, const dg_piece *p, double slope)
{
    const double top = p->top - shift_of(p, slope), bottom = p->bottom - shift_of(p, slope);
    const double part = t->count < 3 ? 1.0 / (double)(t->count + 1) : 0.3;
    t->top += part * (top - t->top);
    t->bottom += part * (bottom - t->bottom);
    t->sum += p->bottom + 1 - p->top;
    t->count++;
}

/* How much of the lower of both lies beside the other. */
static double beside(const trace *t, const dg_piece *p, double slope)
{
    const double shift = shift_of(p, slope);
    const double top = fmax(t->top, p->top - shift), bottom = fmin(t->bottom, p->bottom - shift);
    return (bottom - top + 1) / fmin(t->bottom - t->top + 1, p->bottom - p->top + 1);
}

static uint32_t best_trace(const trace *traces, size_t count, const dg_piece *p, double slope)
{
    uint32_t best = DG_NO_COMPONENT;
    double overlap = LINE_OVERLAP;
    for (size_t i = 0; i < count; i++) {
        const double here = beside(&traces[i], p, slope);
        if (here > overlap) {
            overlap = here;
            best = (uint32_t)i;
        }
    }
    return best;
}

/* Which line a small piece lies in: the nearest one, no further than a digit's height. */
static uint32_t near_trace(const trace *traces, size_t count, const dg_piece *p, double slope)
{
    uint32_t best = DG_NO_COMPONENT;
    double nearest = 0.35;
    for (size_t i = 0; i < count; i++) {
        const trace *t = &traces[i];
        const double height = t->bottom - t->top + 1, middle = dg_piece_down(p, slope);
        const double away = fmax(t->top - middle, middle - t->bottom) / height;
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

/* Follow the tall pieces from left to right; where[piece] is the trace each is in. */
static size_t trace_lines(const dg_piece *pieces, size_t tall, double slope, bool single,
                          trace *traces, uint32_t *where)
{
    size_t count = 0;
    for (size_t i = 0; i < tall; i++) {
        uint32_t at = single && count > 0 ? 0 : best_trace(traces, count, &pieces[i], slope);
        if (at == DG_NO_COMPONENT) {
            at = (uint32_t)count++;
            traces[at] = (trace){0};
        }
        trace_add(&traces[at], &pieces[i], slope);
        where[i] = at;
    }
    return count;
}

/* Sort pieces into their lines; those of no line are dropped. */
static digit_status deal(dg_lines *lines, const trace *traces, const uint32_t *where)
{
    const size_t count = lines->piece_count;
    dg_piece *dealt = dg_alloc(count, sizeof *dealt);
    if (!dealt)
        return dg_fail_memory("lines", count * sizeof *dealt);
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
        dealt[line->first + line->count++] = lines->pieces[i];
    }
    dg_free(lines->pieces);
    lines->pieces = dealt;
    lines->piece_count = first;
    for (size_t i = 0; i < lines->count; i++)
        qsort(lines->pieces + lines->items[i].first, lines->items[i].count, sizeof *dealt,
              dg_piece_compare);
    return DIGIT_OK;
}

digit_status dg_lines_trace(const dg_lines_plan *plan, size_t tall, dg_lines *lines)
{
    trace *traces = dg_alloc(tall, sizeof *traces);
    uint32_t *where = dg_alloc(lines->piece_count, sizeof *where);
    digit_status status = DIGIT_OK;
    if (!traces || !where) {
        status = dg_fail_memory("lines", tall * sizeof *traces);
        goto done;
    }
    lines->count =
        trace_lines(lines->pieces, tall, lines->slope, plan->single, traces, where);
    for (size_t i = tall; i < lines->piece_count; i++)
        where[i] = near_trace(traces, lines->count, &lines->pieces[i], lines->slope);
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
    status = deal(lines, traces, where);
done:
    dg_free(where);
    dg_free(traces);
    return status;
}
