/* train_data.h - what digit-train trains on and judges by. */
#ifndef EXAMPLES_TRAIN_DATA_H
#define EXAMPLES_TRAIN_DATA_H

#include <digit/digit.h>
#include <stdint.h>

/* Of each kind, at most. */
#define TRAIN_FILES_MOST 8

/* What the command line names: pairs of IDX files, files of strokes, or a folder of pictures. */
typedef struct train_source {
    const char *images[TRAIN_FILES_MOST + 1], *labels[TRAIN_FILES_MOST + 1]; /* up to a NULL */
    const char *strokes[TRAIN_FILES_MOST + 1];
    const char *folder;
    const char *validation_images, *validation_labels, *validation_strokes; /* NULL: none */
    uint64_t split; /* or: so many at the end of the first pair of files or of the folder */
} train_source;

typedef struct train_data {
    digit_dataset *training, *validation; /* validation: NULL if there is none */
} train_data;

/* Returns the exit status, 0 or 1, after saying what was wrong. Pictures are prepared as `model`
 * expects them. */
int train_data_load(const train_source *source, const digit_model *model, train_data *data);
void train_data_free(train_data *data);

#endif
