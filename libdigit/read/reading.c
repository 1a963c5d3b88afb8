#include "read/reading.h"

#include "base/alphabet.h"
#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"

#include <string.h>

digit_status dg_reading_create(digit_reading **out)
{
    digit_reading *reading = dg_alloc_zero(1, sizeof *reading);
    if (!reading)
        return dg_fail_memory("a reading", sizeof *reading);
    *out = reading;
    return DIGIT_OK;
}

void dg_reading_free(digit_reading *reading)
{
    if (!reading)
        return;
    dg_free(reading->glyphs);
    dg_free(reading->marks);
    dg_free(reading->gaps);
    dg_free(reading->groups);
    dg_free(reading->candidates);
    dg_free(reading->strings);
    dg_free(reading->fields);
    dg_free(reading->text);
    dg_free(reading->field_texts);
    dg_free(reading->extents);
    dg_free(reading->lines);
    dg_free(reading);
}

digit_status dg_reading_add_group(digit_reading *reading, uint32_t line, uint32_t group)
{
    dg_reading_group *groups = dg_grow(reading->groups, reading->group_count,
                                       &reading->group_room, 1, sizeof *groups);
    if (!groups)
        return dg_fail_memory("a reading", sizeof *groups);
    reading->groups = groups;
    groups[reading->group_count++] =
        (dg_reading_group){line, group, reading->candidate_count, 0};
    return DIGIT_OK;
}

/* Append a string; *offset is where it is in the strings. */
static digit_status add_string(digit_reading *reading, const char *text, size_t count,
                               size_t *offset)
{
    char *strings =
        dg_grow(reading->strings, reading->string_size, &reading->string_room, count + 1, 1);
    if (!strings)
        return dg_fail_memory("a reading", count + 1);
    reading->strings = strings;
    *offset = reading->string_size;
    memcpy(strings + *offset, text, count);
    strings[*offset + count] = '\0';
    reading->string_size += count + 1;
    return DIGIT_OK;
}

digit_status dg_reading_add_candidate(digit_reading *reading, const char *digits, size_t count,
                                      double probability)
{
    size_t text = 0;
    const digit_status status = add_string(reading, digits, count, &text);
    if (status != DIGIT_OK)
        return status;
    dg_candidate *candidates = dg_grow(reading->candidates, reading->candidate_count,
                                       &reading->candidate_room, 1, sizeof *candidates);
    if (!candidates)
        return dg_fail_memory("a reading", sizeof *candidates);
    reading->candidates = candidates;
    candidates[reading->candidate_count++] = (dg_candidate){text, probability};
    reading->groups[reading->group_count - 1].count++;
    return DIGIT_OK;
}

digit_status dg_reading_add_field(digit_reading *reading, dg_reading_field field,
                                  const char *text)
{
    dg_reading_field *fields = dg_grow(reading->fields, reading->field_count,
                                       &reading->field_room, 1, sizeof *fields);
    if (!fields)
        return dg_fail_memory("a reading", sizeof *fields);
    reading->fields = fields;
    fields[reading->field_count] = field;
    const digit_status status =
        add_string(reading, text, strlen(text), &fields[reading->field_count].text);
    reading->field_count += status == DIGIT_OK;
    return status;
}

static digit_status too_many(int most)
{
    return dg_fail(DIGIT_ERR_LIMIT, "the picture has more than %d digits", most);
}

digit_status dg_reading_add_glyph(digit_reading *reading, const digit_glyph *glyph)
{
    if (reading->count == DG_READING_ROOM)
        return too_many(DG_READING_ROOM);
    digit_glyph *glyphs =
        dg_grow(reading->glyphs, reading->count, &reading->glyph_room, 1, sizeof *glyphs);
    if (!glyphs)
        return dg_fail_memory("a reading", sizeof *glyphs);
    reading->glyphs = glyphs;
    glyphs[reading->count++] = *glyph;
    return DIGIT_OK;
}

char dg_glyph_letter(const digit_glyph *glyph)
{
    return glyph->flags & DIGIT_GLYPH_REJECTED ? '?' : (char)('0' + glyph->prediction.digit);
}

