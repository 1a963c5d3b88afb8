/*
 * strokes_file.h - a text format for digits as the paths of a pen (docs/strokes.md).
 *
 *     libdigit strokes 1
 *     7 2: 0,0 14,1 9,30; 3,15 12,15
 *
 * A line is a digit: its label, how many samples it becomes, its strokes.
 */
#ifndef DG_DATA_STROKES_FILE_H
#define DG_DATA_STROKES_FILE_H

#include "data/dataset.h"

/* Samples of one file, at most: a digit that is to be thousands of samples is a mistake. */
#define DG_STROKES_SAMPLES_MOST 1000000

/* A damaged file is DIGIT_ERR_FORMAT, and the sentence names the line; one that asks for too much
 * is DIGIT_ERR_LIMIT. The samples are drawn with pens that their place in the file chooses. */
digit_status dg_strokes_load(const char *path, digit_dataset **out);

#endif
