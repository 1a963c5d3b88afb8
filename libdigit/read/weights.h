/* weights.h - what the features of hypotheses weigh in their costs. */
#ifndef DG_READ_WEIGHTS_H
#define DG_READ_WEIGHTS_H

#include <digit/digit.h>

/* Factors, without a unit, of what the networks doubt: -log of a probability, in nats. */
typedef struct dg_doubt_weights {
    double top;    /* of the likeliest digit */
    double digit;  /* of the digit chosen */
    double other;  /* that it is not in the reject class */
    double pair;   /* that it is not two digits, by the pairs network */
    double one;    /* that it is one digit, by the pairs network */
    double aspect; /* of the cost of its aspect ratio */
} dg_doubt_weights;

/* Costs and worths, which are negative costs, are in nats; widths in heights of a digit. */
typedef struct dg_weights {
    /* A part of a cluster as one digit. */
    dg_doubt_weights part;
    double part_worth[DIGIT_CLASSES]; /* by digit: strokes of all digits look like a 1 */
    double part_width;                /* the usual one, of all digits but 1 */
    double part_wide;                 /* cost of the square of the difference from it */
    double cut;                       /* cost of each side that is a cut */

    /* Two touching digits: all of a cluster, and a part of one. */
    double pair_worth, pair_part_worth; /* for want of the cuts between them, which add up */
    double pair_doubt, pair_part_doubt; /* factor of -log of the probability of these two */
    double pair_wide;                   /* cost of the square of the width */
    double pair_halves;                 /* factor of the cost of both halves as one digit each */
} dg_weights;

/* weights.c, which tests/accuracy/fit_weights.py writes. */
extern const dg_weights dg_weights_fitted;

#endif
