/* loss.h - softmax and cross-entropy. */
#ifndef DG_NET_LOSS_H
#define DG_NET_LOSS_H

#include "math/real.h"

#include <digit/digit.h>
#include <stddef.h>

typedef struct dg_loss {
    double sum;       /* of the cross-entropies, in nats */
    uint64_t correct; /* samples whose largest logit is the label's */
} dg_loss;

/*
 * Make logits[count] fit for the functions below: finite weights near the end of float's
 * range may have made some of them infinite or NaN. NaN counts as the smallest.
 */
void dg_logits_tame(size_t count, dg_real *logits);

/* Index of the largest of DIGIT_CLASSES numbers, the first of equals. */
int dg_argmax(const dg_real *values);

/* probabilities[DIGIT_CLASSES] = softmax(logits / temperature) */
void dg_softmax(const dg_real logits[DIGIT_CLASSES], double temperature,
                double probabilities[DIGIT_CLASSES]);

/* Cross-entropy of softmax(logits / temperature), in nats. */
double dg_cross_entropy(const dg_real logits[DIGIT_CLASSES], double temperature, int label);

/* The same if `smoothing` of the label is spread over all classes. */
double dg_smooth_cross_entropy(const dg_real logits[DIGIT_CLASSES], double temperature, int label,
                               double smoothing);

/*
 * The loss of count samples against their labels, each spread by `smoothing` over all
 * classes (Szegedy et al., "Rethinking the Inception architecture", CVPR 2016); adds to
 * `loss` and overwrites logits[count][DIGIT_CLASSES] by scale times its gradient.
 */
void dg_loss_gradient(uint32_t count, const uint8_t *labels, double smoothing, double scale,
                      dg_real *logits, dg_loss *loss);

#endif
