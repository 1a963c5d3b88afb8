/* thumbnail.h - some of a page's ink, made small before it is framed.
 *
 * A sample has 28 x 28 pixels. To weigh every pixel of a digit a thousand pixels high takes
 * milliseconds, and the same ink is in hundreds of hypotheses. */
#ifndef DG_VISION_SAMPLE_THUMBNAIL_H
#define DG_VISION_SAMPLE_THUMBNAIL_H

#include "vision/ink/runs.h"
#include "vision/sample/frame.h"

/* Cells lie on one raster all over the page: what is in parts adds up. */
typedef struct dg_thumbnail {
    uint8_t *cells;             /* [rows][columns]: mean density; NULL: not made */
    int32_t cell;               /* pixels along a cell's side; 1: as large as the ink */
    int32_t left, top, columns, rows; /* of the cells */
} dg_thumbnail;

/* Of a line whose digits are `size` pixels high, the side of a cell. */
int32_t dg_thumbnail_cell(double size);

/* The ink of runs[count], which lie in `box`; thumbnail->cell is set. Their faint edges, a pixel
 * wide, do not come along. Release with dg_thumbnail_free(). */
digit_status dg_thumbnail_make(const dg_plane *ink, const dg_run *runs, size_t count,
                               const digit_box *box, dg_thumbnail *thumbnail);

void dg_thumbnail_free(dg_thumbnail *thumbnail);

/* The sample of all of parts[count], whose cells have one size; `box` is that of their ink, in
 * pixels. */
digit_status dg_thumbnails_sample(const dg_thumbnail *parts, size_t count, const digit_box *box,
                                  dg_framer frame, uint8_t sample[DIGIT_SAMPLE_BYTES]);

#endif
