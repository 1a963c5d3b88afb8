/* reading.h - what was read from a picture: built step by step, then constant. */
#ifndef DG_READ_READING_H
#define DG_READ_READING_H

#include <digit/digit.h>
#include <stdbool.h>

/* The most digits of a reading, and the most while letters are not removed yet. */
#define DG_READING_MAX  4096
#define DG_READING_ROOM 16384

typedef struct dg_reading_group {
    uint32_t line, group;
    size_t first, count; /* of its candidates */
} dg_reading_group;

typedef struct dg_candidate {
    size_t text; /* offset in the strings */
    double probability;
} dg_candidate;

/* A field of digit_model_read_fields(). */
typedef struct dg_reading_field {
    size_t text; /* offset in the strings */
    uint32_t first, count, flags; /* as in digit_field_text */
    float confidence;
    double slope; /* of its line */
} dg_reading_field;

/* A sign, and whether a gap divides it from what is before and behind it. */
typedef struct dg_reading_mark {
    bool apart_before, apart_after;
} dg_reading_mark;

struct digit_reading {
    digit_glyph *glyphs;      /* [count] */
    digit_mark *marks;        /* [mark_count], in reading order */
    dg_reading_mark *gaps;    /* [mark_count] */
    dg_reading_group *groups; /* [group_count], in reading order */
    dg_candidate *candidates; /* [candidate_count], group by group */
    char *strings;            /* [string_size], each with its terminating 0 */
    dg_reading_field *fields; /* [field_count] */
    double slope;             /* of lines that are no fields: pixels down for each to the right */

    /* Of the finished reading: */
    char *text;
    digit_group *extents;     /* [group_count]: the groups as callers see them */
    digit_line *lines;        /* [line_count] */
    digit_field_text *field_texts; /* [field_count] */
    size_t line_count;

    size_t count, group_count, candidate_count, string_size;
    size_t mark_count, field_count;
    size_t field_room, glyph_room, group_room, candidate_room, string_room, mark_room, gap_room;
};

digit_status dg_reading_create(digit_reading **out);
void dg_reading_free(digit_reading *reading);

/* Begin a group; its candidates follow, best first. */
digit_status dg_reading_add_group(digit_reading *reading, uint32_t line, uint32_t group);
digit_status dg_reading_add_candidate(digit_reading *reading, const char *digits, size_t count,
                                      double probability);

/* DIGIT_ERR_LIMIT: there are DG_READING_ROOM already. */
digit_status dg_reading_add_glyph(digit_reading *reading, const digit_glyph *glyph);

/* A sign in front of the next glyph. */
digit_status dg_reading_add_mark(digit_reading *reading, const digit_mark *mark,
                                 dg_reading_mark gaps);

/* A field, of which all glyphs, signs and candidates have been added; its offset is not set. */
digit_status dg_reading_add_field(digit_reading *reading, dg_reading_field field,
                                  const char *text);

/* The character of a glyph in the text and in its group's best candidate. */
char dg_glyph_letter(const digit_glyph *glyph);

/* Reject glyphs with less confidence, in the best candidates too. */
void dg_reading_reject(digit_reading *reading, float min_confidence);

/* ---- reading_extents.c -------------------------------------------------- */

/* Fill `extents`, `lines` and `field_texts` from what was added. */
digit_status dg_reading_extend(digit_reading *reading);

/* ------------------------------------------------------------------------ */

/* Write the text, with signs or without, and the extents; nothing is added afterwards.
 * DIGIT_ERR_LIMIT: more than DG_READING_MAX digits. */
digit_status dg_reading_finish(digit_reading *reading, bool signs);

#endif
