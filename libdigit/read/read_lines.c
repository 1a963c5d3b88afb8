/*
 * Lines of digits: the network judges pieces of ink, what they may be together, and the
 * slices of those that are no digit as they stand; the likeliest sequence wins. Gaps and
 * signs divide it into groups, and each group is read once more, for its other readings and
 * the number of digits it should have.
 */
#include "base/error.h"
#include "base/mem.h"
#include "read/context.h"
#include "read/decode.h"
#include "read/read_parts.h"
#include "read/oversegment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More pieces that could be digits are no page of digits. */
#define TALL_MOST 16384

/* A gap that ends a group: so many times that between most digits, within bounds in
 * digits' sizes. */
#define GAP_TIMES 3.0
#define GAP_LEAST 0.8
#define GAP_MOST  5.0
#define GAP_RANK  0.25 /* "most digits" */

/* A sign is at least this large, in digits' sizes. */
#define MARK_LEAST 0.1

/* Wider pieces are two digits that touch rather than a letter. What is cut from such a piece is
 * doubtful more often than what stands alone: only what is less sure than this counts as a letter
 * would (1 of 100 digits, 24 of 100 letters). */
#define LETTER_WIDEST 0.9
#define CUT_SURE      0.5f

/* What is more likely no digit is not shown as one. */
#define OTHER_MOST 0.5f

typedef struct page_job {
    const dg_reader *reader;
    const digit_read_options *options;
    uint32_t allowed;
    dg_segments segments;
    dg_hypotheses hypotheses;
    digit_reading *reading;
    float *sure;    /* [DG_READING_ROOM]: how sure the network is of each glyph */
    uint32_t line;  /* of the next glyphs */
    uint32_t group;
} page_job;

/* One group of a line. */
typedef struct group_span {
    size_t first, end; /* segments */
    bool mark;         /* a sign stands before it */
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

/* The gap from which on digits belong to different groups. */
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
    const double usual = count > 1 ? gaps[(size_t)(GAP_RANK * (double)(count - 2))] : 0;
    *least = fmin(fmax(GAP_TIMES * usual, GAP_LEAST * size), GAP_MOST * size);
    dg_free(gaps);
    return DIGIT_OK;
}

/* Is there a sign among segments first .. end-1? */
static bool has_mark(const page_job *job, size_t first, size_t end, double size)
{
    for (size_t i = first; i < end; i++) {
        const dg_segment *segment = &job->segments.items[i];
        if (segment->right - segment->left + 1 >= MARK_LEAST * size ||
            segment->bottom - segment->top + 1 >= MARK_LEAST * size)
            return true;
    }
    return false;
}

/* Divide the digits of a line into groups: spans[count] is large enough. */
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
        if (segments[i].joined || segments[i].piece != segments[0].piece)
            flags |= DIGIT_GLYPH_JOINED;
    return flags;
}

static digit_glyph make_glyph(const page_job *job, const dg_choice *choice, double posterior)
{
    const dg_hypothesis *hypothesis = hypothesis_of(job, choice);
    digit_glyph glyph = {
        .box = choice_box(job, choice),
        .line = job->line,
        .group = job->group,
        .flags = glyph_flags(job, hypothesis),
    };
    glyph.prediction = dg_choice_answer(&job->hypotheses, choice);
    glyph.prediction.other = (float)(1 - (1 - (double)glyph.prediction.other) * posterior);
    glyph.prediction = dg_read_answer(glyph.prediction, choice->digit);
    return glyph;
}

/* All of the piece that a hypothesis is of. */
static digit_box piece_box(const dg_segments *segments, const dg_hypothesis *hypothesis)
{
    const uint32_t piece = segments->items[hypothesis->first].piece;
    size_t first = hypothesis->first, end = first + hypothesis->count;
    while (first > 0 && segments->items[first - 1].piece == piece)
        first--;
    while (end < segments->count && segments->items[end].piece == piece)
        end++;
    return dg_segments_box(&segments->items[first], end - first);
}

