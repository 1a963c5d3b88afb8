/* evaluate.h - how well a network does. */
#ifndef DG_TRAIN_EVALUATE_H
#define DG_TRAIN_EVALUATE_H

#include "data/dataset.h"
#include "net/predict.h"

/* Fills count, correct, loss and confusion. The loss is that of the calibrated probabilities. Of a
 * network that reads lines: lines drawn from the first 2,000 samples, those that are right from end
 * to end, their mean loss; the confusion is 0. On failure nothing is written. */
digit_status dg_evaluate(const dg_predictor *predictor, dg_threads threads,
                         const digit_dataset *dataset, digit_metrics *metrics);

#endif
