#include "read/opinions.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "read/align.h"
#include "read/read_parts.h"
#include "vision/geometry.h"

#include <math.h>

#define DIGITS ((1u << DIGIT_CLASSES) - 1)
#define OTHERS ((1u << DG_LINE_CLASSES) - 1 - DIGITS) /* signs and words */
#define SIGNS  (OTHERS - (1u << DG_LINE_LETTER))

/* No network is ever surer of one thing than of another by more than -log(LEAST): 1e-2 to 1e-4 were
 * tried on lines of validation digits, and differ by less than their noise. */
#define LEAST 1e-3

/* Odds that a cluster with the shape and the place of a sign is one: a steep slash looks like a 1;
 * and that small ink beside digits is a sign that the line network has missed. */
#define SIGN_ODDS   100.0
#define MISSED_ODDS 1e4

#define NO_LABEL UINT32_MAX

/* What is read in a chunk: `text`, labels from left to right, each in a cluster. */
typedef struct hearing {
    const dg_items_source *source;
    dg_stretch where; /* all of the chunk */
    size_t *seen;     /* [seen_count]: the segments that are in its strip */
    size_t seen_count;
    bool *taken;      /* [seen_count]: the digit network's answer is what stands there */
    uint32_t *instead; /* [seen_count]: the label that stands there, or DG_LINE_MARK; NO_LABEL:
                          those of the text */
    dg_ctc_text text;
    size_t owners[DG_CTC_LABELS_MOST]; /* [text.count]: places in `seen`, which do not descend */
    dg_stretch_text explained;
} hearing;

static const dg_real *logits_of(const dg_items_source *source, const dg_stretch *where)
{
    return source->transcripts[where->chunk].logits + (size_t)where->first * DG_LINE_OUTPUTS;
}

static digit_status search(const dg_items_source *source, const dg_stretch *where,
                           dg_ctc_plan plan, size_t most, dg_ctc_text *texts, size_t *count)
{
    plan.steps = where->end - where->first;
    plan.classes = DG_LINE_OUTPUTS;
    plan.logits = logits_of(source, where);
    plan.temperature = source->temperature;
    plan.counted = DIGITS;
    return dg_ctc_search(&plan, most, texts, count);
}

digit_status dg_opinions_search(const dg_items_source *source, const dg_stretch *where,
                                uint32_t min_digits, uint32_t max_digits, size_t most,
                                dg_ctc_text *texts, size_t *count)
{
    const dg_ctc_plan plan = {
        .allowed = source->allowed,
        .min_labels = min_digits,
        .max_labels = max_digits,
    };
    return search(source, where, plan, most, texts, count);
}

/* The most probable text of all of the chunk, by the line network. */
static digit_status listen(hearing *h)
{
    const dg_ctc_plan plan = {.allowed = h->source->allowed | OTHERS};
    const dg_align_clusters clusters = {h->source, h->where.chunk, h->seen, h->seen_count};
    size_t count;
    digit_status status = search(h->source, &h->where, plan, 1, &h->text, &count);
    const dg_sequence text = {h->text.labels, h->text.count};
    if (status == DIGIT_OK)
        status = dg_stretch_explain(h->source, &h->where, text, &h->explained);
    return status == DIGIT_OK ? dg_align(&clusters, &h->explained.explained, h->owners) : status;
}

/* ---- Another label for a cluster --------------------------------------------- */

/* Labels first .. end-1 are a cluster's. */
typedef struct range {
    uint32_t first, end;
} range;

static range labels_of(const hearing *h, size_t cluster)
{
    range r = {0, 0};
    while (r.first < h->text.count && h->owners[r.first] < cluster)
        r.first++;
    for (r.end = r.first; r.end < h->text.count && h->owners[r.end] == cluster;)
        r.end++;
    return r;
}

static bool is_one_of(const hearing *h, range r, uint32_t labels)
{
    return r.end == r.first + 1 && labels >> h->text.labels[r.first] & 1;
}

