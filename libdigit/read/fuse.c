#include "read/fuse.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "net/ctc_parts.h"

#include <math.h>

/* The digit network makes no digit less probable than this, compared with another one. */
#define LEAST 1e-3

/* Of a cluster that is none, all digits are alike. */
#define UNKNOWN (1.0 / DIGIT_CLASSES)

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

digit_status dg_fuse(const dg_items_source *source, uint32_t index, dg_real *scores)
{
    const dg_chunk *chunk = &source->chunks->items[index];
    const dg_transcript *t = &source->transcripts[index];
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
        if (s->small || s->sign || !dg_items_in_strip(&t->strip, s))
            continue;
        const uint32_t end = dg_transcript_step(t, s->right);
        for (uint32_t step = dg_transcript_step(t, s->left); step <= end; step++)
            add_answer(&source->answers[i], scores + (size_t)step * DG_LINE_OUTPUTS);
    }
    return DIGIT_OK;
}
