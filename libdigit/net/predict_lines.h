/* predict_lines.h - the outputs of a network along lines of any width. */
#ifndef DG_NET_PREDICT_LINES_H
#define DG_NET_PREDICT_LINES_H

#include "net/predict.h"

/* pixels[rows of dg_network_sample()][columns], 0 paper .. 255 ink; at least one column. */
typedef struct dg_line_image {
    const uint8_t *pixels;
    uint32_t columns;
} dg_line_image;

/* Called once for each line, on any thread: logits[outputs][DG_LINE_OUTPUTS] of line `index`. They
 * may be changed. */
typedef void (*dg_outputs_fn)(void *context, size_t index, uint32_t outputs, dg_real *logits);

/* The predictor's network reads lines. The logits of a line depend on nothing but the line. After a
 * failure, the deadline's among them, some lines were not visited. */
digit_status dg_predictor_visit_lines(const dg_predictor *predictor, dg_threads threads,
                                      const dg_line_image *lines, size_t count,
                                      dg_outputs_fn visit, void *context);

#endif
