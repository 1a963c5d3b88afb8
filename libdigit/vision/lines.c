#include "vision/lines.h"

#include "base/error.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Heights from SIZE_LOW to SIZE_HIGH of a size agree with it. */
#define SIZE_LOW  0.65
#define SIZE_HIGH 1.5

/* Ink at the picture's edge counts so much less: it is often no writing. */
#define EDGE_WEIGHT 0.3

/* Bounds for what could be a digit, or a string of touching ones, in sizes. */
#define TALL_LEAST   0.45
#define TALL_MOST    2.6
#define WIDE_MOST    14.0
#define SMALL_LEAST  0.06
#define SMALL_WIDEST 1.5

/* Slopes tried: tangents from -STEPS to STEPS times STEP. */
#define SLOPE_STEPS 26
#define SLOPE_STEP  0.004
#define SLOPE_BINS  4 /* a digit's height */

/* A line goes on where this part of the lower piece's height lies beside its last ones. */
#define LINE_OVERLAP 0.4

/* A small piece is part of another where so much of its width lies over or under it, at
 * most so far away, in digits' heights. */
#define PART_OVERLAP 0.5
#define PART_AWAY    0.45

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* ---- Size ------------------------------------------------------------- */

typedef struct vote {
    double height, weight;
} vote;

static int compare_votes(const void *a, const void *b)
{
    const double x = ((const vote *)a)->height, y = ((const vote *)b)->height;
    return (x > y) - (x < y);
}

static vote vote_of(const dg_blob *blob, size_t width, size_t height)
{
    const double w = dg_blob_width(blob), h = dg_blob_height(blob);
    const bool edge = blob->left == 0 || blob->top == 0 || (size_t)blob->right + 1 == width ||
                      (size_t)blob->bottom + 1 == height;
    const bool line = w > 5 * h || h > 14 * w;
    return (vote){h, line ? 0 : h * sqrt(h) * (edge ? EDGE_WEIGHT : 1)};
}

/* The middle of the window of heights that has the most weight. */
static double best_window(const vote *votes, size_t count)
{
    double sum = 0, best = 0, size = 0;
    size_t first = 0, last = 0;
    for (size_t i = 0; i < count; i++) {
        const double centre = votes[i].height;
        for (; last < count && votes[last].height <= SIZE_HIGH * centre; last++)
            sum += votes[last].weight;
        for (; votes[first].height < SIZE_LOW * centre; first++)
            sum -= votes[first].weight;
        if (sum > best) {
            best = sum;
            size = 0;
            for (size_t j = first; j < last; j++)
                size += votes[j].weight * votes[j].height;
            size /= sum;
        }
    }
    return size;
}

double dg_digit_size(const dg_blobs *blobs, size_t width, size_t height)
{
    vote *votes = dg_alloc(blobs->count, sizeof *votes);
    if (!votes)
        return -1;
    for (size_t i = 0; i < blobs->count; i++)
        votes[i] = vote_of(&blobs->items[i], width, height);
    qsort(votes, blobs->count, sizeof *votes, compare_votes);
    const double size = best_window(votes, blobs->count);
    dg_free(votes);
    return size;
}

/* ---- Slope ------------------------------------------------------------ */

static double middle_across(const dg_piece *p)
{
    return (p->left + p->right) / 2.0;
}

static double middle_down(const dg_piece *p, double slope)
{
    return (p->top + p->bottom) / 2.0 - slope * middle_across(p);
}

/* How well pieces fall into rows at this slope: the sum of squares of how many share one. */
static double row_score(const dg_piece *pieces, size_t count, double slope, double bin,
                        uint32_t *bins, size_t bin_count, double lowest)
{
    double score = 0;
    memset(bins, 0, bin_count * sizeof *bins);
    for (size_t i = 0; i < count; i++) {
        const double place = (middle_down(&pieces[i], slope) - lowest) / bin;
        const size_t at = (size_t)place;
        const double part = place - (double)at;
        bins[at] += (uint32_t)(1024 * (1 - part));
        bins[at + 1] += (uint32_t)(1024 * part);
    }
    for (size_t i = 0; i < bin_count; i++)
        score += (double)bins[i] * bins[i];
    return score;
}

