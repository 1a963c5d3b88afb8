/* Groups and lines of a finished reading: what of it they have, and where they are. */
#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "read/reading.h"

#include <stdlib.h>

static digit_box join(digit_box a, digit_box b)
{
    if (a.width == 0)
        return b;
    const int32_t right = dg_max_i32(a.x + a.width, b.x + b.width);
    const int32_t bottom = dg_max_i32(a.y + a.height, b.y + b.height);
    const digit_box box = {dg_min_i32(a.x, b.x), dg_min_i32(a.y, b.y), 0, 0};
    return (digit_box){box.x, box.y, right - box.x, bottom - box.y};
}

/* ---- Groups ------------------------------------------------------------------ */

static bool is_empty(const digit_glyph *glyph)
{
    return glyph->flags & DIGIT_GLYPH_EMPTY;
}

/* The group whose first glyph is `first`. */
static digit_group group_at(const digit_reading *reading, size_t index, size_t first)
{
    const dg_reading_group *group = &reading->groups[index];
    const digit_glyph *glyphs = reading->glyphs;
    digit_group found = {
        .line = group->line,
        .group = group->group,
        .first = (uint32_t)first,
        .candidates = (uint32_t)group->count,
        .confidence = 1,
    };
    for (size_t i = first; i < reading->count && glyphs[i].line == group->line &&
                           glyphs[i].group == group->group && !is_empty(&glyphs[i]);
         i++) {
        found.box = join(found.box, glyphs[i].box);
        found.flags |= glyphs[i].flags;
        found.confidence *= glyphs[i].prediction.confidence;
        found.count++;
    }
    return found;
}

static void fill_groups(digit_reading *reading)
{
    size_t glyph = 0;
    for (size_t g = 0; g < reading->group_count; g++) {
        while (is_empty(&reading->glyphs[glyph])) /* in a grid */
            glyph++;
        reading->extents[g] = group_at(reading, g, glyph);
        glyph += reading->extents[g].count;
    }
}

/* ---- Lines ------------------------------------------------------------------- */

/* Around its digits; around its cells, if there is no digit. */
static digit_box line_box(const digit_glyph *glyphs, size_t count)
{
    digit_box digits = {0, 0, 0, 0}, cells = digits;
    for (size_t i = 0; i < count; i++) {
        if (!is_empty(&glyphs[i]))
            digits = join(digits, glyphs[i].box);
        cells = join(cells, glyphs[i].box);
    }
    return digits.width > 0 ? digits : cells;
}

/* The median of the digits' feet, as if the line were horizontal. feet[count]. */
static double baseline_of(const digit_glyph *glyphs, size_t count, digit_box box, double slope,
                          double *feet)
{
    size_t digits = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_empty(&glyphs[i])) {
            const double x = glyphs[i].box.x + glyphs[i].box.width / 2.0 - box.x;
            feet[digits++] = glyphs[i].box.y + glyphs[i].box.height - slope * x;
        }
    qsort(feet, digits, sizeof *feet, dg_compare_f64);
    return digits > 0 ? feet[(digits - 1) / 2] : box.y + box.height;
}

static double slope_of(const digit_reading *reading, uint32_t line)
{
    return line < reading->field_count ? reading->fields[line].slope : reading->slope;
}

static void fill_line(digit_reading *reading, uint32_t number, double *feet)
{
    digit_line *line = &reading->lines[number];
    const digit_line *before = number > 0 ? line - 1 : NULL;
    size_t glyph = before ? before->first_glyph + before->glyph_count : 0;
    size_t group = before ? before->first_group + before->group_count : 0;
    *line = (digit_line){.first_glyph = (uint32_t)glyph, .first_group = (uint32_t)group};
    for (; glyph < reading->count && reading->glyphs[glyph].line == number; glyph++)
        line->glyph_count++;
    for (; group < reading->group_count && reading->groups[group].line == number; group++)
        line->group_count++;
    const digit_glyph *glyphs = reading->glyphs + line->first_glyph;
    line->box = line_box(glyphs, line->glyph_count);
    const double slope = slope_of(reading, number);
    line->skew = (float)slope;
    line->baseline = (float)baseline_of(glyphs, line->glyph_count, line->box, slope, feet);
}

/* ---- Fields ------------------------------------------------------------------ */

static void fill_fields(digit_reading *reading)
{
    for (size_t i = 0; i < reading->field_count; i++) {
        const dg_reading_field *field = &reading->fields[i];
        reading->field_texts[i] = (digit_field_text){
            .text = reading->strings + field->text,
            .first = field->first,
            .count = field->count,
            .flags = field->flags,
            .confidence = field->confidence,
        };
    }
}

digit_status dg_reading_extend(digit_reading *reading)
{
    const size_t lines = reading->count > 0 ? reading->glyphs[reading->count - 1].line + 1 : 0;
    double *feet = dg_alloc(reading->count, sizeof *feet);
    reading->extents = dg_alloc(reading->group_count, sizeof *reading->extents);
    reading->lines = dg_alloc(lines, sizeof *reading->lines);
    reading->field_texts = dg_alloc(reading->field_count, sizeof *reading->field_texts);
    const bool fine = feet && reading->extents && reading->lines && reading->field_texts;
    if (fine) {
        fill_groups(reading);
        fill_fields(reading);
        reading->line_count = lines;
        for (uint32_t i = 0; i < lines; i++)
            fill_line(reading, i, feet);
    }
    dg_free(feet);
    return fine ? DIGIT_OK
                : dg_fail_memory("a reading", reading->count * sizeof *reading->extents);
}
