#include "read/opinions.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "read/read_parts.h"
#include "vision/geometry.h"

#include <math.h>

#define DIGITS ((1u << DIGIT_CLASSES) - 1)
#define SIGNS  ((1u << DG_LINE_CLASSES) - 1 - DIGITS)

/* The odds that clusters are a digit each count so many times as much as those of the line network.
 */
#define CLUSTER_WEIGHT 1.0

/* The digit network is never as sure as 1 - LEAST, the line network never as sure of another text
 * as 1 - LINE_LEAST. */
#define LEAST      1e-4
#define LINE_LEAST 1e-3

/* Odds that a cluster with the shape and the place of a sign is one: drawn slashes are read in 81 %
 * of dates with them, in 62 % with 1. */
#define SIGN_ODDS 100.0

/* An anchor shares at most this part of its width with a neighbour. */
#define OVERLAP_SHARE 0.3

#define NONE SIZE_MAX

static const dg_real *logits_of(const dg_items_source *source, const dg_stretch *where)
{
    return source->transcripts[where->chunk].logits + (size_t)where->first * DG_LINE_OUTPUTS;
}

static dg_ctc_plan plan_of(const dg_items_source *source, const dg_stretch *where)
{
    return (dg_ctc_plan){
        .steps = where->end - where->first,
        .classes = DG_LINE_OUTPUTS,
        .logits = logits_of(source, where),
        .temperature = source->temperature,
        .counted = DIGITS,
    };
}

digit_status dg_opinions_search(const dg_items_source *source, const dg_stretch *where,
                                uint32_t min_digits, uint32_t max_digits, size_t most,
                                dg_ctc_text *texts, size_t *count)
{
    dg_ctc_plan plan = plan_of(source, where);
    plan.allowed = source->allowed;
    plan.min_labels = min_digits;
    plan.max_labels = max_digits;
    return dg_ctc_search(&plan, most, texts, count);
}

/* The next segment of a chunk that is in its strip, from `segment` on in steps of 1 or -1; NONE:
 * there is none. */
static size_t find_in_strip(const dg_items_source *source, uint32_t index, size_t segment, int step)
{
    const dg_chunk *chunk = &source->chunks->items[index];
    const dg_strip *strip = &source->transcripts[index].strip;
    for (; segment >= chunk->first && segment < chunk->first + chunk->count;
         segment += (size_t)step)
        if (dg_items_in_strip(strip, &source->segments->items[segment]))
            return segment;
    return NONE;
}

/* ---- Two opinions ------------------------------------------------------------ */

/* Those of segments first .. end-1 that are in the strip, each as a digit: digits[*count]. Returns
 * the probability that all are, by the digit network; 0 if that can't be. */
static double read_clusters(const dg_items_source *source, const dg_stretch *where, size_t first,
                            size_t end, uint8_t digits[DG_CTC_LABELS_MOST], uint32_t *count)
{
    double all = 1;
    *count = 0;
    for (size_t i = first; i < end; i++) {
        const dg_segment *segment = &source->segments->items[i];
        const digit_prediction *answer = &source->answers[i];
        if (!dg_items_in_strip(&source->transcripts[where->chunk].strip, segment))
            continue;
        if (segment->small || segment->sign || *count == DG_CTC_LABELS_MOST)
            return 0;
        digits[(*count)++] = (uint8_t)dg_read_digit(answer, source->allowed);
        all *= (double)answer->confidence;
    }
    return all;
}

/* log of the probability of a sequence, by the line network. */
static digit_status log_probability(const dg_items_source *source, const dg_stretch *where,
                                    dg_sequence sequence, double *log_p)
{
    const uint32_t steps = where->end - where->first;
    const size_t room = dg_ctc_scratch(steps, DG_LINE_OUTPUTS, sequence.count);
    double *scratch = dg_alloc(room, sizeof *scratch);
    if (!scratch)
        return dg_fail_memory("a line", room * sizeof *scratch);
    *log_p = -dg_ctc_loss(steps, DG_LINE_OUTPUTS, logits_of(source, where), source->temperature,
                          sequence, scratch);
    dg_free(scratch);
    return DIGIT_OK;
}

/* Are segments first .. end-1 a digit each, rather than what the line network says? The odds of
 * both networks are multiplied. */
static digit_status prefer_clusters(const dg_items_source *source, const dg_stretch *where,
                                    size_t first, size_t end, const dg_ctc_text *text,
                                    bool *prefer)
{
    uint8_t digits[DG_CTC_LABELS_MOST];
    dg_sequence clusters = {.labels = digits};
    double log_p = -INFINITY;
    double all = read_clusters(source, where, first, end, digits, &clusters.count);
    *prefer = false;
    if (all < LEAST)
        return DIGIT_OK;
    all = dg_min_f64(all, 1 - LEAST);
    const digit_status status = log_probability(source, where, clusters, &log_p);
    const double line_odds = dg_max_f64(log_p - text->log_p, log(LINE_LEAST));
    *prefer = line_odds + CLUSTER_WEIGHT * log(all / (1 - all)) > 0;
    return status;
}

/* Small ink between digits that is no dirt never disappears: 12.50 must not become 1250. */
static digit_status add_unknown(const dg_items_source *source, const dg_stretch *where,
                                size_t first, size_t end, dg_items *items)
{
    const dg_strip *strip = &source->transcripts[where->chunk].strip;
    const double least = DG_SIGN_LEAST * DG_STRIP_DIGIT * strip->scale;
    for (size_t i = first; i < end; i++) {
        const dg_segment *s = &source->segments->items[i];
        if (dg_items_in_strip(strip, s) && s->small &&
            (s->right - s->left + 1 >= least || s->bottom - s->top + 1 >= least))
            return dg_items_add_mark(source, where->chunk, i, items);
    }
    return DIGIT_OK;
}