static digit_status find_slope(const dg_piece *pieces, size_t count, size_t width, size_t height,
                               double size, double *slope)
{
    const double bin = size / SLOPE_BINS + 1, reach = SLOPE_STEPS * SLOPE_STEP * (double)width;
    const size_t bin_count = (size_t)(((double)height + 2 * reach) / bin) + 3;
    uint32_t *bins = dg_alloc(bin_count, sizeof *bins);
    double best = 0;
    *slope = 0;
    if (!bins)
        return dg_fail_memory("lines", bin_count * sizeof *bins);
    for (int step = 0; step <= 2 * SLOPE_STEPS; step++) {
        const int turn = (step + 1) / 2 * (step % 2 ? 1 : -1); /* the smallest first */
        const double tried = turn * SLOPE_STEP;
        const double score = row_score(pieces, count, tried, bin, bins, bin_count, -reach) *
                             (1 - 0.004 * abs(turn));
        if (score > best) {
            best = score;
            *slope = tried;
        }
    }
    dg_free(bins);
    return DIGIT_OK;
}

/* ---- Pieces ----------------------------------------------------------- */

enum { DIRT, SMALL, TALL };

static int kind_of(const dg_blob *blob, double size, uint32_t min_height)
{
    const double w = dg_blob_width(blob), h = dg_blob_height(blob);
    if (h >= TALL_LEAST * size && h <= TALL_MOST * size && w <= WIDE_MOST * size)
        return h < min_height ? SMALL : TALL;
    if (h < TALL_LEAST * size && w <= SMALL_WIDEST * size &&
        (w >= SMALL_LEAST * size || h >= SMALL_LEAST * size))
        return SMALL;
    return DIRT;
}

static dg_piece piece_of(const dg_blob *blob, uint32_t index, bool small)
{
    return (dg_piece){index,      1,           blob->left, blob->top,
                      blob->right, blob->bottom, small};
}

static int compare_across(const void *a, const void *b)
{
    const dg_piece *p = a, *q = b;
    const int32_t x = p->left + p->right, y = q->left + q->right;
    return x != y ? (x > y) - (x < y) : (p->blob > q->blob) - (p->blob < q->blob);
}

/* The tall pieces first, then the small ones; both left to right. */
static size_t gather(const dg_blobs *blobs, const dg_lines_plan *plan, double size,
                     dg_lines *lines)
{
    size_t tall = 0;
    for (int kind = TALL; kind >= SMALL; kind--) {
        for (size_t i = 0; i < blobs->count; i++)
            if (kind_of(&blobs->items[i], size, plan->min_height) == kind)
                lines->pieces[lines->piece_count++] =
                    piece_of(&blobs->items[i], (uint32_t)i, kind == SMALL);
        tall = kind == TALL ? lines->piece_count : tall;
    }
    qsort(lines->pieces, tall, sizeof *lines->pieces, compare_across);
    qsort(lines->pieces + tall, lines->piece_count - tall, sizeof *lines->pieces,
          compare_across);
    return tall;
}

/* ---- Lines ------------------------------------------------------------ */

/* A line while it is being found: how high it runs at its right end. */
typedef struct trace {
    double top, bottom; /* without the slope; a running mean */
    double sum;         /* of the heights */
    size_t count;
    uint32_t order;     /* its place, top to bottom */
} trace;

