/*
 * opinions.h - two networks read a line: one knows single digits better, the other needs no cuts.
 *
 * The line network reads a chunk as a whole. Where the digit network takes a cluster for something
 * else, the line network scores the text with this instead, and the odds of both together decide:
 * no part of a line is read without the rest.
 */
#ifndef DG_READ_OPINIONS_H
#define DG_READ_OPINIONS_H

#include "read/items.h"

/* The line network is never surer than 1 - DG_LEAST_MISSED that there is nothing, or a word, where
 * the digit network is sure of a digit: print, and digits of another size, which it has not
 * learned. With 1e-3, 8 more digits of 1,900 in strangers' pictures are missed. */
#define DG_LEAST_MISSED 2e-2

/* Append the items of a chunk. */
digit_status dg_opinions_add_chunk(const dg_items_source *source, uint32_t chunk, dg_items *items);

/* The texts of a stretch, of digits only; see dg_ctc_search(). */
digit_status dg_opinions_search(const dg_items_source *source, const dg_stretch *where,
                                uint32_t min_digits, uint32_t max_digits, size_t most,
                                dg_ctc_text *texts, size_t *count);

#endif
