/* Fields of a form: the picture is prepared once, then each field is a line of its own, read as one
 * number. */
#include "base/deadline.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "read/classify.h"
#include "read/field.h"
#include "read/read_parts.h"
#include "vision/ink/digit_height.h"
#include "vision/page/lean.h"

#include <string.h>

/* Confidence below which no field is valid. A check digit leaves few wrong texts; a pattern leaves
 * most of them. */
#define CHECKED_LEAST 0.5
#define VALID_LEAST   0.9

typedef struct fields_job {
    const dg_reader *reader;
    const digit_read_options *options;
    const dg_sheet *sheet; /* of the whole picture */
    digit_reading *reading;
} fields_job;

/* What one field is read from. */
typedef struct field_ink {
    dg_sheet sheet; /* the components of the field; planes and form lines are the picture's */
    dg_lines lines;
    dg_segments segments;
    digit_prediction *answers; /* [segments.count] */
    dg_chunks chunks;
    dg_transcript transcript;
} field_ink;

/* ---- The ink of a field ---------------------------------------------------------- */

static bool is_within(const dg_sheet *sheet, digit_box box, const dg_component *c)
{
    const int32_t y = (c->top + c->bottom) / 2;
    const int32_t x = (c->left + c->right) / 2 - dg_lean_shift(sheet, y);
    return box.width == 0 || (x >= box.x && x < box.x + box.width && y >= box.y &&
                              y < box.y + box.height);
}

static digit_status copy_components(const dg_sheet *sheet, digit_box box, dg_components *out)
{
    const dg_components *all = &sheet->components;
    *out = (dg_components){.runs = dg_alloc(all->run_count, sizeof *out->runs),
                           .items = dg_alloc(all->count, sizeof *out->items)};
    if (!out->runs || !out->items)
        return dg_fail_memory("a field", all->run_count * sizeof *out->runs);
    for (size_t i = 0; i < all->count; i++) {
        dg_component c = all->items[i];
        if (!is_within(sheet, box, &c))
            continue;
        memcpy(out->runs + out->run_count, all->runs + c.first, c.count * sizeof *out->runs);
        c.first = (uint32_t)out->run_count;
        out->run_count += c.count;
        out->items[out->count++] = c;
    }
    return DIGIT_OK;
}

static digit_status find_line(const fields_job *job, digit_box box, field_ink *ink)
{
    dg_sheet *sheet = &ink->sheet;
    const dg_plane *whole = &job->sheet->ink;
    *sheet = *job->sheet;
    digit_status status = copy_components(job->sheet, box, &sheet->components);
    if (status == DIGIT_OK)
        status = dg_digit_height(&sheet->components, whole->width, whole->height,
                                 &sheet->digit_height);
    const dg_lines_plan plan = {
        .width = whole->width,
        .height = whole->height,
        .digit_height = sheet->digit_height,
        .min_height = job->options->min_height,
        .single = true,
        .deadline = job->reader->threads.deadline,
    };
    if (status == DIGIT_OK)
        status = dg_lines_find(&sheet->components, &plan, &ink->lines);
    return status == DIGIT_OK
               ? dg_segments_make(&sheet->components, &ink->lines, &ink->segments)
               : status;
}

static bool has_digits(const field_ink *ink)
{
    for (size_t i = 0; i < ink->segments.count; i++)
        if (!ink->segments.items[i].small)
            return true;
    return false;
}

static digit_status check_length(const field_ink *ink, uint32_t number)
{
    const dg_segment *items = ink->segments.items;
    const double size = ink->segments.lines[0].size;
    double left = items[0].left, right = items[0].right;
    for (size_t i = 1; i < ink->segments.count; i++)
        right = items[i].right > right ? items[i].right : right;
    return right - left < DG_STRIP_HEIGHTS_MOST * size
               ? DIGIT_OK
               : dg_fail(DIGIT_ERR_LIMIT, "field %u is longer than %d digit heights", number,
                         DG_STRIP_HEIGHTS_MOST);
}

static digit_status transcribe(const fields_job *job, field_ink *ink)
{
    static const bool wanted = true;
    digit_status status = DIGIT_OK;
    ink->answers = dg_alloc(ink->segments.count, sizeof *ink->answers);
    if (!ink->answers)
        return dg_fail_memory("a field", ink->segments.count * sizeof *ink->answers);
    status = dg_classify(job->reader, &job->sheet->ink, &ink->segments, ink->answers);
    if (status == DIGIT_OK)
        status = dg_chunks_make_one(&ink->segments, ink->answers, &ink->chunks);
    return status == DIGIT_OK
               ? dg_transcribe(job->reader, &job->sheet->whole, &ink->segments, &ink->chunks,
                               ink->lines.slope, &wanted, &ink->transcript)
               : status;
}

static void free_ink(field_ink *ink)
{
    dg_transcript_free(&ink->transcript);
    dg_chunks_free(&ink->chunks);
    dg_free(ink->answers);
    dg_segments_free(&ink->segments);
    dg_lines_free(&ink->lines);
    dg_components_free(&ink->sheet.components);
}

