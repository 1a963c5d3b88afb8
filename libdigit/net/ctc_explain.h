/* ctc_explain.h - where on a line each label of a text is, and what else it may be. */
#ifndef DG_NET_CTC_EXPLAIN_H
#define DG_NET_CTC_EXPLAIN_H

#include "net/ctc.h"

/* A text of logits[steps][DG_LINE_OUTPUTS], explained by the paths that say it. */
typedef struct dg_ctc_explained {
    uint32_t steps;
    dg_sequence text;
    double *scratch; /* [dg_ctc_scratch()]: must stay as dg_ctc_explain() left it */
    double *at;      /* [text.count]: the mean of the steps that choose a label */
    double log_p;    /* of the text */
} dg_ctc_explained;

/* Explain a text, of which steps, text, scratch and at are set, by softmax(logits / temperature).
 */
void dg_ctc_explain(const dg_real *logits, double temperature, dg_ctc_explained *explained);

/* log of the probability of the text with `class` instead of labels first .. end-1, or inserted, if
 * there are none. Needs no other walk along the line. */
double dg_ctc_replaced(const dg_ctc_explained *explained, uint32_t first, uint32_t end,
                       uint32_t class);

/* log_p[DG_LINE_OUTPUTS] of the text with each class in the place of a label, the blank: with
 * nothing in it. */
void dg_ctc_alternatives(const dg_ctc_explained *explained, uint32_t label, double *log_p);

#endif
