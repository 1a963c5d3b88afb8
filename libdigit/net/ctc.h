/*
 * ctc.h - connectionist temporal classification: from outputs along a line to what it says.
 *
 * Graves, Fernandez, Gomez and Schmidhuber, "Connectionist temporal classification: labelling
 * unsegmented sequence data with recurrent neural networks", ICML 2006. The network gives a
 * distribution over its classes and a blank for each step; a path chooses one at each step. What
 * a path says is the path without its repetitions, then without its blanks. The probability of a
 * text is the sum over all paths that say it.
 */
#ifndef DG_NET_CTC_H
#define DG_NET_CTC_H

#include "net/loss.h"

#include <stdbool.h>

/* What a line says: labels[count], each below the blank, which is the last class. */
typedef struct dg_sequence {
    const uint8_t *labels;
    uint32_t count;
} dg_sequence;

/* Doubles that dg_ctc_loss() and dg_ctc_gradient() want for sequences of up to `labels`. */
size_t dg_ctc_scratch(uint32_t steps, uint32_t classes, uint32_t labels);

/* -log of the probability of a sequence, in nats, by softmax(logits[steps][classes] /
 * temperature); INFINITY if it has too many labels for so few steps. */
double dg_ctc_loss(uint32_t steps, uint32_t classes, const dg_real *logits, double temperature,
                   dg_sequence sequence, double *scratch);

/*
 * The loss of one line; adds to `loss` (`correct` counts lines whose most probable path says the
 * sequence) and overwrites logits[steps][classes] by scale times its gradient. `smoothing` of
 * what is wanted at each step is spread over all classes. A sequence that is impossible adds
 * nothing, and its gradient is 0.
 */
void dg_ctc_gradient(uint32_t steps, uint32_t classes, dg_sequence sequence, double smoothing,
                     double scale, dg_real *logits, double *scratch, dg_loss *loss);

/* Does the most probable path say this? */
bool dg_ctc_says(uint32_t steps, uint32_t classes, const dg_real *logits, dg_sequence sequence);

/* What the most probable path says, into labels[steps]; returns how many labels. */
uint32_t dg_ctc_best_path(uint32_t steps, uint32_t classes, const dg_real *logits,
                          uint8_t *labels);

#endif
