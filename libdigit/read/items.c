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

/* What the digit network says of a cluster that is one digit's alone counts so many times as much as
 * the line network. */
#define DIGIT_WEIGHT 0.5

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

/* The bounding box of a label, and whether it is a part of a cluster, or several of them. Returns the
 * segment whose ink it has alone and whole, or NONE. */
static size_t set_box(const dg_items_source *source, const dg_chunk *chunk, span s, dg_item *item)
{
    uint32_t clusters = 0;
    size_t alone = NONE;
    for (size_t i = chunk->first; i < chunk->first + chunk->count; i++) {
        const dg_segment *segment = &source->segments->items[i];
        const double width = segment->right - segment->left + 1;
        const double share = width_within(segment, s) / width;
        if (share <= CUT_SHARE)
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

/* ---- A clear chunk -------------------------------------------------------- */

static digit_status add_clear(const dg_items_source *source, uint32_t index, dg_items *items)
{
    const dg_chunk *chunk = &source->chunks->items[index];
    digit_status status = DIGIT_OK;
    for (size_t i = chunk->first; status == DIGIT_OK && i < chunk->first + chunk->count; i++) {
        const dg_segment *segment = &source->segments->items[i];
        const digit_prediction *answer = &source->answers[i];
        const int digit = dg_read_digit(answer, source->allowed);
        dg_item item = {
            .label = (uint8_t)digit,
            .flags = segment->joined ? DIGIT_GLYPH_JOINED : 0,
            .chunk = index,
            .prediction = dg_read_answer(*answer, digit),
        };
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

static double between(const dg_transcript *t, double left, double right)
{
    return dg_transcript_x(t, (left + right) / 2);
}

static digit_status add_labels(const dg_items_source *source, uint32_t index, uint32_t first,
                               const dg_ctc_text *text, const dg_ctc_label *labels,
                               dg_items *items)
{
    const dg_transcript *t = &source->transcripts[index];
    digit_status status = DIGIT_OK;
    for (uint32_t i = 0; status == DIGIT_OK && i < text->count; i++) {
        const double at = first + labels[i].at;
        const span s = {
            .from = i > 0 ? between(t, first + labels[i - 1].at, at) : -INFINITY,
            .to = i + 1 < text->count ? between(t, at, first + labels[i + 1].at) : INFINITY,
        };
        dg_item item = {.label = text->labels[i], .chunk = index, .step = at};
        const size_t alone = set_box(source, &source->chunks->items[index], s, &item);
        if (item.box.width == 0)
            item.box = item.place = empty_box(t, at);
        if (item.label < DIGIT_CLASSES) {
            item.prediction = predict(&labels[i], alone == NONE ? NULL : &source->answers[alone],
                                      source->allowed);
            item.label = (uint8_t)item.prediction.digit;
        }
        status = append(items, &item);
    }
    return status;
}

digit_status dg_items_add_text(const dg_items_source *source, uint32_t chunk, uint32_t first,
                               uint32_t end, const dg_ctc_text *text, dg_items *items)
{
    const dg_transcript *t = &source->transcripts[chunk];
    const uint32_t steps = end - first;
    const size_t room = dg_ctc_scratch(steps, DG_LINE_OUTPUTS, text->count);
    double *scratch = dg_alloc(room, sizeof *scratch);
    dg_ctc_label *labels = dg_alloc(text->count, sizeof *labels);
    digit_status status = scratch && labels ? DIGIT_OK
                                            : dg_fail_memory("a line", room * sizeof *scratch);
    if (status == DIGIT_OK) {
        dg_ctc_explain(steps, t->logits + (size_t)first * DG_LINE_OUTPUTS, source->temperature,
                       (dg_sequence){text->labels, text->count}, scratch, labels);
        status = add_labels(source, chunk, first, text, labels, items);
    }
    dg_free(labels);
    dg_free(scratch);
    return status;
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

static digit_status add_transcript(const dg_items_source *source, uint32_t chunk, dg_items *items)
{
    const uint32_t outputs = source->transcripts[chunk].outputs;
    dg_ctc_plan plan = plan_of(source, chunk, 0, outputs);
    dg_ctc_text text;
    size_t count;
    plan.allowed = source->allowed | SIGNS;
    digit_status status = dg_ctc_search(&plan, 1, &text, &count);
    if (status == DIGIT_OK && count > 0 && text.count > 0)
        status = dg_items_add_text(source, chunk, 0, outputs, &text, items);
    return status;
}

digit_status dg_items_add_chunk(const dg_items_source *source, uint32_t chunk, dg_items *items)
{
    return source->transcripts[chunk].logits ? add_transcript(source, chunk, items)
                                             : add_clear(source, chunk, items);
}