/* How sure the network is that a choice is a digit, not part of a word. A piece that is no wider
 * than a digit but was cut is one letter, rather: it counts once, as a doubtful one. */
static float sureness(const page_job *job, const dg_choice *choice, double size)
{
    const dg_hypothesis *hypothesis = hypothesis_of(job, choice);
    const digit_prediction answer = dg_choice_answer(&job->hypotheses, choice);
    const float sure = answer.probabilities[answer.digit] * (1 - answer.other);
    if (hypothesis->whole)
        return sure;
    if (piece_box(&job->segments, hypothesis).width > LETTER_WIDEST * size)
        return sure >= CUT_SURE ? 1 : sure;
    return job->segments.items[hypothesis->first].cut_before ? DG_NOT_COUNTED : 0;
}

static digit_status add_glyphs(page_job *job, const dg_paths *ways, bool mark, bool reject,
                               double size, char *letters)
{
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < ways->items[0].count; i++) {
        digit_glyph glyph = make_glyph(job, &ways->choices[i], ways->posterior[i]);
        glyph.flags |= mark && i == 0 ? DIGIT_GLYPH_MARK : 0;
        glyph.flags |= reject ? DIGIT_GLYPH_REJECTED : 0;
        letters[i] = dg_glyph_letter(&glyph);
        if (job->reading->count < DG_READING_ROOM) /* else adding it fails */
            job->sure[job->reading->count] = sureness(job, &ways->choices[i], size);
        status = dg_reading_add_glyph(job->reading, &glyph);
    }
    return status;
}

/* How likely the group is digits at all: as its best way sees it, the same for all ways. */
static double number_probability(const page_job *job, const dg_paths *ways)
{
    double all = 1;
    for (size_t i = 0; i < ways->items[0].count; i++)
        all *= 1 - (double)dg_choice_answer(&job->hypotheses, &ways->choices[i]).other;
    return all;
}

/* Of all ways to read it, if it is digits: this one's share. */
static double way_share(const dg_paths *ways, const dg_path *way)
{
    return fmin(1, exp(ways->total - way->cost));
}

static digit_status add_candidates(page_job *job, const dg_paths *ways, char *letters)
{
    const double number = number_probability(job, ways);
    digit_status status = DIGIT_OK;
    for (size_t w = 0; status == DIGIT_OK && w < ways->count; w++) {
        const dg_path *way = &ways->items[w];
        for (size_t i = 0; w > 0 && i < way->count; i++)
            letters[i] = (char)('0' + ways->choices[way->first + i].digit);
        if (way->count > 0)
            status = dg_reading_add_candidate(job->reading, letters, way->count,
                                              number * way_share(ways, way));
    }
    return status;
}

/* Nothing in the group that is rather a digit than something else. */
static bool is_no_number(const page_job *job, const dg_paths *ways)
{
    for (size_t i = 0; i < ways->items[0].count; i++)
        if (dg_choice_answer(&job->hypotheses, &ways->choices[i]).other <= OTHER_MOST)
            return false;
    return true;
}

static digit_status decode_group(const page_job *job, const group_span *span, double size,
                                 dg_paths *ways, bool *as_asked)
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
    };
    digit_status status = dg_decode(&plan, DG_PATHS_MAX, ways);
    *as_asked = true;
    if (status != DIGIT_OK || ways->count > 0)
        return status;
    dg_paths_free(ways);
    plan.min_digits = 1;
    plan.max_digits = 0;
    *as_asked = false;
    return dg_decode(&plan, DG_PATHS_MAX, ways);
}

