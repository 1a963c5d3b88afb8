#include "read/items.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "base/number.h"
#include "net/ctc_explain.h"
#include "read/read_parts.h"
#include "vision/page/lean.h"

#include <math.h>

#define DIGITS ((1u << DIGIT_CLASSES) - 1)
#define SIGNS  ((1u << DG_LINE_CLASSES) - 1 - DIGITS)

/* A cluster that has so much of its width in one place is this digit's alone. */
#define WHOLE_SHARE 0.9

/* What the digit network says of a cluster that is one digit's alone counts so many times as much
 * as the line network. */
#define DIGIT_WEIGHT 1.0

/* So do the odds that clusters are a digit each, beside those of the line network. */
#define CLUSTER_WEIGHT 1.0

#define NONE SIZE_MAX

/* No network is ever as sure as 1 - LEAST. */
#define LEAST 1e-4

/* A cluster is cut if more than this part of its width is another digit's. */
#define CUT_SHARE 0.2

static digit_status append(dg_items *items, const dg_item *item)
{
    dg_item *grown = dg_grow(items->items, items->count, &items->room, 1, sizeof *grown);
    if (!grown)
        return dg_fail_memory("a line", sizeof *grown);
    items->items = grown;
    grown[items->count++] = *item;
    return DIGIT_OK;
}

void dg_items_free(dg_items *items)
{
    dg_free(items->items);
    *items = (dg_items){0};
}

/* ---- Boxes ------------------------------------------------------------------ */

/* Columns from .. to-1 of the picture. */
typedef struct span {
    double from, to;
} span;

static const span everywhere = {-INFINITY, INFINITY};

static double width_within(const dg_segment *segment, span s)
{
    const double left = fmax(s.from, segment->left), right = fmin(s.to, segment->right + 1.0);
    return fmax(0, right - left);
}

static void widen(digit_box *box, int32_t left, int32_t right, int32_t y)
{
    if (box->width == 0) {
        *box = (digit_box){left, y, right - left, 1};
        return;
    }
    const int32_t end = dg_max_i32(box->x + box->width, right);
    const int32_t bottom = dg_max_i32(box->y + box->height, y + 1);
    box->x = dg_min_i32(box->x, left);
    box->y = dg_min_i32(box->y, y);
    box->width = end - box->x;
    box->height = bottom - box->y;
}

/* The ink of a segment within a span of columns. */
static void widen_by(const dg_items_source *source, const dg_segment *segment, span s,
                     dg_item *item)
{
    for (uint32_t r = segment->first; r < segment->first + segment->count; r++) {
        const dg_run *run = &source->segments->runs[r];
        const int32_t left = (int32_t)dg_max_f64(run->start, floor(s.from));
        const int32_t right = (int32_t)dg_min_f64(run->end, ceil(s.to));
        const int32_t shift = dg_lean_shift(source->sheet, run->y);
        if (left < right) {
            widen(&item->box, left, right, run->y);
            widen(&item->place, left - shift, right - shift, run->y);
        }
    }
}

/* Does the line network see it? Ink far above or below a line is not the line's. */
static bool is_in_strip(const dg_strip *strip, const dg_segment *segment)
{
    const double x = (segment->left + segment->right + 1) / 2.0;
    const double y = (segment->top + segment->bottom + 1) / 2.0;
    return fabs(y - strip->middle - strip->slope * (x - strip->left)) <
           DG_LINE_ROWS / 2.0 * strip->scale;
}

/* The bounding box of a label, and whether it is a part of a cluster, or several of them. Returns
 * the segment whose ink it has alone and whole, or NONE. */
static size_t set_box(const dg_items_source *source, const dg_chunk *chunk, span s, dg_item *item)
{
    const dg_strip *strip = &source->transcripts[item->chunk].strip;
    uint32_t clusters = 0;
    size_t alone = NONE;
    for (size_t i = chunk->first; i < chunk->first + chunk->count; i++) {
        const dg_segment *segment = &source->segments->items[i];
        const double width = segment->right - segment->left + 1;
        const double share = width_within(segment, s) / width;
        if (share <= CUT_SHARE || !is_in_strip(strip, segment))
            continue;
        item->flags |= share < 1 - CUT_SHARE ? DIGIT_GLYPH_CUT : 0;
        item->flags |= segment->joined ? DIGIT_GLYPH_JOINED : 0;
        alone = clusters == 0 && share >= WHOLE_SHARE ? i : NONE;
        clusters++;
        widen_by(source, segment, s, item);
    }
    item->flags |= clusters > 1 ? DIGIT_GLYPH_JOINED : 0;
    return alone;
}

