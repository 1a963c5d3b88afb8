/*
 * ctc_search.h - the most probable texts of a line.
 *
 * Prefix beam search: Graves et al., ICML 2006, section 3.2; the beam as in Hannun et al.,
 * "First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs",
 * 2014. A prefix is kept with the sum over the paths that say it, not with one path.
 */
#ifndef DG_NET_CTC_SEARCH_H
#define DG_NET_CTC_SEARCH_H

#include "net/ctc.h"

/* Prefixes that a step keeps. */
#define DG_CTC_BEAM 24

#define DG_CTC_TEXTS_MOST  64
#define DG_CTC_LABELS_MOST 256

/* Which texts there may be, as an automaton: a prefix is in a set of states, each a bit, which
 * `next` gives for one more label; 0: it may not come there. */
typedef struct dg_ctc_grammar {
    const void *context;
    uint64_t begin;
    uint32_t states; /* at most 64 */
    uint64_t (*next)(const void *context, uint64_t states, uint32_t label);
    bool (*ends)(const void *context, uint64_t states);
} dg_ctc_grammar;

typedef struct dg_ctc_plan {
    uint32_t steps, classes;
    const dg_real *logits; /* [steps][classes]; the last class is the blank */
    double temperature;
    bool scored;                     /* the logits are logs of probabilities, or of scores like
                                        them: taken as they are */
    uint32_t allowed;                /* bit c: class c may be in a text */
    uint32_t counted;                /* bit c: class c counts for the two below */
    uint32_t min_labels, max_labels; /* max_labels 0: any number */
    const dg_ctc_grammar *grammar;   /* instead of a number; NULL: any text */
} dg_ctc_plan;

typedef struct dg_ctc_text {
    double log_p; /* of what the search kept of its paths; a little low */
    uint32_t count;
    uint8_t labels[DG_CTC_LABELS_MOST];
} dg_ctc_text;

/* Find up to `most` texts (DG_CTC_TEXTS_MOST at most), most probable first; *count may be 0 where
 * texts are limited. Longer texts than DG_CTC_LABELS_MOST are not found. */
digit_status dg_ctc_search(const dg_ctc_plan *plan, size_t most, dg_ctc_text *texts,
                           size_t *count);

#endif
