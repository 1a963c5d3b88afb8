/* picture.h - a picture from a few bytes: paper, strokes, boxes, noise. */
#ifndef DIGIT_FUZZ_PICTURE_H
#define DIGIT_FUZZ_PICTURE_H

#include "fuzz.h"

/* A picture in a block of exactly its size; pixels are for free(). */
typedef struct fuzz_picture {
    uint8_t *pixels;
    digit_image image;
} fuzz_picture;

/* Any layout, stride and ink; width * height <= most. */
fuzz_picture fuzz_picture_make(fuzz_input *in, uint32_t most);

/* `box` lies in the picture. */
void fuzz_check_box(const digit_box *box, const digit_image *image);

#endif