/* ---- Clusters that are digits --------------------------------------------- */

/* Segments first .. end-1 of a chunk, each as the digit that the digit network takes it for. */
static digit_status add_clusters(const dg_items_source *source, uint32_t index, size_t first,
                                 size_t end, dg_items *items)
{
    const dg_transcript *t = &source->transcripts[index];
    digit_status status = DIGIT_OK;
    for (size_t i = first; status == DIGIT_OK && i < end; i++) {
        const dg_segment *segment = &source->segments->items[i];
        const digit_prediction *answer = &source->answers[i];
        const int digit = dg_read_digit(answer, source->allowed);
        dg_item item = {
            .label = (uint8_t)digit,
            .flags = segment->joined ? DIGIT_GLYPH_JOINED : 0,
            .chunk = index,
            .prediction = dg_read_answer(*answer, digit),
        };
        if (t->logits)
            item.step = dg_transcript_step(t, (segment->left + segment->right + 1) / 2.0);
        widen_by(source, segment, everywhere, &item);
        status = append(items, &item);
    }
    return status;
}

/* ---- A transcript ---------------------------------------------------------- */

/* Without ink of its own: a place. */
static digit_box empty_box(const dg_transcript *t, double step)
{
    const double x = dg_transcript_x(t, step), half = DG_STRIP_DIGIT / 2 * t->strip.scale;
    const double y = t->strip.middle + t->strip.slope * (x - t->strip.left);
    return (digit_box){(int32_t)dg_max_f64(0, x - half / 2), (int32_t)dg_max_f64(0, y - half),
                       (int32_t)half + 1, (int32_t)(2 * half) + 1};
}

/* What else the label may be, as the answer of a network of digits. `answer` is that of the digit
 * network, or NULL. */
static digit_prediction predict(const dg_ctc_label *label, const digit_prediction *answer,
                                uint32_t allowed)
{
    double log_p[DG_LINE_OUTPUTS], most = -INFINITY, digits = 0, all = 0;
    digit_prediction p = {0};
    for (int c = 0; c < DG_LINE_OUTPUTS; c++) {
        log_p[c] = label->log_p[c];
        if (answer)
            log_p[c] += DIGIT_WEIGHT *
                        log(c < DIGIT_CLASSES
                                ? (double)answer->probabilities[c] * (1 - (double)answer->other) +
                                      LEAST
                                : (double)answer->other + LEAST);
        most = fmax(most, log_p[c]);
    }
    for (int c = 0; c < DG_LINE_OUTPUTS; c++) {
        const double share = exp(log_p[c] - most);
        digits += c < DIGIT_CLASSES ? share : 0;
        all += share;
    }
    for (int d = 0; d < DIGIT_CLASSES; d++)
        p.probabilities[d] = (float)(exp(log_p[d] - most) / digits);
    p.other = (float)(1 - digits / all);
    return dg_read_answer(p, dg_read_digit(&p, allowed));
}

/* The probability of a sign among all that may be in its place. */
static float sign_confidence(const dg_ctc_label *label, int sign)
{
    double all = 0;
    for (int c = 0; c < DG_LINE_OUTPUTS; c++)
        all += exp(label->log_p[c] - label->log_p[sign]);
    return (float)(1 / all);
}

static double between(const dg_transcript *t, double left, double right)
{
    return dg_transcript_x(t, (left + right) / 2);
}

/* Outputs first .. end-1 of a transcript, and the columns of the picture where its labels are. */
typedef struct stretch {
    uint32_t chunk, first, end;
    span columns;
} stretch;

