/*
 * Lines of digits: the digit network is asked about every cluster. Where it knows all for sure its
 * answers count; all else is read by the line network. Gaps, signs and words divide a line into
 * groups, which are searched once more, for candidates and for the number of digits that the caller
 * asks for.
 */
#include "base/error.h"
#include "base/mem.h"
#include "read/classify.h"
#include "read/context.h"
#include "read/groups.h"
#include "read/opinions.h"
#include "read/read_parts.h"

typedef struct page_job {
    const dg_reader *reader;
    const digit_read_options *options;
    const dg_sheet *sheet;
    dg_lines lines;
    dg_segments segments;
    digit_prediction *answers; /* [segments.count] */
    dg_chunks chunks;
    dg_transcript *transcripts; /* [chunks.count] */
    digit_reading *reading;
    float *confidence; /* [DG_READING_ROOM]: of each glyph */
    uint32_t *letters; /* [DG_READING_ROOM]: beside each group */
} page_job;

static digit_status find_segments(page_job *job)
{
    const dg_lines_plan plan = {
        .width = job->sheet->ink.width,
        .height = job->sheet->ink.height,
        .digit_height = job->sheet->digit_height,
        .min_height = job->options->min_height,
        .single = job->options->layout == DIGIT_LAYOUT_LINE,
        .deadline = job->reader->threads.deadline,
    };
    const digit_status status = dg_lines_find(&job->sheet->components, &plan, &job->lines);
    return status == DIGIT_OK
               ? dg_segments_make(&job->sheet->components, &job->lines, &job->segments)
               : status;
}

/* The digit network's answer for each segment. */
static digit_status classify(page_job *job)
{
    const size_t count = job->segments.count;
    job->answers = dg_alloc(count, sizeof *job->answers);
    if (!job->answers)
        return dg_fail_memory("lines", count * sizeof *job->answers);
    return dg_classify(job->reader, &job->sheet->ink, &job->segments, job->answers);
}

/* A chunk is read by the line network if the digit network is not sure of all of it, or if the
 * caller wants another number of digits. */
static bool is_wanted(const page_job *job, const dg_chunk *chunk)
{
    return !chunk->clear || !dg_read_is_asked(chunk->count, job->options->min_digits,
                                              job->options->max_digits);
}

static digit_status transcribe(page_job *job)
{
    const size_t count = job->chunks.count;
    bool *wanted = dg_alloc(count, sizeof *wanted);
    job->transcripts = dg_alloc_zero(count, sizeof *job->transcripts);
    if (!wanted || !job->transcripts) {
        dg_free(wanted);
        return dg_fail_memory("lines", count * sizeof *job->transcripts);
    }
    for (size_t i = 0; i < count; i++)
        wanted[i] = is_wanted(job, &job->chunks.items[i]);
    const digit_status status = dg_transcribe(job->reader, &job->sheet->whole, &job->segments,
                                              &job->chunks, job->lines.slope, wanted,
                                              job->transcripts);
    dg_free(wanted);
    return status;
}

/* Chunks first .. end-1 are those of a line. */
static digit_status read_line(const dg_items_source *source, size_t first, size_t end,
                              dg_groups_job *groups)
{
    const uint32_t line = source->chunks->items[first].line;
    dg_items items = {0};
    digit_status status = DIGIT_OK;
    for (size_t i = first; status == DIGIT_OK && i < end; i++)
        status = dg_opinions_add_chunk(source, (uint32_t)i, &items);
    if (status == DIGIT_OK && items.count > 0)
        status = dg_groups_add(groups, &items, source->segments->lines[line].size);
    dg_items_free(&items);
    return status;
}

static digit_status read_all(page_job *job)
{
    const dg_items_source source = {
        .sheet = job->sheet,
        .segments = &job->segments,
        .answers = job->answers,
        .chunks = &job->chunks,
        .transcripts = job->transcripts,
        .temperature = (double)dg_predictor_temperature(job->reader->lines),
        .allowed = dg_read_allowed(job->options),
    };
    dg_groups_job groups = {
        .source = &source,
        .min_digits = job->options->min_digits,
        .max_digits = job->options->max_digits,
        .single = job->options->layout == DIGIT_LAYOUT_LINE,
        .reading = job->reading,
        .confidence = job->confidence,
        .letters = job->letters,
        .page_letters = job->chunks.print,
    };
    const dg_chunk *chunks = job->chunks.items;
    digit_status status = DIGIT_OK;
    job->reading->slope = job->lines.slope;
    for (size_t first = 0, end; status == DIGIT_OK && first < job->chunks.count; first = end) {
        for (end = first + 1; end < job->chunks.count && chunks[end].line == chunks[first].line;)
            end++;
        status = read_line(&source, first, end, &groups);
    }
    if (status != DIGIT_OK)
        return status;
    const dg_context context = {
        .confidence = job->confidence,
        .letters = job->letters,
        .page_letters = groups.page_letters,
    };
    dg_context_apply(job->reading, &context);
    return dg_context_leave_out(job->reading);
}

digit_status dg_read_lines(const dg_reader *reader, const dg_sheet *sheet,
                           const digit_read_options *options, digit_reading *reading)
{
    page_job job = {.reader = reader, .options = options, .sheet = sheet, .reading = reading};
    job.confidence = dg_alloc(DG_READING_ROOM, sizeof *job.confidence);
    job.letters = dg_alloc(DG_READING_ROOM, sizeof *job.letters);
    digit_status status = job.confidence && job.letters
                              ? find_segments(&job)
                              : dg_fail_memory("a reading", DG_READING_ROOM * sizeof(float));
    if (status == DIGIT_OK)
        status = classify(&job);
    if (status == DIGIT_OK)
        status = dg_chunks_make(&job.segments, job.answers, &job.chunks);
    if (status == DIGIT_OK)
        status = transcribe(&job);
    if (status == DIGIT_OK)
        status = read_all(&job);
    if (status == DIGIT_OK)
        dg_reading_reject(reading, options->min_confidence);
    for (size_t i = 0; job.transcripts && i < job.chunks.count; i++)
        dg_transcript_free(&job.transcripts[i]);
    dg_free(job.transcripts);
    dg_chunks_free(&job.chunks);
    dg_free(job.answers);
    dg_free(job.confidence);
    dg_free(job.letters);
    dg_segments_free(&job.segments);
    dg_lines_free(&job.lines);
    return status;
}
