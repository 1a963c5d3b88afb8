/*
 * Lines of digits: clusters of ink are over-segmented into hypotheses, and the decoder finds the
 * likeliest path through each line. Gaps and signs divide it into groups, which are decoded once
 * more, for candidates and for the number of digits that the caller asks for.
 */
#include "base/error.h"
#include "base/mem.h"
#include "read/context.h"
#include "read/decode.h"
#include "read/read_parts.h"
#include "read/oversegment.h"
#include "vision/geometry.h"
#include "vision/page/lean.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Groups are so many times as far apart as this quantile of a line's gaps. */
#define GAP_QUANTILE 0.25
#define GAP_TIMES    3.0

/* Parts of touching digits are doubted more often than digits alone: only a lower confidence than
 * this counts against them (that of 1 in 100 digits and of 24 in 100 letters). */
#define CUT_DOUBTFUL 0.5f

/* A group of glyphs that all have more probability of the reject class is no number. */
#define OTHER_MOST 0.5f

typedef struct page_job {
    const dg_reader *reader;
    const digit_read_options *options;
    const dg_sheet *sheet;
    uint32_t allowed;
    dg_segments segments;
    dg_hypotheses hypotheses;
    digit_reading *reading;
    float *confidence; /* [DG_READING_ROOM]: the networks', for dg_context_apply() */
    uint32_t line, group; /* of the next glyphs */
} page_job;

typedef struct group_span {
    size_t first, end; /* segments */
    bool mark;         /* a sign is before it */
} group_span;

/* ---- Groups --------------------------------------------------------------- */

static const dg_hypothesis *hypothesis_of(const page_job *job, const dg_choice *choice)
{
    return &job->hypotheses.items[choice->hypothesis];
}

static digit_box choice_box(const page_job *job, const dg_choice *choice)
{
    const dg_hypothesis *hypothesis = hypothesis_of(job, choice);
    return dg_segments_box(&job->segments.items[hypothesis->first], hypothesis->count);
}

