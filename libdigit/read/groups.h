/* groups.h - the items of a line become the groups of a reading, with candidates. */
#ifndef DG_READ_GROUPS_H
#define DG_READ_GROUPS_H

#include "read/items.h"
#include "read/reading.h"

/* Candidates of a group. */
#define DG_CANDIDATES_MOST 8

/* The greatest number of digits that may be asked for. */
#define DG_DIGITS_ASKED_MOST 64

typedef struct dg_groups_job {
    const dg_items_source *source;
    uint32_t min_digits, max_digits; /* that the caller asks for; max_digits 0: any number */
    bool single;     /* the picture has one line: its digits together may be as asked */
    bool asked;      /* of this line: each group is to be as asked */
    digit_reading *reading;
    uint32_t line; /* of the next groups */

    /* For dg_context_apply(). */
    float *confidence;   /* [DG_READING_ROOM]: of each glyph */
    uint32_t *letters;   /* [DG_READING_ROOM]: beside each group */
    size_t page_letters;
} dg_groups_job;

/* Divide the items of a line, whose digits are `size` pixels high, at wide gaps, signs and words,
 * and add the groups to the reading. job->line counts on if there were any. */
digit_status dg_groups_add(dg_groups_job *job, const dg_items *items, double size);

#endif
