#include "read/classify.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/sample/even.h"
#include "vision/sample/glyph.h"

#include <stdatomic.h>

/* Samples in one batch, and in one before the deadline is looked at: a sample takes a tenth of a
 * millisecond. */
#define BATCH         1024
#define BATCH_LIMITED 128

typedef struct classification {
    const dg_classifier *classifier;
    bool by_pairs;             /* the pairs network classifies */
    const dg_segments *segments;
    dg_hypotheses *hypotheses;
    const uint32_t *which;     /* NULL: all */
    size_t first;              /* of the batch, an index of which[] */
    size_t room;               /* samples in a batch */
    uint8_t *samples;          /* [room][DIGIT_SAMPLE_BYTES] */
    digit_prediction *answers; /* [room] */
    dg_pairs *pairs;           /* [room] */
    atomic_bool failed;
} classification;

static dg_hypothesis *hypothesis_at(const classification *c, size_t index)
{
    const size_t at = c->first + index;
    return &c->hypotheses->items[c->which ? c->which[at] : at];
}

static void render(void *context, uint32_t index, uint32_t worker)
{
    classification *c = context;
    const dg_hypothesis *hypothesis = hypothesis_at(c, index);
    const dg_segment *segments = &c->segments->items[hypothesis->first];
    const digit_box box = dg_segments_box(segments, hypothesis->count);
    size_t runs = 0;
    for (uint32_t i = 0; i < hypothesis->count; i++)
        runs += segments[i].count;
    (void)worker;
    if (dg_glyph_sample(c->classifier->ink, c->segments->runs + segments[0].first, runs, &box,
                        dg_frame_even, c->samples + (size_t)index * DIGIT_SAMPLE_BYTES) != DIGIT_OK)
        atomic_store(&c->failed, true);
}

static digit_status classify_batch(classification *c, size_t count)
{
    const dg_threads threads = c->classifier->threads;
    digit_status status = dg_deadline_check(c->classifier->deadline);
    if (status != DIGIT_OK)
        return status;
    dg_pool_run(threads.pool, threads.count, (uint32_t)count, render, c);
    if (atomic_load(&c->failed)) /* the message is the other thread's */
        return dg_fail_memory("a digit", DIGIT_SAMPLE_BYTES);
    const dg_predictor *predictor = c->by_pairs ? c->classifier->pairs : c->classifier->predictor;
    status = dg_predictor_run(predictor, threads, c->samples, count, c->answers,
                              c->by_pairs ? c->pairs : NULL);
    for (size_t i = 0; status == DIGIT_OK && i < count; i++)
        if (c->by_pairs)
            hypothesis_at(c, i)->pairs = c->pairs[i];
        else
            hypothesis_at(c, i)->answer = c->answers[i];
    return status;
}

static digit_status classify_all(classification c, size_t count)
{
    const size_t batch = c.classifier->deadline->limit_ms > 0 ? BATCH_LIMITED : BATCH;
    digit_status status = DIGIT_OK;
    if (count == 0)
        return DIGIT_OK;
    c.room = count < batch ? count : batch;
    c.samples = dg_alloc(c.room, DIGIT_SAMPLE_BYTES);
    c.answers = dg_alloc(c.room, sizeof *c.answers);
    c.pairs = dg_alloc(c.room, sizeof *c.pairs);
    if (!c.samples || !c.answers || !c.pairs)
        status = dg_fail_memory("hypotheses", c.room * DIGIT_SAMPLE_BYTES);
    for (; status == DIGIT_OK && c.first < count; c.first += c.room)
        status = classify_batch(&c, count - c.first < c.room ? count - c.first : c.room);
    dg_free(c.pairs);
    dg_free(c.answers);
    dg_free(c.samples);
    return status;
}

digit_status dg_classify_hypotheses(const dg_classifier *classifier, const dg_segments *segments,
                                    dg_hypotheses *hypotheses, const uint32_t *which, size_t count)
{
    const classification c = {
        .classifier = classifier, .segments = segments, .hypotheses = hypotheses, .which = which};
    return classify_all(c, count);
}

digit_status dg_classify_pairs(const dg_classifier *classifier, const dg_segments *segments,
                               dg_hypotheses *hypotheses, const uint32_t *which, size_t count)
{
    const classification c = {.classifier = classifier,
                              .by_pairs = true,
                              .segments = segments,
                              .hypotheses = hypotheses,
                              .which = which};
    return classify_all(c, count);
}
