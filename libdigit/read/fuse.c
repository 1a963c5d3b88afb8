#include "read/fuse.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "net/ctc_parts.h"
#include "read/opinions.h"

#include <math.h>

/* The digit network makes no digit less probable than this, compared with another one. */
#define LEAST 1e-3

/* Of a cluster that is none, all digits are alike. */
#define UNKNOWN (1.0 / DIGIT_CLASSES)

/* CTC says a label near its ink, not on it: in heights of the line's digits. */
#define REACH 0.35

static double evidence(const digit_prediction *answer, int digit)
{
    const double other = (double)answer->other;
    return (double)answer->probabilities[digit] * (1 - other) + UNKNOWN * other;
}

static void add_answer(const digit_prediction *answer, dg_real *scores)
{
    double most = 0;
    for (int d = 0; d < DIGIT_CLASSES; d++)
        most = dg_max_f64(most, evidence(answer, d));
    for (int d = 0; d < DIGIT_CLASSES; d++)
        scores[d] += (dg_real)log(dg_max_f64(evidence(answer, d) / most, LEAST));
}

/* The step of first .. end where the line network sees a digit best. */
static uint32_t best_step(const dg_real *scores, uint32_t first, uint32_t end)
{
    uint32_t best = first;
    dg_real most = -INFINITY;
    for (uint32_t step = first; step <= end; step++)
        for (int d = 0; d < DIGIT_CLASSES; d++)
            if (scores[(size_t)step * DG_LINE_OUTPUTS + (size_t)d] > most) {
                most = scores[(size_t)step * DG_LINE_OUTPUTS + (size_t)d];
                best = step;
            }
    return best;
}

/* One step is worth more: a path stays on a label for as many steps as it likes. */
static void add_presence(dg_real *scores, uint32_t first, uint32_t end)
{
    dg_real *best = scores + (size_t)best_step(scores, first, end) * DG_LINE_OUTPUTS;
    for (int d = 0; d < DIGIT_CLASSES; d++)
        best[d] -= (dg_real)log(DG_LEAST_MISSED);
}

/* Half way from a cluster to its neighbour in the strip, on one side; at most REACH from it. */
static double reach(const dg_items_source *source, const dg_chunk *chunk, size_t segment, int step)
{
    const dg_segment *items = source->segments->items, *s = &items[segment];
    const dg_strip *strip = &source->transcripts[0].strip;
    double most = REACH * source->segments->lines[chunk->line].size;
    for (size_t i = segment + (size_t)step; i >= chunk->first && i < chunk->first + chunk->count;
         i += (size_t)step) {
        if (!dg_items_in_strip(strip, &items[i]))
            continue;
        const int32_t gap = step > 0 ? items[i].left - s->right : s->left - items[i].right;
        return dg_max_f64(dg_min_f64(gap / 2.0, most), 0);
    }
    return most;
}

static void add_cluster(const dg_items_source *source, const dg_chunk *chunk, size_t segment,
                        dg_real *scores)
{
    const dg_transcript *t = &source->transcripts[0];
    const dg_segment *s = &source->segments->items[segment];
    const uint32_t first =
        dg_transcript_step(t, s->left - reach(source, chunk, segment, -1));
    const uint32_t end = dg_transcript_step(t, s->right + reach(source, chunk, segment, 1));
    for (uint32_t step = first; step <= end; step++)
        add_answer(&source->answers[segment], scores + (size_t)step * DG_LINE_OUTPUTS);
    if (source->chunks->sure[segment])
        add_presence(scores, first, end);
}

digit_status dg_fuse(const dg_items_source *source, dg_real *scores)
{
    const dg_chunk *chunk = &source->chunks->items[0];
    const dg_transcript *t = &source->transcripts[0];
    const size_t count = (size_t)t->outputs * DG_LINE_OUTPUTS;
    double *log_p = dg_alloc(count, sizeof *log_p);
    if (!log_p)
        return dg_fail_memory("a line", count * sizeof *log_p);
    const dg_ctc_sums sums = {.steps = t->outputs, .classes = DG_LINE_OUTPUTS, .log_p = log_p};
    dg_ctc_log_softmax(&sums, t->logits, source->temperature);
    for (size_t i = 0; i < count; i++)
        scores[i] = (dg_real)log_p[i];
    dg_free(log_p);
    for (size_t i = chunk->first; i < chunk->first + chunk->count; i++) {
        const dg_segment *s = &source->segments->items[i];
        if (!s->small && !s->sign && dg_items_in_strip(&t->strip, s))
            add_cluster(source, chunk, i, scores);
    }
    return DIGIT_OK;
}
