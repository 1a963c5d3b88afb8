/* Written by tests/accuracy/fit_weights.py BUILD --data MNIST --write FILE: not to be edited. */
#include "read/weights.h"

const dg_weights dg_weights_fitted = {
    .part.top = 4.77,
    .part.digit = 1.56,
    .part.other = 2.93,
    .part.pair = 2.97,
    .part.one = 10.05,
    .part.aspect = 2.37,
    .part_worth = {3.71, 0.52, 2.44, 3.58, 3.76, 3.90, 3.18, 2.02, 4.87, 4.23},
    .part_width = 0.84,
    .part_wide = 3.01,
    .cut = 1.55,
    .pair_worth = 6.52,
    .pair_part_worth = 2.44,
    .pair_doubt = 1.20,
    .pair_part_doubt = 0.85,
    .pair_wide = 0.96,
    .pair_halves = 0.22,
};
