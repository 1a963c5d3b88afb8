/* folder.h - a folder of pictures as a dataset. */
#ifndef EXAMPLES_FOLDER_H
#define EXAMPLES_FOLDER_H

#include <digit/digit.h>

/*
 * `path` holds sub-folders 0 to 9 with pictures of that digit, one in each; files whose names
 * don't end like a picture's, and hidden ones, are passed over. Pictures are prepared as `model`
 * expects them. The digits take turns in the dataset, so that any run of it has some of each.
 * Returns the exit status, 0 or 1, after saying what was wrong; blank pictures are named and
 * left out.
 */
int folder_load(const char *path, const digit_model *model, digit_dataset **out);

#endif
