/*
 * opinions.h - two networks read a line: one knows single digits better, the other needs no cuts.
 *
 * Digits that stand clear and that the digit network is sure of are anchors. What lies between two
 * of them is read by the line network, unless the odds of both networks together are for a digit in
 * each cluster.
 */
#ifndef DG_READ_OPINIONS_H
#define DG_READ_OPINIONS_H

#include "read/items.h"

/* Append the items of a chunk. */
digit_status dg_opinions_add_chunk(const dg_items_source *source, uint32_t chunk, dg_items *items);

/* The texts of a stretch, of digits only; see dg_ctc_search(). */
digit_status dg_opinions_search(const dg_items_source *source, const dg_stretch *where,
                                uint32_t min_digits, uint32_t max_digits, size_t most,
                                dg_ctc_text *texts, size_t *count);

#endif
