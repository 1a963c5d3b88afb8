/*
 * augment.h - a sample as another hand, pen, paper or camera would have made it.
 *
 * Training on distorted samples is what carries a network from MNIST to other people's
 * digits (Simard, Steinkraus and Platt, "Best practices for convolutional neural networks
 * applied to visual document analysis", ICDAR 2003).
 */
#ifndef DG_DATA_AUGMENT_H
#define DG_DATA_AUGMENT_H

#include <digit/digit.h>

/*
 * Distort in[28][28], which is of `label`, into out[28][28]. `strength` 0 .. 1 scales how far
 * and how often: 0 copies.
 * What comes out depends on the arguments alone; `name` tells samples and epochs apart.
 */
void dg_augment(const uint8_t in[DIGIT_SAMPLE_BYTES], uint8_t label, float strength,
                uint64_t seed, uint64_t name, uint8_t out[DIGIT_SAMPLE_BYTES]);

#endif
