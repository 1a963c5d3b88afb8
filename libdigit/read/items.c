#include "read/items.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "base/number.h"
#include "net/ctc_explain.h"
#include "read/read_parts.h"
#include "vision/geometry.h"
#include "vision/page/lean.h"

#include <math.h>

/* A cluster that has so much of its width in one place is this digit's alone, if it is no wider
 * than a digit may be: of two the digit network knows nothing. */
#define WHOLE_SHARE 0.9

/* What the digit network says of a cluster that is one digit's alone counts so many times as much
 * as the line network. */
#define DIGIT_WEIGHT 1.0

#define NONE SIZE_MAX

/* No network is ever as sure as 1 - LEAST. */
#define LEAST 1e-4

/* A cluster is cut if more than this part of its width is another digit's. */
#define CUT_SHARE 0.2

#define CUT_DOUBTFUL 0.5f

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

static const dg_span everywhere = {-INFINITY, INFINITY};

static double width_within(const dg_segment *segment, dg_span s)
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
static void widen_by(const dg_items_source *source, const dg_segment *segment, dg_span s,
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

bool dg_items_in_strip(const dg_strip *strip, const dg_segment *segment)
{
    const double x = (segment->left + segment->right + 1) / 2.0;
    const double y = (segment->top + segment->bottom + 1) / 2.0;
    return fabs(y - strip->middle - strip->slope * (x - strip->left)) <
           DG_LINE_ROWS / 2.0 * strip->scale;
}

/* The bounding box of a label, and whether it is a part of a cluster, or several of them. Returns
 * the segment whose ink it has alone and whole, or NONE. */
static size_t set_box(const dg_items_source *source, const dg_chunk *chunk, dg_span s,
                      dg_item *item)
{
    const dg_strip *strip = &source->transcripts[item->chunk].strip;
    const double size = source->segments->lines[chunk->line].size;
    uint32_t clusters = 0;
    size_t alone = NONE;
    for (size_t i = chunk->first; i < chunk->first + chunk->count; i++) {
        const dg_segment *segment = &source->segments->items[i];
        const double width = segment->right - segment->left + 1;
        const double within = width_within(segment, s) / width;
        /* What is no wider than a digit is one's alone. */
        const bool whole = width <= DG_DIGIT_WIDE * size;
        const double share = whole ? within > 0.5 : within;
        if (share <= CUT_SHARE || !dg_items_in_strip(strip, segment))
            continue;
        item->flags |= share < 1 - CUT_SHARE ? DIGIT_GLYPH_CUT : 0;
        item->flags |= segment->joined ? DIGIT_GLYPH_JOINED : 0;
        const bool single = share >= WHOLE_SHARE && width <= DG_DIGIT_WIDEST * size;
        alone = clusters == 0 && single ? i : NONE;
        clusters++;
        widen_by(source, segment, whole ? everywhere : s, item);
    }
    item->flags |= clusters > 1 ? DIGIT_GLYPH_JOINED : 0;
    return alone;
}

/* ---- Clusters that are digits --------------------------------------------- */

digit_status dg_items_add_clusters(const dg_items_source *source, uint32_t index, size_t first,
                                 size_t end, dg_items *items)
{
    const dg_transcript *t = &source->transcripts[index];
    digit_status status = DIGIT_OK;
    for (size_t i = first; status == DIGIT_OK && i < end; i++) {
        const dg_segment *segment = &source->segments->items[i];
        const digit_prediction *answer = &source->answers[i];
        const int digit = dg_read_digit(answer, source->allowed);
        if (t->logits && !dg_items_in_strip(&t->strip, segment))
            continue;
        dg_item item = {
            .label = (uint8_t)digit,
            .flags = segment->joined ? DIGIT_GLYPH_JOINED : 0,
            .chunk = index,
            .prediction = dg_read_answer(*answer, digit),
            .confidence = answer->confidence,
        };
        if (t->logits)
            item.step = dg_transcript_step(t, (segment->left + segment->right + 1) / 2.0);
        widen_by(source, segment, everywhere, &item);
        status = append(items, &item);
    }
    return status;
}

digit_status dg_items_add_mark(const dg_items_source *source, uint32_t index, size_t segment,
                               dg_items *items)
{
    const dg_segment *s = &source->segments->items[segment];
    const dg_transcript *t = &source->transcripts[index];
    dg_item item = {.label = DG_LINE_MARK, .chunk = index};
    item.step = dg_transcript_step(t, (s->left + s->right + 1) / 2.0);
    widen_by(source, s, everywhere, &item);
    return append(items, &item);
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

/* log_p[DG_LINE_OUTPUTS] of a digit's label: what the line network says, and what the digit network
 * says of the cluster that it has alone, if there is one (`answer`, or NULL). */
static void mix(const dg_ctc_label *label, const digit_prediction *answer, double *log_p)
{
    for (int c = 0; c < DG_LINE_OUTPUTS; c++) {
        log_p[c] = label->log_p[c];
        if (!answer)
            continue;
        const double other = (double)answer->other;
        const double p = c < DIGIT_CLASSES ? (double)answer->probabilities[c] * (1 - other) : other;
        log_p[c] += DIGIT_WEIGHT * log(p + LEAST);
    }
}

/* How surely a digit is no letter. Digits that touch are doubted more often than digits alone, as
 * one or the other digit: only a lower confidence than CUT_DOUBTFUL counts against them. */
static float no_letter(const dg_item *item)
{
    const float confidence = item->prediction.confidence;
    return item->flags & DIGIT_GLYPH_CUT && confidence >= CUT_DOUBTFUL ? 1 : confidence;
}

/* The prediction of a digit's label. */
static void judge(const dg_ctc_label *label, const digit_prediction *answer, uint32_t allowed,
                  dg_item *item)
{
    double log_p[DG_LINE_OUTPUTS], most = -INFINITY, digits = 0, all = 0;
    digit_prediction p = {0};
    mix(label, answer, log_p);
    for (int c = 0; c < DG_LINE_OUTPUTS; c++)
        most = fmax(most, log_p[c]);
    for (int c = 0; c < DG_LINE_OUTPUTS; c++) {
        const double share = exp(log_p[c] - most);
        digits += c < DIGIT_CLASSES ? share : 0;
        all += share;
    }
    for (int d = 0; d < DIGIT_CLASSES; d++)
        p.probabilities[d] = (float)(exp(log_p[d] - most) / digits);
    p.other = (float)(1 - digits / all);
    item->prediction = dg_read_answer(p, dg_read_digit(&p, allowed));
    item->label = (uint8_t)item->prediction.digit;
    item->confidence = no_letter(item);
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

static digit_status add_labels(const dg_items_source *source, const dg_stretch *where,
                               dg_sequence text, const dg_ctc_label *labels, dg_items *items)
{
    const dg_transcript *t = &source->transcripts[where->chunk];
    digit_status status = DIGIT_OK;
    for (uint32_t i = 0; status == DIGIT_OK && i < text.count; i++) {
        const double at = where->first + labels[i].at;
        dg_span s = where->columns;
        if (i > 0)
            s.from = between(t, where->first + labels[i - 1].at, at);
        if (i + 1 < text.count)
            s.to = between(t, at, where->first + labels[i + 1].at);
        dg_item item = {.label = text.labels[i], .chunk = where->chunk, .step = at};
        const size_t alone = set_box(source, &source->chunks->items[where->chunk], s, &item);
        if (item.box.width == 0)
            item.box = item.place = empty_box(t, at);
        if (item.label < DIGIT_CLASSES) {
            judge(&labels[i], alone == NONE ? NULL : &source->answers[alone], source->allowed,
                  &item);
        } else {
            item.confidence = sign_confidence(&labels[i], item.label);
        }
        status = append(items, &item);
    }
    return status;
}

digit_status dg_items_add_text(const dg_items_source *source, const dg_stretch *where,
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
