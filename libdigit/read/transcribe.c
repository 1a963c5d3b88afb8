#include "read/transcribe.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "net/predict_lines.h"

#include <stdatomic.h>
#include <string.h>

typedef struct job {
    const dg_reader *reader;
    const dg_plane *ink;
    const dg_segments *segments;
    const dg_chunks *chunks;
    double slope;
    size_t *which;        /* [count]: the chunks to transcribe */
    dg_line_image *lines; /* [count] */
    dg_transcript *out;
    atomic_bool failed;
} job;

static void make_strip(void *context, uint32_t index, uint32_t worker)
{
    job *j = context;
    const dg_chunk *chunk = &j->chunks->items[j->which[index]];
    dg_strip *strip = &j->out[j->which[index]].strip;
    (void)worker;
    if (dg_strip_make(j->ink, &j->segments->items[chunk->first], chunk->count,
                      j->segments->lines[chunk->line].size, j->slope, strip) != DIGIT_OK)
        atomic_store(&j->failed, true);
    j->lines[index] = (dg_line_image){strip->pixels, strip->columns};
}

static void keep_logits(void *context, size_t index, uint32_t outputs, dg_real *logits)
{
    job *j = context;
    dg_transcript *t = &j->out[j->which[index]];
    const size_t count = (size_t)outputs * DG_LINE_OUTPUTS;
    t->outputs = outputs;
    t->logits = dg_alloc(count, sizeof *t->logits);
    if (t->logits)
        memcpy(t->logits, logits, count * sizeof *logits);
    else
        atomic_store(&j->failed, true);
}

/* The sentence is another thread's: it is said once more. */
static digit_status memory_failure(void)
{
    return dg_fail(DIGIT_ERR_MEMORY, "out of memory: lines of a picture");
}

static digit_status run(job *j, size_t count)
{
    digit_status status =
        dg_threads_run(j->reader->threads, (uint32_t)count, make_strip, j);
    if (status == DIGIT_OK && atomic_load(&j->failed))
        status = memory_failure();
    if (status == DIGIT_OK)
        status = dg_predictor_visit_lines(j->reader->lines, j->reader->threads, j->lines, count,
                                          keep_logits, j);
    if (status == DIGIT_OK && atomic_load(&j->failed))
        status = memory_failure();
    for (size_t i = 0; i < count; i++) {
        dg_strip *strip = &j->out[j->which[i]].strip;
        dg_free(strip->pixels);
        strip->pixels = NULL;
    }
    return status;
}

digit_status dg_transcribe(const dg_reader *reader, const dg_plane *ink,
                           const dg_segments *segments, const dg_chunks *chunks, double slope,
                           const bool *wanted, dg_transcript *out)
{
    job j = {
        .reader = reader,
        .ink = ink,
        .segments = segments,
        .chunks = chunks,
        .slope = slope,
        .which = dg_alloc(chunks->count, sizeof *j.which),
        .lines = dg_alloc(chunks->count, sizeof *j.lines),
        .out = out,
    };
    size_t count = 0;
    for (size_t i = 0; j.which && i < chunks->count; i++)
        if (wanted[i])
            j.which[count++] = i;
    const digit_status status = j.which && j.lines ? run(&j, count) : memory_failure();
    dg_free(j.lines);
    dg_free(j.which);
    return status;
}

void dg_transcript_free(dg_transcript *transcript)
{
    dg_strip_free(&transcript->strip);
    dg_free(transcript->logits);
    *transcript = (dg_transcript){0};
}

/* Columns of a strip to an output. */
static double step_of(const dg_transcript *t)
{
    return (double)t->strip.columns / t->outputs;
}

double dg_transcript_x(const dg_transcript *t, double step)
{
    return dg_strip_x(&t->strip, (step + 0.5) * step_of(t));
}

uint32_t dg_transcript_step(const dg_transcript *t, double x)
{
    const double step = (x - t->strip.left) / t->strip.scale / step_of(t) - 0.5;
    return (uint32_t)dg_clamp_f64(step + 0.5, 0, t->outputs - 1);
}
