/* resample.h - one part of a picture onto a small grid, every pixel weighed exactly. */
#ifndef DG_VISION_SAMPLE_RESAMPLE_H
#define DG_VISION_SAMPLE_RESAMPLE_H

#include "vision/pixels.h"

/* How positions map along one axis, in pixels whose edges are whole numbers:
 * target = offset + scale * (source - start). */
typedef struct dg_axis {
    size_t start, size; /* the source pixels to look at; everything else is 0 */
    double scale;       /* > 0 */
    double offset;
    double spread;      /* >= 0: widen what is seen by so many target pixels */
} dg_axis;

/*
 * out[side][side] = the part of `plane` that both axes choose.
 *
 * Shrinking averages over the area of the target pixel exactly; enlarging
 * interpolates linearly; at scale 1 with whole offsets pixels are copied. With
 * `spread` the source is first averaged over a box of so many target pixels: a
 * line comes out that much wider, and paler by as much.
 */
digit_status dg_resample(const dg_plane *plane, const dg_axis *across, const dg_axis *down,
                         size_t side, float *out);

#endif
