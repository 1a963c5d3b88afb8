/* idx.h - the format of MNIST: arrays of bytes with a short header, plain or gzip. */
#ifndef DG_DATA_IDX_H
#define DG_DATA_IDX_H

#include "data/dataset.h"

/*
 * Read images and their labels. What is gzip is known by its content. Damaged or
 * lying files are DIGIT_ERR_FORMAT, _LIMIT or _UNSUPPORTED, and never make it
 * allocate more than their own size could stand for.
 */
digit_status dg_idx_load(const char *images_path, const char *labels_path,
                         digit_dataset **out);

#endif
