/* papers.h - a digit on paper of more than one level: half in a hard shadow, or beside a table. */
#ifndef DG_VISION_INK_PAPERS_H
#define DG_VISION_INK_PAPERS_H

#include "base/pool.h"
#include "vision/pixels.h"

#include <stdbool.h>

#define DG_PAPERS_SIDE 64

/* Levels are centred, 2 v - 255: those of the negative have the other sign, to the bit. */
typedef struct dg_papers {
    size_t columns, rows; /* cells, 1..DG_PAPERS_SIDE each */
    size_t cell;          /* pixels along a cell's side; the last may be cut off */
    float level[DG_PAPERS_SIDE][DG_PAPERS_SIDE]; /* [row][column]: of the paper there */
    bool light;           /* what lies on the papers is lighter than they are */
    double discord;       /* 1: on all of them; the larger, the less is this so */
} dg_papers;

/*
 * Find broad even areas, wider than strokes are, that meet at hard edges. *found is false, and
 * `papers` means nothing, if there is but one level, or none, or the picture is too small or too
 * noisy to tell. Where edges and strokes are, the level is that of the paper nearest to them.
 * `ink`: as the caller knows it.
 */
digit_status dg_papers_find(const dg_plane *grey, uint32_t ink, dg_papers *papers, bool *found);

/* Each pixel as a part of its paper's level: 255 is paper, and ink is dark. */
digit_status dg_papers_flatten(const dg_plane *grey, const dg_papers *papers, dg_threads threads);

#endif