void dg_reading_reject(digit_reading *reading, float min_confidence)
{
    size_t glyph = 0;
    for (size_t g = 0; g < reading->group_count; g++) {
        const dg_reading_group *group = &reading->groups[g];
        char *best = reading->strings + reading->candidates[group->first].text;
        for (; *best; best++, glyph++) {
            digit_glyph *here = &reading->glyphs[glyph];
            if (here->prediction.confidence < min_confidence)
                here->flags |= DIGIT_GLYPH_REJECTED;
            *best = dg_glyph_letter(here);
        }
    }
}

digit_status dg_reading_add_mark(digit_reading *reading, const digit_mark *mark,
                                 dg_reading_mark gaps)
{
    if (reading->mark_count == DG_READING_ROOM)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture has more than %d signs", DG_READING_ROOM);
    digit_mark *marks =
        dg_grow(reading->marks, reading->mark_count, &reading->mark_room, 1, sizeof *marks);
    if (!marks)
        return dg_fail_memory("a reading", sizeof *marks);
    reading->marks = marks;
    dg_reading_mark *all =
        dg_grow(reading->gaps, reading->mark_count, &reading->gap_room, 1, sizeof *all);
    if (!all)
        return dg_fail_memory("a reading", sizeof *all);
    reading->gaps = all;
    marks[reading->mark_count] = *mark;
    all[reading->mark_count++] = gaps;
    return DIGIT_OK;
}

/* ---- Text -------------------------------------------------------------------- */

/* Where the text is written, and what it ends in. */
typedef struct writer {
    const digit_reading *reading;
    char *end;
    size_t mark;   /* the next sign */
    bool any;      /* something is written */
    bool sign;     /* it ends in a sign ... */
    bool apart;    /* ... behind which there is a gap */
    uint32_t line, group;
} writer;

static void begin_line(writer *w, uint32_t line)
{
    if (w->any && line != w->line)
        *w->end++ = '\n';
    if (!w->any || line != w->line) {
        w->sign = true; /* nothing divides the first one from what is before it */
        w->apart = false;
    }
    w->any = true;
    w->line = line;
}

static void write_mark(writer *w)
{
    static const char characters[] = DG_LINE_CHARACTERS;
    const digit_mark *mark = &w->reading->marks[w->mark];
    const dg_reading_mark gaps = w->reading->gaps[w->mark++];
    const bool first = !w->any || mark->line != w->line;
    if (mark->kind == DIGIT_MARK_OTHER) { /* divides groups, as it does without signs */
        w->apart = true;
        return;
    }
    begin_line(w, mark->line);
    if (!first && gaps.apart_before)
        *w->end++ = ' ';
    *w->end++ = characters[DG_LINE_POINT + mark->kind];
    w->sign = true;
    w->apart = gaps.apart_after;
}

static void write_glyph(writer *w, const digit_glyph *glyph)
{
    begin_line(w, glyph->line);
    if (w->sign ? w->apart : glyph->group != w->group)
        *w->end++ = ' ';
    *w->end++ = dg_glyph_letter(glyph);
    w->sign = false;
    w->group = glyph->group;
}

/* Empty cells are not in the text: the digits on both sides of one are of different groups. */
digit_status dg_reading_finish(digit_reading *reading, bool signs)
{
    const size_t room = 2 * (reading->count + reading->mark_count) + 1;
    if (reading->count > DG_READING_MAX)
        return too_many(DG_READING_MAX);
    reading->text = dg_alloc(room, 1);
    if (!reading->text)
        return dg_fail_memory("a reading", room);
    writer w = {.reading = reading, .end = reading->text};
    for (size_t i = 0; i <= reading->count; i++) {
        while (signs && w.mark < reading->mark_count && reading->marks[w.mark].glyph <= i)
            write_mark(&w);
        if (i < reading->count && !(reading->glyphs[i].flags & DIGIT_GLYPH_EMPTY))
            write_glyph(&w, &reading->glyphs[i]);
    }
    *w.end = '\0';
    return dg_reading_extend(reading);
}
