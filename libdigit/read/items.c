#include "read/items.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "base/number.h"
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

_Static_assert(DG_LINE_PERCENT - DG_LINE_POINT == DIGIT_MARK_PERCENT, "signs in the same order");

digit_mark dg_item_mark(const dg_item *item, uint32_t line, size_t glyph)
{
    return (digit_mark){
        .box = item->place,
        .line = line,
        .glyph = (uint32_t)glyph,
        .kind = item->label == DG_LINE_MARK ? DIGIT_MARK_OTHER : item->label - DG_LINE_POINT,
        .confidence = item->confidence,
    };
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

digit_status dg_items_add_cluster(const dg_items_source *source, uint32_t index, size_t segment,
                                  dg_items *items)
{
    const dg_transcript *t = &source->transcripts[index];
    const dg_segment *s = &source->segments->items[segment];
    const digit_prediction *answer = &source->answers[segment];
    const int digit = dg_read_digit(answer, source->allowed);
    dg_item item = {
        .label = (uint8_t)digit,
        .flags = s->joined ? DIGIT_GLYPH_JOINED : 0,
        .chunk = index,
        .prediction = dg_read_answer(*answer, digit),
        .confidence = answer->confidence,
    };
    if (t->logits)
        item.step = dg_transcript_step(t, (s->left + s->right + 1) / 2.0);
    widen_by(source, s, everywhere, &item);
    return append(items, &item);
}

digit_status dg_items_add_sign(const dg_items_source *source, uint32_t index, size_t segment,
                               uint32_t sign, float confidence, dg_items *items)
{
    const dg_segment *s = &source->segments->items[segment];
    const dg_transcript *t = &source->transcripts[index];
    dg_item item = {.label = (uint8_t)sign, .chunk = index, .confidence = confidence};
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

/* To log_p[DG_LINE_OUTPUTS], what the line network says in a digit's place, comes what the digit
 * network says of the cluster that it has alone, if there is one (`answer`, or NULL). */
static void mix(const digit_prediction *answer, double *log_p)
{
    for (int c = 0; answer && c < DG_LINE_OUTPUTS; c++) {
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
static void judge(double *log_p, const digit_prediction *answer, uint32_t allowed, dg_item *item)
{
    double most = -INFINITY, digits = 0, all = 0;
    digit_prediction p = {0};
    mix(answer, log_p);
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
static float sign_confidence(const double *log_p, int sign)
{
    double all = 0;
    for (int c = 0; c < DG_LINE_OUTPUTS; c++)
        all += exp(log_p[c] - log_p[sign]);
    return (float)(1 / all);
}

static double between(const dg_transcript *t, double left, double right)
{
    return dg_transcript_x(t, (left + right) / 2);
}

/* The columns of a label: to the middles between it and its neighbours. */
static dg_span span_of(const dg_stretch_text *text, uint32_t label)
{
    const dg_transcript *t = &text->source->transcripts[text->where.chunk];
    const double *steps = text->explained.at, at = text->where.first + steps[label];
    dg_span s = text->where.columns;
    if (label > 0)
        s.from = between(t, text->where.first + steps[label - 1], at);
    if (label + 1 < text->explained.text.count)
        s.to = between(t, at, text->where.first + steps[label + 1]);
    return s;
}

digit_status dg_items_add_label(const dg_stretch_text *text, uint32_t label, dg_items *items)
{
    const dg_items_source *source = text->source;
    double log_p[DG_LINE_OUTPUTS];
    dg_item item = {
        .label = text->explained.text.labels[label],
        .chunk = text->where.chunk,
        .step = text->where.first + text->explained.at[label],
    };
    const size_t alone =
        set_box(source, &source->chunks->items[item.chunk], span_of(text, label), &item);
    if (item.box.width == 0)
        item.box = item.place = empty_box(&source->transcripts[item.chunk], item.step);
    dg_ctc_alternatives(&text->explained, label, log_p);
    if (item.label < DIGIT_CLASSES)
        judge(log_p, alone == NONE ? NULL : &source->answers[alone], source->allowed, &item);
    else
        item.confidence = sign_confidence(log_p, item.label);
    return append(items, &item);
}

digit_status dg_stretch_explain(const dg_items_source *source, const dg_stretch *where,
                                dg_sequence text, dg_stretch_text *out)
{
    const dg_transcript *t = &source->transcripts[where->chunk];
    const uint32_t steps = where->end - where->first;
    const size_t room = dg_ctc_scratch(steps, DG_LINE_OUTPUTS, text.count);
    dg_ctc_explained *e = &out->explained;
    *out = (dg_stretch_text){.source = source, .where = *where};
    *e = (dg_ctc_explained){
        .steps = steps,
        .text = text,
        .scratch = dg_alloc(room, sizeof *e->scratch),
        .at = dg_alloc(text.count, sizeof *e->at),
    };
    if (!e->scratch || !e->at)
        return dg_fail_memory("a line", room * sizeof *e->scratch);
    dg_ctc_explain(t->logits + (size_t)where->first * DG_LINE_OUTPUTS, source->temperature, e);
    return DIGIT_OK;
}

void dg_stretch_text_free(dg_stretch_text *text)
{
    dg_free(text->explained.at);
    dg_free(text->explained.scratch);
    *text = (dg_stretch_text){0};
}

digit_status dg_items_add_text(const dg_items_source *source, const dg_stretch *where,
                               dg_sequence text, dg_items *items)
{
    dg_stretch_text explained;
    digit_status status = dg_stretch_explain(source, where, text, &explained);
    for (uint32_t i = 0; status == DIGIT_OK && i < text.count; i++)
        status = dg_items_add_label(&explained, i, items);
    dg_stretch_text_free(&explained);
    return status;
}
