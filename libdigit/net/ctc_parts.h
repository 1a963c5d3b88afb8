/*
 * ctc_parts.h - sums over the paths that say a sequence, for the files of CTC.
 *
 * The states of a sequence are its labels with a blank in front, between and behind: state
 * 2 * i + 1 is label i, even states are blanks. A path stays, goes to the next state, or skips a
 * blank between two different labels.
 */
#ifndef DG_NET_CTC_PARTS_H
#define DG_NET_CTC_PARTS_H

#include "net/ctc.h"

#include <math.h>

/* All of it in logarithms: probabilities of long lines are far below what a double can hold. */
typedef struct dg_ctc_sums {
    uint32_t steps, classes, states;
    dg_sequence sequence;
    double *log_p;    /* [steps][classes] */
    double *forward;  /* [steps][states]: of paths up to here, this step included */
    double *backward; /* [steps][states]: of paths from here on, this step left out */
} dg_ctc_sums;

/* scratch[dg_ctc_scratch()], all of it unset. */
dg_ctc_sums dg_ctc_lay_out(uint32_t steps, uint32_t classes, dg_sequence sequence,
                           double *scratch);

/* Fills log_p, forward, backward, in this order. */
void dg_ctc_log_softmax(const dg_ctc_sums *s, const dg_real *logits, double temperature);
void dg_ctc_run_forward(const dg_ctc_sums *s);
void dg_ctc_run_backward(const dg_ctc_sums *s);

/* log of the sequence's probability, after dg_ctc_run_forward(). */
double dg_ctc_total(const dg_ctc_sums *s);

/* log(exp(a) + exp(b)); what a double cannot hold beside the larger one is not computed: exp(-40)
 * is below 2^-57. */
static inline double dg_log_add(double a, double b)
{
    const double most = a > b ? a : b, least = a > b ? b : a;
    return least > most - 40 ? most + log1p(exp(least - most)) : most;
}

static inline uint32_t dg_ctc_class_of(const dg_ctc_sums *s, uint32_t state)
{
    return state % 2 ? s->sequence.labels[state / 2] : s->classes - 1;
}

#endif
