/* fuse.h - both networks' answers along a line, as scores of one search. */
#ifndef DG_READ_FUSE_H
#define DG_READ_FUSE_H

#include "read/items.h"

/* scores[outputs][DG_LINE_OUTPUTS] of the only chunk: log of what the line network says; plus, of
 * each digit over a cluster, log of how probable the digit network takes it there, compared with
 * the most probable one; plus, where the digit network is sure of a digit, what it costs to miss
 * it. */
digit_status dg_fuse(const dg_items_source *source, dg_real *scores);

#endif
