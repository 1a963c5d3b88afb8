/*
 * validation_lines.h - how a network that reads lines is measured and calibrated: on lines drawn
 * from a dataset's digits, always the same ones.
 */
#ifndef DG_TRAIN_VALIDATION_LINES_H
#define DG_TRAIN_VALIDATION_LINES_H

#include "data/line.h"
#include "net/predict.h"

/* Called once for each line, on any thread: logits[outputs][DG_LINE_OUTPUTS] of line `index`, and
 * what it says. */
typedef void (*dg_line_fn)(void *context, size_t index, uint32_t worker, uint32_t outputs,
                           const dg_real *logits, const dg_line_text *text);

/* Draw a line for each of samples 0 .. count-1 of the dataset, and run the network on it. */
digit_status dg_visit_validation_lines(const dg_predictor *predictor, dg_threads threads,
                                       const digit_dataset *dataset, size_t count,
                                       dg_line_fn visit, void *context);

#endif
