/* jpeg_block.h - what JPEG's compression does to a block of pixels. */
#ifndef DG_DATA_JPEG_BLOCK_H
#define DG_DATA_JPEG_BLOCK_H

#define DG_JPEG_SIDE 8

/* [row][column]: levels less 128. */
typedef float dg_jpeg_block[DG_JPEG_SIDE][DG_JPEG_SIDE];

/* To the cosine transform, rounded in `coarseness` times the standard's steps, and back. */
void dg_jpeg_round(dg_jpeg_block pixels, float coarseness);

#endif