static digit_status add_labels(const dg_items_source *source, const stretch *where,
                               dg_sequence text, const dg_ctc_label *labels, dg_items *items)
{
    const dg_transcript *t = &source->transcripts[where->chunk];
    digit_status status = DIGIT_OK;
    for (uint32_t i = 0; status == DIGIT_OK && i < text.count; i++) {
        const double at = where->first + labels[i].at;
        span s = where->columns;
        if (i > 0)
            s.from = between(t, where->first + labels[i - 1].at, at);
        if (i + 1 < text.count)
            s.to = between(t, at, where->first + labels[i + 1].at);
        dg_item item = {.label = text.labels[i], .chunk = where->chunk, .step = at};
        const size_t alone = set_box(source, &source->chunks->items[where->chunk], s, &item);
        if (item.box.width == 0)
            item.box = item.place = empty_box(t, at);
        if (item.label < DIGIT_CLASSES) {
            item.prediction = predict(&labels[i], alone == NONE ? NULL : &source->answers[alone],
                                      source->allowed);
            item.label = (uint8_t)item.prediction.digit;
        } else {
            item.confidence = sign_confidence(&labels[i], item.label);
        }
        status = append(items, &item);
    }
    return status;
}

static digit_status add_text(const dg_items_source *source, const stretch *where,
                             dg_sequence text, dg_items *items)
{
    const dg_transcript *t = &source->transcripts[where->chunk];
    const uint32_t steps = where->end - where->first;
    const size_t room = dg_ctc_scratch(steps, DG_LINE_OUTPUTS, text.count);
    double *scratch = dg_alloc(room, sizeof *scratch);
    dg_ctc_label *labels = dg_alloc(text.count, sizeof *labels);
    digit_status status = scratch && labels ? DIGIT_OK
                                            : dg_fail_memory("a line", room * sizeof *scratch);
    if (status == DIGIT_OK) {
        dg_ctc_explain(steps, t->logits + (size_t)where->first * DG_LINE_OUTPUTS,
                       source->temperature, text, scratch, labels);
        status = add_labels(source, where, text, labels, items);
    }
    dg_free(labels);
    dg_free(scratch);
    return status;
}

digit_status dg_items_add_text(const dg_items_source *source, uint32_t chunk, uint32_t first,
                               uint32_t end, const dg_ctc_text *text, dg_items *items)
{
    const stretch where = {chunk, first, end, everywhere};
    return add_text(source, &where, (dg_sequence){text->labels, text->count}, items);
}

static dg_ctc_plan plan_of(const dg_items_source *source, uint32_t chunk, uint32_t first,
                           uint32_t end)
{
    return (dg_ctc_plan){
        .steps = end - first,
        .classes = DG_LINE_OUTPUTS,
        .logits = source->transcripts[chunk].logits + (size_t)first * DG_LINE_OUTPUTS,
        .temperature = source->temperature,
        .counted = DIGITS,
    };
}

digit_status dg_items_search(const dg_items_source *source, uint32_t chunk, uint32_t first,
                             uint32_t end, uint32_t min_digits, uint32_t max_digits, size_t most,
                             dg_ctc_text *texts, size_t *count)
{
    dg_ctc_plan plan = plan_of(source, chunk, first, end);
    plan.allowed = source->allowed;
    plan.min_labels = min_digits;
    plan.max_labels = max_digits;
    return dg_ctc_search(&plan, most, texts, count);
}

/* ---- Two opinions ------------------------------------------------------------ */

/* May each of segments first .. end-1 be one digit? Then the probability that all are, by the digit
 * network; else 0. */
static double clusters_probability(const dg_items_source *source, size_t first, size_t end)
{
    double all = 1;
    for (size_t i = first; i < end; i++) {
        const dg_segment *segment = &source->segments->items[i];
        if (segment->small || segment->sign)
            return 0;
        all *= (double)source->answers[i].confidence;
    }
    return all;
}

/* log of the probability of a sequence, by the line network. */
static digit_status log_probability(const dg_items_source *source, const stretch *where,
                                    dg_sequence sequence, double *log_p)
{
    const uint32_t steps = where->end - where->first;
    const size_t room = dg_ctc_scratch(steps, DG_LINE_OUTPUTS, sequence.count);
    double *scratch = dg_alloc(room, sizeof *scratch);
    if (!scratch)
        return dg_fail_memory("a line", room * sizeof *scratch);
    *log_p = -dg_ctc_loss(steps, DG_LINE_OUTPUTS,
                          source->transcripts[where->chunk].logits +
                              (size_t)where->first * DG_LINE_OUTPUTS,
                          source->temperature, sequence, scratch);
    dg_free(scratch);
    return DIGIT_OK;
}

