/*
 * line.h - lines of writing, 32 rows high: the alphabet of a network that reads them, and how a
 * line is drawn for its training.
 *
 * Made up of a dataset's digits, signs and letters by a pen, form lines and dirt, as they remain in
 * the ink density of a photograph (vision/ink/density.h).
 */
#ifndef DG_DATA_LINE_H
#define DG_DATA_LINE_H

#include "base/alphabet.h"
#include "data/dataset.h"

#define DG_LINE_COLUMNS_LEAST 64
#define DG_LINE_COLUMNS_MOST  1024

#define DG_LINE_LABELS_MOST 64

/* Middles of neighbouring glyphs are at least so far apart: a network that looks every second
 * column has a place for a blank between them. */
#define DG_LINE_ADVANCE_LEAST 4.0f

/* What a line says, from left to right. */
typedef struct dg_line_text {
    uint8_t labels[DG_LINE_LABELS_MOST];
    uint32_t count;
} dg_line_text;

/* Floats of scratch for a line of so many columns. */
#define DG_LINE_SCRATCH(columns) (2 * DG_LINE_ROWS * (size_t)(columns))

/*
 * A line into pixels[DG_LINE_ROWS][columns], 0 paper .. 255 ink, and what it says into `text`.
 * columns: DG_LINE_COLUMNS_LEAST .. DG_LINE_COLUMNS_MOST. scratch[DG_LINE_SCRATCH(columns)].
 * Sample `index` of the dataset, which must have ink, is the first digit of the line; the others
 * are any. `strength` 0 .. 1 scales how far and how often all is distorted: 0 writes digits clear
 * of each other on bare paper. Some lines, of strength over 0, have no digit: then `index` is not
 * used.
 * What comes out depends on the arguments alone, scratch not among them; `name` tells samples and
 * epochs apart.
 */
void dg_line_draw(const digit_dataset *dataset, size_t index, float strength, uint64_t seed,
                  uint64_t name, uint32_t columns, float *scratch, uint8_t *pixels,
                  dg_line_text *text);

#endif