/* Is there one segment among first .. end-1 in the strip, and is it a sign by its shape? */
static bool is_sign(const dg_items_source *source, const dg_stretch *where, size_t first,
                    size_t end)
{
    const size_t segment = find_in_strip(source, where->chunk, first, 1);
    return segment < end && source->segments->items[segment].sign &&
           find_in_strip(source, where->chunk, segment + 1, 1) >= end;
}

/* The most probable text of a stretch; its count is 0 if there is none. */
static digit_status search_best(const dg_items_source *source, const dg_stretch *where,
                                uint32_t allowed, dg_ctc_text *text)
{
    dg_ctc_plan plan = plan_of(source, where);
    size_t count;
    plan.allowed = allowed;
    *text = (dg_ctc_text){0};
    return dg_ctc_search(&plan, 1, text, &count);
}

/* Replaces what the line network reads in the place of a sign by the likeliest signs, if their
 * odds and those of the shape say so: a steep slash looks like a 1. */
static digit_status prefer_sign(const dg_items_source *source, const dg_stretch *where,
                                dg_ctc_text *text)
{
    dg_ctc_text sign;
    const digit_status status = search_best(source, where, SIGNS, &sign);
    if (status == DIGIT_OK && sign.count > 0 && sign.log_p + log(SIGN_ODDS) > text->log_p)
        *text = sign;
    return status;
}

/* Segments first .. end-1 of a transcribed chunk, among which none is sure. */
static digit_status add_stretch(const dg_items_source *source, const dg_stretch *where,
                                size_t first, size_t end, dg_items *items)
{
    dg_ctc_text text;
    bool prefer = false;
    digit_status status = search_best(source, where, source->allowed | SIGNS, &text);
    if (status == DIGIT_OK && is_sign(source, where, first, end))
        status = prefer_sign(source, where, &text);
    if (status == DIGIT_OK)
        status = prefer_clusters(source, where, first, end, &text, &prefer);
    if (status != DIGIT_OK)
        return status;
    if (prefer)
        return dg_items_add_clusters(source, where->chunk, first, end, items);
    return text.count > 0
               ? dg_items_add_text(source, where, (dg_sequence){text.labels, text.count}, items)
               : add_unknown(source, where, first, end, items);
}

/* Does a neighbour's ink stand over or under a part of a segment? */
static bool is_overlapped(const dg_items_source *source, size_t segment, size_t neighbour)
{
    const dg_segment *s = &source->segments->items[segment];
    if (neighbour == NONE)
        return false;
    const dg_segment *other = &source->segments->items[neighbour];
    const int32_t shared =
        dg_min_i32(s->right, other->right) - dg_max_i32(s->left, other->left) + 1;
    return shared > OVERLAP_SHARE * (s->right - s->left + 1);
}

/* A sure digit, clear of its neighbours, is what the digit network says; the line network reads
 * what lies between two of them. */
static bool is_anchor(const dg_items_source *source, uint32_t index, size_t segment)
{
    return source->chunks->sure[segment] &&
           !is_overlapped(source, segment, find_in_strip(source, index, segment - 1, -1)) &&
           !is_overlapped(source, segment, find_in_strip(source, index, segment + 1, 1));
}

/* The place between two segments in a strip; beyond the ends of a chunk if one is NONE. */
static double border(const dg_items_source *source, size_t left, size_t right)
{
    const dg_segment *items = source->segments->items;
    if (left == NONE)
        return -INFINITY;
    return right == NONE ? INFINITY : (items[left].right + 1 + items[right].left) / 2.0;
}

/* Segments first .. end-1 of a chunk, which stand between two anchors or its ends. */
static dg_stretch stretch_between(const dg_items_source *source, uint32_t index, size_t first,
                               size_t end)
{
    const dg_transcript *t = &source->transcripts[index];
    const size_t left = find_in_strip(source, index, first, 1);
    const size_t right = find_in_strip(source, index, end - 1, -1);
    const dg_span columns = {
        .from = border(source, find_in_strip(source, index, first - 1, -1), left),
        .to = border(source, right, find_in_strip(source, index, end, 1)),
    };
    return (dg_stretch){
        .chunk = index,
        .first = columns.from > 0 ? dg_transcript_step(t, columns.from) : 0,
        .end = columns.to < INFINITY ? dg_transcript_step(t, columns.to) + 1 : t->outputs,
        .columns = columns,
    };
}

static digit_status add_transcript(const dg_items_source *source, uint32_t index, dg_items *items)
{
    const dg_chunk *chunk = &source->chunks->items[index];
    const size_t last = chunk->first + chunk->count;
    digit_status status = DIGIT_OK;
    for (size_t first = chunk->first, end; status == DIGIT_OK && first < last; first = end) {
        end = first + 1;
        if (is_anchor(source, index, first)) {
            status = dg_items_add_clusters(source, index, first, end, items);
            continue;
        }
        while (end < last && !is_anchor(source, index, end))
            end++;
        const size_t seen = find_in_strip(source, index, first, 1);
        if (seen == NONE || seen >= end)
            continue; /* all of it is above or below the line */
        const dg_stretch where = stretch_between(source, index, first, end);
        status = add_stretch(source, &where, first, end, items);
    }
    return status;
}

digit_status dg_opinions_add_chunk(const dg_items_source *source, uint32_t chunk, dg_items *items)
{
    const dg_chunk *c = &source->chunks->items[chunk];
    return source->transcripts[chunk].logits ? add_transcript(source, chunk, items)
                                             : dg_items_add_clusters(source, chunk, c->first,
                                                            c->first + c->count, items);
}