/* Log of the odds of `label` in a cluster, against what is read there, by the line network. */
static double odds_of(const hearing *h, range r, uint32_t label)
{
    return dg_ctc_replaced(&h->explained.explained, r.first, r.end, label) -
           h->explained.explained.log_p;
}

/* Does the line network read nothing but letters in a cluster? */
static bool is_no_digit(const hearing *h, range r)
{
    for (uint32_t i = r.first; i < r.end; i++)
        if (h->text.labels[i] != DG_LINE_LETTER)
            return false;
    return true;
}

/* Is a cluster the digit that the digit network takes it for, rather than what the line network
 * reads? The odds of both are multiplied. */
static bool is_digit(const hearing *h, size_t cluster, range r, int digit)
{
    const digit_prediction *answer = &h->source->answers[h->seen[cluster]];
    const double p = (double)dg_read_answer(*answer, digit).confidence;
    if (is_one_of(h, r, 1u << digit))
        return h->source->chunks->sure[h->seen[cluster]];
    if (p <= 0.5) /* no odds of the line network are for a text that it does not read */
        return false;
    const bool missed = is_no_digit(h, r) && h->source->chunks->sure[h->seen[cluster]];
    return dg_max_f64(odds_of(h, r, (uint32_t)digit), log(missed ? DG_LEAST_MISSED : LEAST)) +
               log(p / dg_max_f64(1 - p, LEAST)) > 0;
}

/* The likeliest sign in a cluster, unless the line network is surer than `odds` that it isn't any:
 * NO_LABEL then. */
static uint32_t find_sign(const hearing *h, range r, double odds_against)
{
    double most = -log(odds_against);
    uint32_t best = NO_LABEL;
    for (uint32_t label = DG_LINE_POINT; label < DG_LINE_LETTER; label++) {
        const double odds = odds_of(h, r, label);
        if (odds > most) {
            most = odds;
            best = label;
        }
    }
    return best;
}

/* The label that stands in a cluster instead of what the line network reads there, or NO_LABEL. */
static uint32_t choose(hearing *h, size_t cluster)
{
    const dg_segment *segment = &h->source->segments->items[h->seen[cluster]];
    const range r = labels_of(h, cluster);
    if (segment->sign)
        return is_one_of(h, r, SIGNS) ? NO_LABEL : find_sign(h, r, SIGN_ODDS);
    if (segment->small)
        return NO_LABEL;
    const int digit = dg_read_digit(&h->source->answers[h->seen[cluster]], h->source->allowed);
    h->taken[cluster] = is_digit(h, cluster, r, digit);
    return h->taken[cluster] ? (uint32_t)digit : NO_LABEL;
}

/* Does the digit network take a cluster for the one digit that the line network reads there? */
static bool is_agreed(const hearing *h, size_t cluster)
{
    const digit_prediction *answer = &h->source->answers[h->seen[cluster]];
    const int digit = dg_read_digit(answer, h->source->allowed);
    return is_one_of(h, labels_of(h, cluster), 1u << digit) &&
           dg_read_answer(*answer, digit).confidence > 0.5f;
}

/* May small ink be a part of what is read in a cluster beside it? Of a whole digit, no more than a
 * bar high beside it: the digit may look like another one without it. */
static bool is_open(const hearing *h, size_t cluster, const dg_segment *small)
{
    const dg_segment *s = &h->source->segments->items[h->seen[cluster]];
    const range r = labels_of(h, cluster);
    if (r.first == r.end || h->taken[cluster])
        return false;
    return !is_agreed(h, cluster) || small->top + small->bottom < s->top + s->bottom;
}

/* Small ink between digits that is no dirt never disappears, 12.50 must not become 1250. One sign
 * stands for what lies there. */
static bool is_unknown(const hearing *h, size_t cluster)
{
    const dg_strip *strip = &h->source->transcripts[h->where.chunk].strip;
    const dg_segment *s = &h->source->segments->items[h->seen[cluster]];
    const double least = DG_SIGN_LEAST * DG_STRIP_DIGIT * strip->scale;
    if (!s->small || (s->right - s->left + 1 < least && s->bottom - s->top + 1 < least))
        return false;
    const range before = cluster > 0 ? labels_of(h, cluster - 1) : (range){0, 1};
    return (before.first < before.end || h->taken[cluster - 1]) &&
           (cluster == 0 || !is_open(h, cluster - 1, s)) &&
           (cluster + 1 == h->seen_count || !is_open(h, cluster + 1, s));
}

