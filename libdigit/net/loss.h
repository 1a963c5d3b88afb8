/* loss.h - softmax and cross-entropy. */
#ifndef DG_NET_LOSS_H
#define DG_NET_LOSS_H

#include "base/alphabet.h"
#include "math/real.h"

#include <digit/digit.h>
#include <stddef.h>

/* A network has a logit a digit, and one more if it has the reject class ("no digit"). */
#define DG_LABEL_OTHER DIGIT_CLASSES /* label of the reject class */

/* A network that reads lines has so many for each step along the line: the classes of a line, and
 * the blank of CTC (net/ctc.h). */
#define DG_LINE_OUTPUTS (DG_LINE_CLASSES + 1)

/* No network has more. */
#define DG_LOGITS_MAX DG_LINE_OUTPUTS

typedef struct dg_loss {
    double sum;       /* of the cross-entropies, in nats */
    uint64_t correct; /* samples whose largest logit is the label's */
} dg_loss;

/*
 * Make logits[count] fit for the functions below: finite weights near the end of float's
 * range may have made some of them infinite or NaN. NaN counts as the smallest.
 */
void dg_logits_tame(size_t count, dg_real *logits);

/* Index of the largest of values[count], the first of equals. */
int dg_argmax(uint32_t count, const dg_real *values);

/* In what follows `classes` counts logits, DG_LOGITS_MAX at most. */

/* probabilities[classes] = softmax(logits[classes] / temperature) */
void dg_softmax(uint32_t classes, const dg_real *logits, double temperature,
                double *probabilities);

/* Cross-entropy of softmax(logits[classes] / temperature), in nats. */
double dg_cross_entropy(uint32_t classes, const dg_real *logits, double temperature, int label);

/* The same if `smoothing` of the label is spread over all classes. */
double dg_smooth_cross_entropy(uint32_t classes, const dg_real *logits, double temperature,
                               int label, double smoothing);

/*
 * What a training wants of each sample: its label, spread by `smoothing` likewise (Szegedy et
 * al., "Rethinking the Inception architecture", CVPR 2016); a `share` of that is replaced by
 * probabilities from elsewhere.
 */
typedef struct dg_targets {
    const uint8_t *labels; /* [count] */
    double smoothing;
    const float *soft; /* [count][classes]; NULL: none */
    double share;      /* 0..1, of the soft ones */
} dg_targets;

/* The cross-entropy of count samples and their targets; adds to `loss` and overwrites
 * logits[count][classes] by scale times its gradient. */
void dg_loss_gradient(uint32_t count, uint32_t classes, const dg_targets *targets, double scale,
                      dg_real *logits, dg_loss *loss);

#endif
