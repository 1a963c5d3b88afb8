/* calibrate.h - make confidence mean what it says. */
#ifndef DG_TRAIN_CALIBRATE_H
#define DG_TRAIN_CALIBRATE_H

#include "data/dataset.h"
#include "net/predict.h"

/*
 * The temperature that makes the probabilities of `dataset` most likely (Guo et al.,
 * "On calibration of modern neural networks", ICML 2017). The data must not have been
 * trained on. An empty dataset gives 1.
 */
digit_status dg_calibrate(const dg_predictor *predictor, dg_threads threads,
                          const digit_dataset *dataset, float *temperature);

#endif
