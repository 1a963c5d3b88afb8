/* ctc_explain.h - where on a line each label of a text is, and what else it may be. */
#ifndef DG_NET_CTC_EXPLAIN_H
#define DG_NET_CTC_EXPLAIN_H

#include "net/ctc.h"

/* One label of a text, of the paths that say the text. */
typedef struct dg_ctc_label {
    double at;                 /* the mean of the steps that choose it */
    double log_p[DG_LINE_OUTPUTS]; /* of the text with each class in this place, the blank: with
                                      nothing in it */
} dg_ctc_label;

/* Explain labels[sequence.count] of a text by logits[steps][DG_LINE_OUTPUTS].
 * scratch[dg_ctc_scratch()]. Returns log of the text's probability. */
double dg_ctc_explain(uint32_t steps, const dg_real *logits, double temperature,
                      dg_sequence sequence, double *scratch, dg_ctc_label *labels);

#endif
