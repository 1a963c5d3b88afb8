/* classify.h - what the networks say of hypotheses. */
#ifndef DG_READ_CLASSIFY_H
#define DG_READ_CLASSIFY_H

#include "read/hypotheses.h"
#include "base/deadline.h"
#include "net/predict.h"

typedef struct dg_classifier {
    const dg_predictor *predictor;
    const dg_predictor *pairs; /* or NULL: nobody asks for pairs */
    dg_threads threads;
    const dg_plane *ink;
    const dg_deadline *deadline;
} dg_classifier;

/*
 * Put the network's answers into the hypotheses that which[count] names (NULL: into the first
 * `count`), in batches. They do not depend on the number of threads.
 */
digit_status dg_classify_hypotheses(const dg_classifier *classifier, const dg_segments *segments,
                                    dg_hypotheses *hypotheses, const uint32_t *which, size_t count);

/* The same for their `pairs`. */
digit_status dg_classify_pairs(const dg_classifier *classifier, const dg_segments *segments,
                               dg_hypotheses *hypotheses, const uint32_t *which, size_t count);

#endif
