#include "read/items.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "base/number.h"
#include "net/ctc_explain.h"
#include "read/read_parts.h"

#include <math.h>

#define DIGITS ((1u << DIGIT_CLASSES) - 1)
#define SIGNS  ((1u << DG_LINE_CLASSES) - 1 - DIGITS)

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

/* ---- A clear chunk -------------------------------------------------------- */

static digit_status add_clear(const dg_items_source *source, uint32_t index, dg_items *items)
{
    const dg_chunk *chunk = &source->chunks->items[index];
    digit_status status = DIGIT_OK;
    for (size_t i = chunk->first; status == DIGIT_OK && i < chunk->first + chunk->count; i++) {
        const digit_prediction *answer = &source->answers[i];
        const int digit = dg_read_digit(answer, source->allowed);
        const dg_item item = {
            .box = dg_segments_box(&source->segments->items[i], 1),
            .label = (uint8_t)digit,
            .flags = source->segments->items[i].joined ? DIGIT_GLYPH_JOINED : 0,
            .chunk = index,
            .prediction = dg_read_answer(*answer, digit),
        };
        status = append(items, &item);
    }
    return status;
}

/* ---- A transcript ---------------------------------------------------------- */

/* Columns from .. to-1 of the picture. */
typedef struct span {
    double from, to;
} span;

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
static void widen_by(const dg_segments *segments, const dg_segment *segment, span s,
                     digit_box *box)
{
    for (uint32_t r = segment->first; r < segment->first + segment->count; r++) {
        const dg_run *run = &segments->runs[r];
        const int32_t left = dg_max_i32(run->start, (int32_t)floor(s.from));
        const int32_t right = dg_min_i32(run->end, (int32_t)ceil(s.to));
        if (left < right)
            widen(box, left, right, run->y);
    }
}

/* The bounding box of a label, and whether it is a part of a cluster, or several of them. */
static digit_box box_of(const dg_items_source *source, const dg_chunk *chunk, span s,
                        uint32_t *flags)
{
    digit_box box = {0};
    uint32_t clusters = 0;
    for (size_t i = chunk->first; i < chunk->first + chunk->count; i++) {
        const dg_segment *segment = &source->segments->items[i];
        const double width = segment->right - segment->left + 1;
        const double share = width_within(segment, s) / width;
        if (share <= CUT_SHARE)
            continue;
        *flags |= share < 1 - CUT_SHARE ? DIGIT_GLYPH_CUT : 0;
        *flags |= segment->joined ? DIGIT_GLYPH_JOINED : 0;
        clusters++;
        widen_by(source->segments, segment, s, &box);
    }
    *flags |= clusters > 1 ? DIGIT_GLYPH_JOINED : 0;
    return box;
}

/* Without ink of its own: a place. */
static digit_box empty_box(const dg_transcript *t, double step)
{
    const double x = dg_transcript_x(t, step), half = DG_STRIP_DIGIT / 2 * t->strip.scale;
    const double y = t->strip.middle + t->strip.slope * (x - t->strip.left);
    return (digit_box){(int32_t)dg_max_f64(0, x - half / 2), (int32_t)dg_max_f64(0, y - half),
                       (int32_t)half + 1, (int32_t)(2 * half) + 1};
}

/* What else the label may be, as the answer of a network of digits. */
static digit_prediction predict(const dg_ctc_label *label, int digit)
{
    digit_prediction p = {.digit = digit};
    double most = label->log_p[digit], digits = 0, all = 0;
    for (int c = 0; c < DG_LINE_OUTPUTS; c++)
        most = fmax(most, label->log_p[c]);
    for (int c = 0; c < DG_LINE_OUTPUTS; c++) {
        const double share = exp(label->log_p[c] - most);
        digits += c < DIGIT_CLASSES ? share : 0;
        all += share;
    }
    for (int d = 0; d < DIGIT_CLASSES; d++)
        p.probabilities[d] = (float)(exp(label->log_p[d] - most) / digits);
    p.other = (float)(1 - digits / all);
    return dg_read_answer(p, digit);
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
        item.box = box_of(source, &source->chunks->items[index], s, &item.flags);
        if (item.box.width == 0)
            item.box = empty_box(t, at);
        if (item.label < DIGIT_CLASSES)
            item.prediction = predict(&labels[i], item.label);
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
