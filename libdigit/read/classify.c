#include "read/classify.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "vision/sample/even.h"
#include "vision/sample/glyph.h"
#include "vision/sample/thumbnail.h"

#include <stdatomic.h>

/* Samples in one batch, and in one before the deadline is looked at: a sample takes a tenth of a
 * millisecond. */
#define BATCH         1024
#define BATCH_LIMITED 128

typedef struct classification {
    const dg_plane *ink;
    const dg_segments *segments;
    int32_t *cells;   /* [segments]: sides of their thumbnails' cells, or 0 */
    size_t first;     /* segment of the batch */
    uint8_t *samples; /* [segments of a batch][DIGIT_SAMPLE_BYTES] */
    atomic_bool failed;
} classification;

/* Segments of no line get 0. */
static void measure_cells(const classification *c)
{
    for (size_t i = 0; i < c->segments->line_count; i++) {
        const dg_segment_line *line = &c->segments->lines[i];
        for (size_t s = line->first; s < line->first + line->count; s++)
            c->cells[s] = dg_thumbnail_cell(line->size);
    }
}

static void make_sample(void *context, uint32_t index, uint32_t worker)
{
    classification *c = context;
    const size_t at = c->first + index;
    const dg_segment *segment = &c->segments->items[at];
    const dg_run *runs = c->segments->runs + segment->first;
    const digit_box box = dg_segment_box(segment);
    uint8_t *sample = c->samples + (size_t)index * DIGIT_SAMPLE_BYTES;
    (void)worker;
    if ((c->cells[at] > 1
             ? dg_thumbnail_sample(c->ink, runs, segment->count, &box, c->cells[at], dg_frame_even,
                                   sample)
             : dg_glyph_sample(c->ink, runs, segment->count, &box, dg_frame_even, sample)) !=
        DIGIT_OK)
        atomic_store(&c->failed, true);
}

static digit_status classify_batch(classification *c, const dg_reader *reader, size_t count,
                                   digit_prediction *answers)
{
    const digit_status status = dg_threads_run(reader->threads, (uint32_t)count, make_sample, c);
    if (status != DIGIT_OK)
        return status;
    if (atomic_load(&c->failed)) /* the sentence is another thread's: it is said once more */
        return dg_fail_memory("a digit", DIGIT_SAMPLE_BYTES);
    return dg_predictor_run(reader->predictor, reader->threads, c->samples, count, answers);
}

digit_status dg_classify(const dg_reader *reader, const dg_plane *ink, const dg_segments *segments,
                         digit_prediction *answers)
{
    const size_t count = segments->count;
    const size_t batch =
        dg_min_size(count, dg_deadline_is_set(reader->threads.deadline) ? BATCH_LIMITED : BATCH);
    classification c = {
        .ink = ink,
        .segments = segments,
        .cells = dg_alloc_zero(count, sizeof *c.cells),
        .samples = dg_alloc(batch, DIGIT_SAMPLE_BYTES),
    };
    digit_status status = DIGIT_OK;
    if (!c.cells || !c.samples)
        status = dg_fail_memory("digits", batch * DIGIT_SAMPLE_BYTES);
    else
        measure_cells(&c);
    for (; status == DIGIT_OK && c.first < count; c.first += batch)
        status = classify_batch(&c, reader, dg_min_size(count - c.first, batch),
                                answers + c.first);
    dg_free(c.samples);
    dg_free(c.cells);
    return status;
}
