/* normalize.h - a picture of one digit, prepared as the network knows digits. */
#ifndef DG_VISION_SAMPLE_NORMALIZE_H
#define DG_VISION_SAMPLE_NORMALIZE_H

#include "vision/sample/prepare.h"

/* The version of what dg_normalize() does. Model files name the one that they were trained for;
 * once released, what a version does never changes. */
#define DG_PREPARATION_VERSION 1

/*
 * Turn a picture that passed dg_image_check() into a sample. Without ink the flags have
 * DIGIT_FLAG_BLANK, and sample and box are 0. DIGIT_ERR_LIMIT: so many runs or components are no
 * digit; DIGIT_ERR_MEMORY: at most 7 bytes a pixel and a few megabytes are asked for. `out` is set
 * only on success.
 */
digit_status dg_normalize(const digit_image *image, const dg_deadline *deadline, dg_prepared *out);

#endif