static double gap_between(const page_job *job, const dg_choice *left, const dg_choice *right)
{
    const digit_box a = choice_box(job, left), b = choice_box(job, right);
    return b.x - (a.x + a.width);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The smallest gap between groups, in pixels. */
static digit_status group_gap(const page_job *job, const dg_choice *choices, size_t count,
                              double size, double *least)
{
    double *gaps = dg_alloc(count, sizeof *gaps);
    if (!gaps)
        return dg_fail_memory("groups", count * sizeof *gaps);
    for (size_t i = 0; i + 1 < count; i++)
        gaps[i] = gap_between(job, &choices[i], &choices[i + 1]);
    if (count > 1)
        qsort(gaps, count - 1, sizeof *gaps, compare_doubles);
    const double usual = count > 1 ? gaps[(size_t)(GAP_QUANTILE * (double)(count - 2))] : 0;
    *least = fmin(fmax(GAP_TIMES * usual, DG_GROUP_GAP_LEAST * size), DG_GROUP_GAP_MOST * size);
    dg_free(gaps);
    return DIGIT_OK;
}

/* Is there a sign among segments first .. end-1? */
static bool has_mark(const page_job *job, size_t first, size_t end, double size)
{
    for (size_t i = first; i < end; i++) {
        const dg_segment *segment = &job->segments.items[i];
        if (segment->right - segment->left + 1 >= DG_SIGN_LEAST * size ||
            segment->bottom - segment->top + 1 >= DG_SIGN_LEAST * size)
            return true;
    }
    return false;
}

/* Divide choices[count] into groups: spans[count]. Returns how many there are. */
static size_t split_groups(const page_job *job, const dg_segment_line *line,
                           const dg_choice *choices, size_t count, double gap, group_span *spans)
{
    size_t groups = 0, before = line->first;
    for (size_t i = 0; i < count; i++) {
        const dg_hypothesis *hypothesis = hypothesis_of(job, &choices[i]);
        const bool mark = has_mark(job, before, hypothesis->first, line->size);
        const bool apart = i == 0 || mark || gap_between(job, &choices[i - 1], &choices[i]) > gap;
        if (apart)
            spans[groups++] = (group_span){hypothesis->first, 0, mark};
        before = hypothesis->first + hypothesis->count;
        spans[groups - 1].end = before;
    }
    return groups;
}

/* ---- Glyphs --------------------------------------------------------------- */

static uint32_t glyph_flags(const page_job *job, const dg_hypothesis *hypothesis)
{
    const dg_segment *segments = &job->segments.items[hypothesis->first];
    const size_t after = hypothesis->first + hypothesis->count;
    uint32_t flags = segments[0].cut_before ? DIGIT_GLYPH_CUT : 0;
    if (after < job->segments.count && job->segments.items[after].cut_before)
        flags |= DIGIT_GLYPH_CUT;
    for (uint32_t i = 0; i < hypothesis->count; i++)
        if (segments[i].joined || segments[i].cluster != segments[0].cluster)
            flags |= DIGIT_GLYPH_JOINED;
    return flags;
}

/* Its bounding box in the picture, before rows were shifted. */
static digit_box picture_box(const page_job *job, const dg_choice *choice)
{
    const dg_hypothesis *hypothesis = hypothesis_of(job, choice);
    digit_box box = choice_box(job, choice);
    if (job->sheet->lean == 0)
        return box;
    int32_t left = INT32_MAX, right = 0;
    for (uint32_t i = hypothesis->first; i < hypothesis->first + hypothesis->count; i++) {
        const dg_segment *segment = &job->segments.items[i];
        for (uint32_t r = segment->first; r < segment->first + segment->count; r++) {
            const dg_run *run = &job->segments.runs[r];
            const int32_t shift = dg_lean_shift(job->sheet, run->y);
            left = run->start - shift < left ? run->start - shift : left;
            right = run->end - shift > right ? run->end - shift : right;
        }
    }
    box.x = left;
    box.width = right - left;
    return box;
}

static digit_glyph make_glyph(const page_job *job, const dg_choice *choice, double posterior)
{
    const dg_hypothesis *hypothesis = hypothesis_of(job, choice);
    digit_glyph glyph = {
        .box = picture_box(job, choice),
        .line = job->line,
        .group = job->group,
        .flags = glyph_flags(job, hypothesis),
    };
    glyph.prediction = dg_choice_answer(&job->hypotheses, choice);
    glyph.prediction.other = (float)(1 - (1 - (double)glyph.prediction.other) * posterior);
    glyph.prediction = dg_read_answer(glyph.prediction, choice->digit);
    return glyph;
}

/* The bounding box of the cluster that a hypothesis begins in. */
static digit_box cluster_box(const dg_segments *segments, const dg_hypothesis *hypothesis)
{
    const uint32_t cluster = segments->items[hypothesis->first].cluster;
    size_t first = hypothesis->first, end = first + hypothesis->count;
    while (first > 0 && segments->items[first - 1].cluster == cluster)
        first--;
    while (end < segments->count && segments->items[end].cluster == cluster)
        end++;
    return dg_segments_box(&segments->items[first], end - first);
}

/* The networks' confidence that a choice is a digit rather than a letter. A narrow cluster that was
 * cut is likely to be one letter: it counts once, and without confidence. */
static float digit_confidence(const page_job *job, const dg_choice *choice, double size)
{
    const dg_hypothesis *hypothesis = hypothesis_of(job, choice);
    const float confidence = dg_choice_answer(&job->hypotheses, choice).confidence;
    if (hypothesis->whole)
        return confidence;
    if (cluster_box(&job->segments, hypothesis).width > DG_DIGIT_WIDE * size)
        return confidence >= CUT_DOUBTFUL ? 1 : confidence;
    return job->segments.items[hypothesis->first].cut_before ? DG_NOT_COUNTED : 0;
}

static digit_status add_glyphs(page_job *job, const dg_paths *paths, bool mark, bool reject,
                               double size, char *letters)
{
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < paths->items[0].count; i++) {
        digit_glyph glyph = make_glyph(job, &paths->choices[i], paths->posterior[i]);
        glyph.flags |= mark && i == 0 ? DIGIT_GLYPH_MARK : 0;
        glyph.flags |= reject ? DIGIT_GLYPH_REJECTED : 0;
        letters[i] = dg_glyph_letter(&glyph);
        if (job->reading->count < DG_READING_ROOM) /* else adding it fails */
            job->confidence[job->reading->count] = digit_confidence(job, &paths->choices[i], size);
        status = dg_reading_add_glyph(job->reading, &glyph);
    }
    return status;
}

/* The probability that the group is digits: by its best path, the same for all paths. */
static double number_probability(const page_job *job, const dg_paths *paths)
{
    double all = 1;
    for (size_t i = 0; i < paths->items[0].count; i++)
        all *= 1 - (double)dg_choice_answer(&job->hypotheses, &paths->choices[i]).other;
    return all;
}

/* The posterior probability of a path, if the group is digits. */
static double path_posterior(const dg_paths *paths, const dg_path *path)
{
    return fmin(1, exp(paths->total - path->cost));
}

static digit_status add_candidates(page_job *job, const dg_paths *paths, char *letters)
{
    const double number = number_probability(job, paths);
    digit_status status = DIGIT_OK;
    for (size_t p = 0; status == DIGIT_OK && p < paths->count; p++) {
        const dg_path *path = &paths->items[p];
        for (size_t i = 0; p > 0 && i < path->count; i++)
            letters[i] = (char)('0' + paths->choices[path->first + i].digit);
        if (path->count > 0)
            status = dg_reading_add_candidate(job->reading, letters, path->count,
                                              number * path_posterior(paths, path));
    }
    return status;
}

/* Is nothing in the group more likely a digit than not? */
static bool is_no_number(const page_job *job, const dg_paths *paths)
{
    for (size_t i = 0; i < paths->items[0].count; i++)
        if (dg_choice_answer(&job->hypotheses, &paths->choices[i]).other <= OTHER_MOST)
            return false;
    return true;
}