static digit_status read_group(page_job *job, const group_span *span, double size)
{
    dg_paths ways;
    bool as_asked;
    char *letters = NULL;
    digit_status status = decode_group(job, span, size, &ways, &as_asked);
    if (status != DIGIT_OK || ways.count == 0 || ways.items[0].count == 0 ||
        is_no_number(job, &ways))
        goto done;
    letters = dg_alloc(span->end - span->first, 1);
    if (!letters) {
        status = dg_fail_memory("a group", span->end - span->first);
        goto done;
    }
    status = dg_reading_add_group(job->reading, job->line, job->group);
    if (status == DIGIT_OK)
        status = add_glyphs(job, &ways, span->mark, !as_asked, size, letters);
    if (status == DIGIT_OK)
        status = add_candidates(job, &ways, letters);
    job->group++;
done:
    dg_free(letters);
    dg_paths_free(&ways);
    return status;
}

/* ---- Lines ---------------------------------------------------------------- */

static digit_status read_groups(page_job *job, const dg_segment_line *line, const dg_paths *ways)
{
    const size_t count = ways->items[0].count;
    double gap = 0;
    digit_status status = group_gap(job, ways->choices, count, line->size, &gap);
    if (status != DIGIT_OK)
        return status;
    group_span *spans = dg_alloc(count, sizeof *spans);
    if (!spans)
        return dg_fail_memory("groups", count * sizeof *spans);
    const size_t groups = split_groups(job, line, ways->choices, count, gap, spans);
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
    };
    dg_paths ways;
    digit_status status = dg_decode(&plan, 1, &ways);
    if (status == DIGIT_OK && ways.count > 0 && ways.items[0].count > 0)
        status = read_groups(job, line, &ways);
    dg_paths_free(&ways);
    return status;
}

static digit_status check_count(const dg_lines *lines)
{
    size_t tall = 0;
    for (size_t i = 0; i < lines->count; i++)
        for (size_t p = 0; p < lines->items[i].count; p++)
            tall += !lines->pieces[lines->items[i].first + p].small;
    if (tall > TALL_MOST)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture has %zu components as high as digits; at "
                       "most %d", tall, TALL_MOST);
    return DIGIT_OK;
}

/* Then what is surely one digit may have to be two. */
static bool asks_for_length(const digit_read_options *options)
{
    return options->min_digits > 1 || options->max_digits > 0;
}

digit_status dg_read_lines(const dg_reader *reader, const dg_sheet *sheet,
                           const digit_read_options *options, const dg_deadline *deadline,
                           digit_reading *reading)
{
    const dg_lines_plan plan = {
        .width = sheet->ink.width,
        .height = sheet->ink.height,
        .digit_height = sheet->digit_height,
        .min_height = options->min_height,
        .single = options->layout == DIGIT_LAYOUT_LINE,
    };
    page_job job = {.reader = reader,
                    .options = options,
                    .allowed = dg_read_allowed(options),
                    .reading = reading};
    const dg_classifier classifier = {reader->predictor, reader->pairs, reader->threads,
                                      &sheet->ink, deadline};
    dg_lines lines = {0};
    digit_status status = dg_lines_find(&sheet->components, &plan, &lines);
    job.sure = dg_alloc(DG_READING_ROOM, sizeof *job.sure);
    if (status == DIGIT_OK && !job.sure)
        status = dg_fail_memory("a reading", DG_READING_ROOM * sizeof *job.sure);
    if (status == DIGIT_OK)
        status = check_count(&lines);
    if (status == DIGIT_OK)
        status = dg_oversegment(&classifier, &sheet->components, &lines, asks_for_length(options),
                                &job.segments, &job.hypotheses);
    for (size_t i = 0; status == DIGIT_OK && i < job.segments.line_count; i++)
        status = read_line(&job, &job.segments.lines[i]);
    if (status == DIGIT_OK) {
        dg_context_apply(reading, job.sure);
        status = dg_context_leave_out(reading);
    }
    if (status == DIGIT_OK)
        dg_reading_reject(reading, options->min_confidence);
    dg_free(job.sure);
    dg_hypotheses_free(&job.hypotheses);
    dg_segments_free(&job.segments);
    dg_lines_free(&lines);
    return status;
}
