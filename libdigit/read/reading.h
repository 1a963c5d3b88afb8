/* reading.h - what was read from a picture: put together step by step, then constant. */
#ifndef DG_READ_READING_H
#define DG_READ_READING_H

#include <digit/digit.h>

/* Most digits a reading holds; and while it is put together, with letters that are left out. */
#define DG_READING_MAX  4096
#define DG_READING_ROOM 16384

typedef struct dg_reading_group {
    uint32_t line, group;
    size_t first, count; /* of its candidates */
} dg_reading_group;

typedef struct dg_candidate {
    size_t text; /* where it begins among the strings */
    double probability;
} dg_candidate;

struct digit_reading {
    digit_glyph *glyphs;      /* [count] */
    dg_reading_group *groups; /* [group_count], in reading order */
    dg_candidate *candidates; /* [candidate_count], group by group */
    char *strings;            /* [string_size], each with its 0 */
    char *text;
    size_t count, group_count, candidate_count, string_size;
    size_t glyph_room, group_room, candidate_room, string_room;
};

digit_status dg_reading_create(digit_reading **out);
void dg_reading_free(digit_reading *reading);

/* Begin a group; its candidates follow, best first. */
digit_status dg_reading_add_group(digit_reading *reading, uint32_t line, uint32_t group);
digit_status dg_reading_add_candidate(digit_reading *reading, const char *digits, size_t count,
                                      double probability);

/* DIGIT_ERR_LIMIT: that is more than DG_READING_ROOM. */
digit_status dg_reading_add_glyph(digit_reading *reading, const digit_glyph *glyph);

/* How a glyph shows in a text. A group's best candidate shows its glyphs. */
char dg_glyph_letter(const digit_glyph *glyph);

/* Reject what has less confidence, in the candidates too. */
void dg_reading_reject(digit_reading *reading, float min_confidence);

/* Write the text. Nothing may be added afterwards. DIGIT_ERR_LIMIT: more than DG_READING_MAX. */
digit_status dg_reading_finish(digit_reading *reading);

#endif