/* Each cluster is chosen for by what the line network reads in the others. */
static void decide(hearing *h)
{
    for (size_t i = 0; i < h->seen_count; i++)
        h->instead[i] = choose(h, i);
    for (size_t i = 0; i < h->seen_count; i++) {
        const range r = labels_of(h, i);
        if (h->instead[i] != NO_LABEL || r.first != r.end || !is_unknown(h, i))
            continue;
        const uint32_t sign = find_sign(h, r, MISSED_ODDS);
        h->instead[i] = sign == NO_LABEL ? DG_LINE_MARK : sign;
    }
}

/* ---- Items ------------------------------------------------------------------- */

static digit_status add_sign(const hearing *h, size_t cluster, range r, dg_items *items)
{
    const uint32_t sign = h->instead[cluster];
    const double odds = sign == DG_LINE_MARK ? 0 : exp(odds_of(h, r, sign));
    return dg_items_add_sign(h->source, h->where.chunk, h->seen[cluster], sign,
                             (float)(odds / (1 + odds)), items);
}

static digit_status add_cluster(const hearing *h, size_t cluster, dg_items *items)
{
    const range r = labels_of(h, cluster);
    digit_status status = DIGIT_OK;
    if (h->taken[cluster])
        return dg_items_add_cluster(h->source, h->where.chunk, h->seen[cluster], items);
    if (h->instead[cluster] != NO_LABEL)
        return add_sign(h, cluster, r, items);
    for (uint32_t i = r.first; status == DIGIT_OK && i < r.end; i++)
        status = dg_items_add_label(&h->explained, i, items);
    return status;
}

static digit_status hear(hearing *h, dg_items *items)
{
    digit_status status = listen(h);
    if (status == DIGIT_OK)
        decide(h);
    for (size_t i = 0; status == DIGIT_OK && i < h->seen_count; i++)
        status = add_cluster(h, i, items);
    dg_stretch_text_free(&h->explained);
    return status;
}

static digit_status add_transcript(const dg_items_source *source, uint32_t index, dg_items *items)
{
    const dg_chunk *chunk = &source->chunks->items[index];
    const dg_transcript *t = &source->transcripts[index];
    hearing h = {
        .source = source,
        .where = {.chunk = index, .end = t->outputs, .columns = {-INFINITY, INFINITY}},
        .seen = dg_alloc(chunk->count, sizeof *h.seen),
        .taken = dg_alloc_zero(chunk->count, sizeof *h.taken),
        .instead = dg_alloc(chunk->count, sizeof *h.instead),
    };
    digit_status status = h.seen && h.taken && h.instead
                              ? DIGIT_OK
                              : dg_fail_memory("a line", chunk->count * sizeof *h.seen);
    for (size_t i = chunk->first; status == DIGIT_OK && i < chunk->first + chunk->count; i++)
        if (dg_items_in_strip(&t->strip, &source->segments->items[i]))
            h.seen[h.seen_count++] = i;
    if (status == DIGIT_OK && h.seen_count > 0)
        status = hear(&h, items);
    dg_free(h.instead);
    dg_free(h.taken);
    dg_free(h.seen);
    return status;
}

static digit_status add_clear(const dg_items_source *source, uint32_t index, dg_items *items)
{
    const dg_chunk *chunk = &source->chunks->items[index];
    digit_status status = DIGIT_OK;
    for (size_t i = chunk->first; status == DIGIT_OK && i < chunk->first + chunk->count; i++)
        status = dg_items_add_cluster(source, index, i, items);
    return status;
}

digit_status dg_opinions_add_chunk(const dg_items_source *source, uint32_t chunk, dg_items *items)
{
    return source->transcripts[chunk].logits ? add_transcript(source, chunk, items)
                                             : add_clear(source, chunk, items);
}
