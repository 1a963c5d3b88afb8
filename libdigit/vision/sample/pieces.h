/* pieces.h - connected pieces of ink, in linear time and without recursion. */
#ifndef DG_VISION_SAMPLE_PIECES_H
#define DG_VISION_SAMPLE_PIECES_H

#include "vision/pixels.h"

#include <stdbool.h>

/* Pixels that touch, corners included. Area and box count the strong pixels
 * only: a piece of nothing but faint ones has area 0 and no box. */
typedef struct dg_ink_piece {
    uint32_t area;
    uint16_t left, top, right, bottom; /* inclusive */
    bool keep;                         /* true at first; for dg_pieces_erase() */
} dg_ink_piece;

typedef struct dg_pieces {
    dg_ink_piece *items; /* [count], by their first pixel in reading order */
    size_t count;
    uint32_t *labels; /* [runs]: the item each run of ink belongs to, in reading order */
    size_t runs;
} dg_pieces;

/* Find the pieces of `ink`, where 0 is no ink and `strong` or more is strong.
 * Release with dg_pieces_free(), after a failure too. */
digit_status dg_pieces_find(const dg_plane *ink, uint8_t strong, dg_pieces *found);

/* Set the pixels of every piece that is not to be kept to 0. `ink` must be the
 * plane that was searched, unchanged. */
void dg_pieces_erase(const dg_pieces *found, const dg_plane *ink);

void dg_pieces_free(dg_pieces *found);

#endif
