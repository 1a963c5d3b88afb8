/* normalize.h - a picture of one digit, prepared as the network knows digits. */
#ifndef DG_VISION_SAMPLE_NORMALIZE_H
#define DG_VISION_SAMPLE_NORMALIZE_H

#include <digit/digit.h>

/* The newest way to prepare a sample. Models keep the number of the one they
 * were trained for; every number that was ever released stays available. */
#define DG_PREPARATION_VERSION 3

/*
 * Turn a picture that passed dg_image_check() into a sample. *ink is the side
 * that was taken for ink, DIGIT_INK_DARK or _LIGHT; *flags has DIGIT_FLAG_BLANK
 * and sample and *box are 0 when there is no ink; else *box is where it lies.
 * DIGIT_ERR_UNSUPPORTED: `preparation` is not one of this release.
 * DIGIT_ERR_MEMORY: at most 7 bytes a pixel and a few megabytes are asked for.
 * The outputs are set only on success.
 */
digit_status dg_normalize(const digit_image *image, uint32_t preparation,
                          uint8_t sample[DIGIT_SAMPLE_BYTES], uint32_t *ink, uint32_t *flags,
                          digit_box *box);

#endif
