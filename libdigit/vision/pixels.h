/* pixels.h - the caller's picture, checked, and as one contiguous grey plane. */
#ifndef DG_VISION_PIXELS_H
#define DG_VISION_PIXELS_H

#include <digit/digit.h>

/* The largest picture: 65,535 a side (the members of digit_box and run tables
 * rely on it) and 64 x 2^20 pixels in all. */
#define DG_IMAGE_SIDE_MAX   65535u
#define DG_IMAGE_PIXELS_MAX (64u << 20)

/* A grey picture without gaps: pixels[height][width]. */
typedef struct dg_plane {
    uint8_t *pixels;
    size_t width;
    size_t height;
} dg_plane;

/* Is this a picture we can read? DIGIT_ERR_ARGUMENT or DIGIT_ERR_LIMIT with a
 * sentence if not. The pixels themselves are not looked at. */
digit_status dg_image_check(const digit_image *image);

/*
 * Luma (Rec. 601, rounded) of a checked picture into grey[height][width]. Grey
 * of 8 bits stays as it is, of 16 bits is rounded; alpha is laid over white. The
 * luma of an inverted opaque picture is exactly 255 minus the luma of the picture.
 */
void dg_image_grey(const digit_image *image, uint8_t *grey);

#endif
