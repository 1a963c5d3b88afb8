/* train_data.h - what digit-train trains on and judges by. */
#ifndef EXAMPLES_TRAIN_DATA_H
#define EXAMPLES_TRAIN_DATA_H

#include <digit/digit.h>
#include <stdint.h>

/* What the command line names: IDX files, or a folder of pictures. */
typedef struct train_source {
    const char *images, *labels, *folder;
    const char *validation_images, *validation_labels; /* NULL: none */
    uint64_t split; /* or: so many at the end of the others */
} train_source;

typedef struct train_data {
    digit_dataset *all, *training, *validation; /* all: what `training` was cut from */
} train_data;

/* Returns the exit status, 0 or 1, after saying what was wrong. Pictures are prepared as `model`
 * expects them. */
int train_data_load(const train_source *source, const digit_model *model, train_data *data);
void train_data_free(train_data *data);

#endif
