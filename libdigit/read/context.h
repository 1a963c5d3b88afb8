/* context.h - the confidence of a digit among its neighbours. */
#ifndef DG_READ_CONTEXT_H
#define DG_READ_CONTEXT_H

#include "read/reading.h"

/*
 * Some letters look like digits: o, l, S. The other letters of their word and of their page do not.
 * So if the networks doubt many digits of a group, all digits of the group lose confidence.
 */
typedef struct dg_context {
    const float *confidence; /* [reading->count]: the networks', of each digit */
    const uint32_t *letters; /* [reading->group_count]: in the word of each group; or NULL */
    size_t page_letters;     /* of words all over the page */
} dg_context;

void dg_context_apply(digit_reading *reading, const dg_context *context);

/*
 * Remove the groups in which nothing is likely to be a digit, and number lines and groups anew. A
 * group that a sign may join to a number stays, as '?': 12.?? must not become 12.
 */
digit_status dg_context_leave_out(digit_reading *reading);

#endif