static digit_status decode_group(const page_job *job, const group_span *span, double size,
                                 dg_paths *paths, bool *as_asked)
{
    dg_decode_plan plan = {
        .segments = &job->segments,
        .hypotheses = &job->hypotheses,
        .first = span->first,
        .count = span->end - span->first,
        .size = size,
        .allowed = job->allowed,
        .min_digits = job->options->min_digits,
        .max_digits = job->options->max_digits,
        .deadline = job->reader->threads.deadline,
    };
    digit_status status = dg_decode(&plan, DG_PATHS_MAX, paths);
    *as_asked = true;
    if (status != DIGIT_OK || paths->count > 0)
        return status;
    dg_paths_free(paths);
    plan.min_digits = 1;
    plan.max_digits = 0;
    *as_asked = false;
    return dg_decode(&plan, DG_PATHS_MAX, paths);
}

static digit_status read_group(page_job *job, const group_span *span, double size)
{
    dg_paths paths;
    bool as_asked;
    char *letters = NULL;
    digit_status status = decode_group(job, span, size, &paths, &as_asked);
    if (status != DIGIT_OK || paths.count == 0 || paths.items[0].count == 0 ||
        is_no_number(job, &paths))
        goto done;
    letters = dg_alloc(span->end - span->first, 1);
    if (!letters) {
        status = dg_fail_memory("a group", span->end - span->first);
        goto done;
    }
    status = dg_reading_add_group(job->reading, job->line, job->group);
    if (status == DIGIT_OK)
        status = add_glyphs(job, &paths, span->mark, !as_asked, size, letters);
    if (status == DIGIT_OK)
        status = add_candidates(job, &paths, letters);
    job->group++;
done:
    dg_free(letters);
    dg_paths_free(&paths);
    return status;
}

/* ---- Lines ---------------------------------------------------------------- */

static digit_status read_groups(page_job *job, const dg_segment_line *line, const dg_paths *paths)
{
    const size_t count = paths->items[0].count;
    double gap = 0;
    digit_status status = group_gap(job, paths->choices, count, line->size, &gap);
    if (status != DIGIT_OK)
        return status;
    group_span *spans = dg_alloc(count, sizeof *spans);
    if (!spans)
        return dg_fail_memory("groups", count * sizeof *spans);
    const size_t groups = split_groups(job, line, paths->choices, count, gap, spans);
    job->group = 0;
    for (size_t i = 0; status == DIGIT_OK && i < groups; i++)
        status = read_group(job, &spans[i], line->size);
    job->line += job->group > 0;
    dg_free(spans);
    return status;
}

static digit_status read_line(page_job *job, const dg_segment_line *line)
{
    const dg_decode_plan plan = {
        .segments = &job->segments,
        .hypotheses = &job->hypotheses,
        .first = line->first,
        .count = line->count,
        .size = line->size,
        .allowed = job->allowed,
        .deadline = job->reader->threads.deadline,
    };
    dg_paths paths;
    digit_status status = dg_decode(&plan, 1, &paths);
    if (status == DIGIT_OK && paths.count > 0 && paths.items[0].count > 0)
        status = read_groups(job, line, &paths);
    dg_paths_free(&paths);
    return status;
}

/* Then clusters that are clearly one digit may have to be two. */
static bool asks_for_length(const digit_read_options *options)
{
    return options->min_digits > 1 || options->max_digits > 0;
}

digit_status dg_read_lines(const dg_reader *reader, const dg_sheet *sheet,
                           const digit_read_options *options, digit_reading *reading)
{
    const dg_lines_plan plan = {
        .width = sheet->ink.width,
        .height = sheet->ink.height,
        .digit_height = sheet->digit_height,
        .min_height = options->min_height,
        .single = options->layout == DIGIT_LAYOUT_LINE,
        .deadline = reader->threads.deadline,
    };
    page_job job = {.reader = reader,
                    .options = options,
                    .sheet = sheet,
                    .allowed = dg_read_allowed(options),
                    .reading = reading};
    const dg_classifier classifier = {reader->predictor, reader->pairs, reader->threads,
                                      &sheet->ink};
    dg_lines lines = {0};
    digit_status status = dg_lines_find(&sheet->components, &plan, &lines);
    job.confidence = dg_alloc(DG_READING_ROOM, sizeof *job.confidence);
    if (status == DIGIT_OK && !job.confidence)
        status = dg_fail_memory("a reading", DG_READING_ROOM * sizeof *job.confidence);
    if (status == DIGIT_OK)
        status = dg_oversegment(&classifier, &sheet->components, &lines, asks_for_length(options),
                                &job.segments, &job.hypotheses);
    for (size_t i = 0; status == DIGIT_OK && i < job.segments.line_count; i++)
        status = read_line(&job, &job.segments.lines[i]);
    if (status == DIGIT_OK) {
        dg_context_apply(reading, &(dg_context){.confidence = job.confidence});
        status = dg_context_leave_out(reading);
    }
    if (status == DIGIT_OK)
        dg_reading_reject(reading, options->min_confidence);
    dg_free(job.confidence);
    dg_hypotheses_free(&job.hypotheses);
    dg_segments_free(&job.segments);
    dg_lines_free(&lines);
    return status;
}