static double shift_of(const dg_piece *p, double slope)
{
    return slope * middle_across(p);
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
    uint32_t best = DG_NO_BLOB;
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
    uint32_t best = DG_NO_BLOB;
    double nearest = 0.35;
    for (size_t i = 0; i < count; i++) {
        const trace *t = &traces[i];
        const double height = t->bottom - t->top + 1, middle = middle_down(p, slope);
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
        if (at == DG_NO_BLOB) {
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
        if (where[i] != DG_NO_BLOB)
            lines->items[traces[where[i]].order].count++;
    size_t first = 0;
    for (size_t i = 0; i < lines->count; i++) {
        lines->items[i].first = first;
        first += lines->items[i].count;
        lines->items[i].count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (where[i] == DG_NO_BLOB)
            continue;
        dg_line *line = &lines->items[traces[where[i]].order];
        dealt[line->first + line->count++] = lines->pieces[i];
    }
    dg_free(lines->pieces);
    lines->pieces = dealt;
    lines->piece_count = first;
    for (size_t i = 0; i < lines->count; i++)
        qsort(lines->pieces + lines->items[i].first, lines->items[i].count, sizeof *dealt,
              compare_across);
    return DIGIT_OK;
}

/* ---- Parts of one digit ------------------------------------------------- */

static void merge(dg_lines *lines, dg_piece *p, const dg_piece *part)
{
    uint32_t last = part->blob;
    while (lines->next[last] != DG_NO_BLOB)
        last = lines->next[last];
    lines->next[last] = p->blob;
    p->blob = part->blob;
    p->blobs += part->blobs;
    p->left = least(p->left, part->left);
    p->top = least(p->top, part->top);
    p->right = most(p->right, part->right);
    p->bottom = most(p->bottom, part->bottom);
}

/* Does the small piece lie over or under a part of the other, or within it? */
static bool is_part(const dg_piece *small, const dg_piece *p, double size)
{
    const int32_t width = small->right - small->left + 1;
    const int32_t across = least(small->right, p->right) - most(small->left, p->left) + 1;
    const int32_t away = most(small->top - p->bottom, p->top - small->bottom);
    return across >= PART_OVERLAP * width && away <= PART_AWAY * size;
}

static bool try_merge(dg_lines *lines, const dg_line *line, size_t small)
{
    dg_piece *pieces = lines->pieces + line->first;
    for (size_t i = 0; i < line->count; i++) {
        if (pieces[i].small || !is_part(&pieces[small], &pieces[i], line->size))
            continue;
        merge(lines, &pieces[i], &pieces[small]);
        return true;
    }
    return false;
}

static void merge_parts(dg_lines *lines, dg_line *line)
{
    dg_piece *pieces = lines->pieces + line->first;
    size_t kept = 0;
    for (size_t i = 0; i < line->count; i++)
        pieces[i].blobs = pieces[i].small && try_merge(lines, line, i) ? 0 : pieces[i].blobs;
    for (size_t i = 0; i < line->count; i++)
        if (pieces[i].blobs > 0)
            pieces[kept++] = pieces[i];
    line->count = kept;
}

/* ---- All of it ---------------------------------------------------------- */

static digit_status find_lines(const dg_lines_plan *plan, size_t tall, double size,
                               dg_lines *lines)
{
    trace *traces = dg_alloc(tall, sizeof *traces);
    uint32_t *where = dg_alloc(lines->piece_count, sizeof *where);
    digit_status status = DIGIT_OK;
    if (!traces || !where) {
        status = dg_fail_memory("lines", tall * sizeof *traces);
        goto done;
    }
    status = find_slope(lines->pieces, tall, plan->width, plan->height, size, &lines->slope);
    if (status != DIGIT_OK)
        goto done;
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

digit_status dg_lines_find(const dg_blobs *blobs, const dg_lines_plan *plan, dg_lines *lines)
{
    *lines = (dg_lines){0};
    const double size = dg_digit_size(blobs, plan->width, plan->height);
    lines->pieces = dg_alloc(blobs->count, sizeof *lines->pieces);
    lines->next = dg_alloc(blobs->count, sizeof *lines->next);
    if (size < 0 || !lines->pieces || !lines->next)
        return dg_fail_memory("lines", blobs->count * sizeof *lines->pieces);
    memset(lines->next, 0xFF, blobs->count * sizeof *lines->next);
    const size_t tall = gather(blobs, plan, size, lines);
    digit_status status = find_lines(plan, tall, size, lines);
    for (size_t i = 0; status == DIGIT_OK && i < lines->count; i++)
        merge_parts(lines, &lines->items[i]);
    return status;
}

void dg_lines_free(dg_lines *lines)
{
    dg_free(lines->pieces);
    dg_free(lines->next);
    dg_free(lines->items);
    *lines = (dg_lines){0};
}
