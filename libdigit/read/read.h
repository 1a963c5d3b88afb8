/* read.h - pictures to digits. */
#ifndef DG_READ_READ_H
#define DG_READ_READ_H

#include "net/predict.h"
#include "read/reading.h"
#include "vision/pixels.h"

/* What to read with. */
typedef struct dg_reader {
    const dg_predictor *predictor; /* reads one digit */
    const dg_predictor *lines;     /* reads lines; NULL for layouts without any */
    dg_threads threads;
} dg_reader;

/* Fields that are asked for: items[count], checked, of our own size. */
typedef struct dg_fields {
    const digit_field *items;
    uint32_t count;
} dg_fields;

/* Read a picture that passed dg_image_check(), with options that have been checked: `fields`, or,
 * if that is NULL, all that the layout finds. Digits and boxes are the same for any number of
 * threads. */
digit_status dg_read(const dg_reader *reader, const digit_image *image,
                     const digit_read_options *options, const dg_fields *fields,
                     digit_reading **out);

#endif