/* ---- The reading ----------------------------------------------------------------- */

/* Digits and signs of field `number`, which are line `number` and its only group. */
static digit_status add_items(digit_reading *reading, uint32_t number, const dg_items *items)
{
    digit_status status = DIGIT_OK;
    bool mark = false;
    for (size_t i = 0; status == DIGIT_OK && i < items->count; i++) {
        const dg_item *item = &items->items[i];
        if (item->label < DIGIT_CLASSES) {
            const digit_glyph glyph = {
                .box = item->place,
                .line = number,
                .flags = item->flags | (mark ? (uint32_t)DIGIT_GLYPH_MARK : 0),
                .prediction = item->prediction,
            };
            status = dg_reading_add_glyph(reading, &glyph);
        } else if (item->label != DG_LINE_LETTER) {
            const digit_mark sign = dg_item_mark(item, number, reading->count);
            status = dg_reading_add_mark(reading, &sign, (dg_reading_mark){false, false});
        }
        mark = item->label >= DIGIT_CLASSES && item->label != DG_LINE_LETTER;
    }
    return status;
}

/* Candidates of the group are the digits of the texts, those of several texts once. */
static digit_status add_candidates(digit_reading *reading, const dg_field_reading *field)
{
    char digits[DG_FIELD_ANSWERS][DG_FIELD_LENGTH_MOST + 1];
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < dg_max_size(field->count, 1); i++) {
        const size_t count = dg_field_digits(field->answers[i].text, digits[i]);
        bool known = false;
        for (size_t k = 0; k < i; k++)
            known = known || strcmp(digits[k], digits[i]) == 0;
        if (!known)
            status = dg_reading_add_candidate(reading, digits[i], count,
                                              field->answers[i].confidence);
    }
    return status;
}

static digit_status add_field(const fields_job *job, uint32_t number, bool checked, double slope,
                              const dg_field_reading *field)
{
    digit_reading *reading = job->reading;
    const size_t first = reading->count;
    digit_status status = add_items(reading, number, &field->items);
    const uint32_t count = (uint32_t)(reading->count - first);
    if (status == DIGIT_OK && count > 0) {
        status = dg_reading_add_group(reading, number, 0);
        if (status == DIGIT_OK)
            status = add_candidates(reading, field);
    }
    const double least = dg_max_f64(checked ? CHECKED_LEAST : VALID_LEAST,
                                    (double)job->options->min_confidence);
    const dg_reading_field done = {
        .first = (uint32_t)first,
        .count = count,
        .flags = count == 0 ? DIGIT_FIELD_EMPTY
                 : field->fits && field->answers[0].confidence >= least ? DIGIT_FIELD_VALID
                                                                         : 0,
        .confidence = (float)field->answers[0].confidence,
        .slope = slope,
    };
    return status == DIGIT_OK ? dg_reading_add_field(reading, done, field->answers[0].text)
                              : status;
}

static digit_status read_ink(const fields_job *job, const dg_field *field, const field_ink *ink,
                             dg_field_reading *out)
{
    const dg_items_source source = {
        .sheet = &ink->sheet,
        .segments = &ink->segments,
        .answers = ink->answers,
        .chunks = &ink->chunks,
        .transcripts = &ink->transcript,
        .temperature = (double)dg_predictor_temperature(job->reader->lines),
        .allowed = field->allowed,
    };
    return dg_field_read(&source, field, out);
}

static digit_status read_field(const fields_job *job, uint32_t number, const digit_field *wanted)
{
    field_ink ink = {0};
    dg_field field;
    dg_field_reading found = {.count = 0};
    digit_status status = dg_field_compile(wanted, &field);
    if (status == DIGIT_OK)
        status = find_line(job, wanted->box, &ink);
    if (status == DIGIT_OK && has_digits(&ink)) {
        status = check_length(&ink, number);
        if (status == DIGIT_OK)
            status = transcribe(job, &ink);
        if (status == DIGIT_OK)
            status = read_ink(job, &field, &ink, &found);
    }
    if (status == DIGIT_OK)
        status = add_field(job, number, wanted->check != DIGIT_CHECK_NONE, ink.lines.slope,
                           &found);
    dg_field_reading_free(&found);
    free_ink(&ink);
    return status;
}

digit_status dg_read_fields(const dg_reader *reader, const dg_sheet *sheet,
                            const digit_read_options *options, const dg_fields *fields,
                            digit_reading *reading)
{
    const fields_job job = {reader, options, sheet, reading};
    digit_status status = DIGIT_OK;
    for (uint32_t i = 0; status == DIGIT_OK && i < fields->count; i++) {
        status = dg_deadline_check(reader->threads.deadline);
        if (status == DIGIT_OK)
            status = read_field(&job, i, &fields->items[i]);
    }
    return status;
}