/* Are segments first .. end-1 a digit each, rather than what the line network says? The odds of
 * both networks are multiplied. */
static digit_status prefer_clusters(const dg_items_source *source, const stretch *where,
                                    size_t first, size_t end, const dg_ctc_text *text,
                                    bool *prefer)
{
    uint8_t digits[DG_CTC_LABELS_MOST];
    double log_p = -INFINITY;
    const double all = dg_clamp_f64(clusters_probability(source, first, end), 0, 1 - LEAST);
    *prefer = false;
    if (all < LEAST || end - first > DG_CTC_LABELS_MOST)
        return DIGIT_OK;
    for (size_t i = first; i < end; i++)
        digits[i - first] = (uint8_t)dg_read_digit(&source->answers[i], source->allowed);
    const dg_sequence clusters = {digits, (uint32_t)(end - first)};
    const digit_status status = log_probability(source, where, clusters, &log_p);
    *prefer = log_p - text->log_p + CLUSTER_WEIGHT * log(all / (1 - all)) > 0;
    return status;
}

/* Segments first .. end-1 of a transcribed chunk, among which none is sure. */
static digit_status add_stretch(const dg_items_source *source, const stretch *where, size_t first,
                                size_t end, dg_items *items)
{
    dg_ctc_plan plan = plan_of(source, where->chunk, where->first, where->end);
    dg_ctc_text text = {0};
    size_t count;
    bool prefer = false;
    plan.allowed = source->allowed | SIGNS;
    digit_status status = dg_ctc_search(&plan, 1, &text, &count);
    if (status == DIGIT_OK)
        status = prefer_clusters(source, where, first, end, &text, &prefer);
    if (status != DIGIT_OK)
        return status;
    if (prefer)
        return add_clusters(source, where->chunk, first, end, items);
    return text.count > 0
               ? add_text(source, where, (dg_sequence){text.labels, text.count}, items)
               : DIGIT_OK;
}

/* Between a segment and the one in front of it; at the ends of a chunk beyond it. */
static double border(const dg_items_source *source, const dg_chunk *chunk, size_t segment)
{
    const dg_segment *items = source->segments->items;
    if (segment == chunk->first)
        return -INFINITY;
    if (segment == chunk->first + chunk->count)
        return INFINITY;
    return (items[segment - 1].right + 1 + items[segment].left) / 2.0;
}

/* A sure digit that is no 1 is what the digit network says; the line network reads what lies
 * between two of them. */
static bool is_anchor(const dg_items_source *source, size_t segment)
{
    return source->chunks->sure[segment] && source->answers[segment].digit != 1;
}

static digit_status add_transcript(const dg_items_source *source, uint32_t index, dg_items *items)
{
    const dg_chunk *chunk = &source->chunks->items[index];
    const dg_transcript *t = &source->transcripts[index];
    const size_t last = chunk->first + chunk->count;
    digit_status status = DIGIT_OK;
    for (size_t first = chunk->first, end; status == DIGIT_OK && first < last; first = end) {
        end = first + 1;
        if (is_anchor(source, first)) {
            status = add_clusters(source, index, first, end, items);
            continue;
        }
        while (end < last && !is_anchor(source, end))
            end++;
        const span columns = {border(source, chunk, first), border(source, chunk, end)};
        const stretch where = {
            .chunk = index,
            .first = columns.from > 0 ? dg_transcript_step(t, columns.from) : 0,
            .end = columns.to < INFINITY ? dg_transcript_step(t, columns.to) + 1 : t->outputs,
            .columns = columns,
        };
        status = add_stretch(source, &where, first, end, items);
    }
    return status;
}

digit_status dg_items_add_chunk(const dg_items_source *source, uint32_t chunk, dg_items *items)
{
    const dg_chunk *c = &source->chunks->items[chunk];
    return source->transcripts[chunk].logits ? add_transcript(source, chunk, items)
                                             : add_clusters(source, chunk, c->first,
                                                            c->first + c->count, items);
}
