#include "read/classify.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/sample/even.h"
#include "vision/sample/glyph.h"
#include "vision/sample/thumbnail.h"

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
    dg_thumbnail *thumbnails;  /* [segments]: made of slices of large digits, else only measured */
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

/* The sentence is another thread's: it is said once more. */
static digit_status memory_failure(void)
{
    return dg_fail_memory("a digit", DIGIT_SAMPLE_BYTES);
}

/* ---- Large digits ----------------------------------------------------------- */

/* A slice is in hundreds of hypotheses, what was not cut in three at most. */
static bool is_slice(const dg_segments *segments, size_t index)
{
    const dg_segment *segment = &segments->items[index];
    return segment->cut_before || (index + 1 < segments->count && segment[1].cut_before);
}

static void make_thumbnail(void *context, uint32_t index, uint32_t worker)
{
    classification *c = context;
    const dg_segment *segment = &c->segments->items[index];
    const digit_box box = dg_segments_box(segment, 1);
    (void)worker;
    if (c->thumbnails[index].cell > 1 && is_slice(c->segments, index) &&
        dg_thumbnail_make(c->classifier->ink, c->segments->runs + segment->first, segment->count,
                          &box, &c->thumbnails[index]) != DIGIT_OK)
        atomic_store(&c->failed, true);
}

static digit_status make_thumbnails(classification *c)
{
    const dg_segments *segments = c->segments;
    c->thumbnails = dg_alloc_zero(segments->count, sizeof *c->thumbnails);
    if (!c->thumbnails)
        return dg_fail_memory("hypotheses", segments->count * sizeof *c->thumbnails);
    for (size_t i = 0; i < segments->line_count; i++) {
        const dg_segment_line *line = &segments->lines[i];
        for (size_t s = line->first; s < line->first + line->count; s++)
            c->thumbnails[s].cell = dg_thumbnail_cell(line->size);
    }
    const digit_status status =
        dg_threads_run(c->classifier->threads, (uint32_t)segments->count, make_thumbnail, c);
    return atomic_load(&c->failed) ? memory_failure() : status;
}

static void free_thumbnails(const classification *c)
{
    for (size_t i = 0; c->thumbnails && i < c->segments->count; i++)
        dg_thumbnail_free(&c->thumbnails[i]);
    dg_free(c->thumbnails);
}

/* ---- Samples ---------------------------------------------------------------- */

static digit_status render_runs(const classification *c, const dg_run *runs, size_t count,
                                const digit_box *box, int32_t cell, uint8_t *sample)
{
    dg_thumbnail whole = {.cell = cell};
    if (cell <= 1)
        return dg_glyph_sample(c->classifier->ink, runs, count, box, dg_frame_even, sample);
    digit_status status = dg_thumbnail_make(c->classifier->ink, runs, count, box, &whole);
    if (status == DIGIT_OK)
        status = dg_thumbnails_sample(&whole, 1, box, dg_frame_even, sample);
    dg_thumbnail_free(&whole);
    return status;
}

static void render(void *context, uint32_t index, uint32_t worker)
{
    classification *c = context;
    const dg_hypothesis *hypothesis = hypothesis_at(c, index);
    const dg_segment *segments = &c->segments->items[hypothesis->first];
    const dg_thumbnail *thumbnails = &c->thumbnails[hypothesis->first];
    const digit_box box = dg_segments_box(segments, hypothesis->count);
    uint8_t *sample = c->samples + (size_t)index * DIGIT_SAMPLE_BYTES;
    size_t runs = 0;
    bool ready = true;
    for (uint32_t i = 0; i < hypothesis->count; i++) {
        runs += segments[i].count;
        ready &= thumbnails[i].cells != NULL;
    }
    (void)worker;
    if ((ready ? dg_thumbnails_sample(thumbnails, hypothesis->count, &box, dg_frame_even, sample)
               : render_runs(c, c->segments->runs + segments[0].first, runs, &box,
                             thumbnails[0].cell, sample)) != DIGIT_OK)
        atomic_store(&c->failed, true);
}

static digit_status classify_batch(classification *c, size_t count)
{
    const dg_threads threads = c->classifier->threads;
    digit_status status = dg_threads_run(threads, (uint32_t)count, render, c);
    if (status != DIGIT_OK)
        return status;
    if (atomic_load(&c->failed))
        return memory_failure();
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
    const size_t batch = c.classifier->threads.deadline->limit_ms > 0 ? BATCH_LIMITED : BATCH;
    digit_status status = DIGIT_OK;
    if (count == 0)
        return DIGIT_OK;
    c.room = count < batch ? count : batch;
    c.samples = dg_alloc(c.room, DIGIT_SAMPLE_BYTES);
    c.answers = dg_alloc(c.room, sizeof *c.answers);
    c.pairs = dg_alloc(c.room, sizeof *c.pairs);
    if (!c.samples || !c.answers || !c.pairs)
        status = dg_fail_memory("hypotheses", c.room * DIGIT_SAMPLE_BYTES);
    else
        status = make_thumbnails(&c);
    for (; status == DIGIT_OK && c.first < count; c.first += c.room)
        status = classify_batch(&c, count - c.first < c.room ? count - c.first : c.room);
    free_thumbnails(&c);
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
