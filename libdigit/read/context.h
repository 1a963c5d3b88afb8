/* context.h - what the neighbours of a digit say about it. */
#ifndef DG_READ_CONTEXT_H
#define DG_READ_CONTEXT_H

#include "read/reading.h"

/*
 * Among letters there are some that look like digits: o, l, S. What gives them away is
 * that the others of their word, and of their page, do not. So the digits of a group
 * among which many are doubtful lose confidence, all of them. sure[glyphs] is how sure the
 * network is of each, or DG_NOT_COUNTED.
 */
#define DG_NOT_COUNTED (-1.0f)

void dg_context_apply(digit_reading *reading, const float *sure);

/*
 * Leave out the groups in which nothing is likely a digit, and number lines and groups anew.
 * One that a sign may join to a number stays, as '?': 12.?? must not become 12.
 */
digit_status dg_context_leave_out(digit_reading *reading);

#endif
