/* classify.h - the networks' answers for hypotheses. */
#ifndef DG_READ_CLASSIFY_H
#define DG_READ_CLASSIFY_H

#include "read/hypotheses.h"
#include "net/predict.h"

typedef struct dg_classifier {
    const dg_predictor *predictor;
    const dg_predictor *pairs; /* the pairs network, or NULL if dg_classify_pairs() is not called */
    dg_threads threads;
    const dg_plane *ink; /* density */
} dg_classifier;

/* Set `answer` of the hypotheses which[count] (NULL: of the first `count`), in batches. The answers
 * do not depend on the number of threads. */
digit_status dg_classify_hypotheses(const dg_classifier *classifier, const dg_segments *segments,
                                    dg_hypotheses *hypotheses, const uint32_t *which, size_t count);

/* Set `pairs` of the hypotheses which[count]. */
digit_status dg_classify_pairs(const dg_classifier *classifier, const dg_segments *segments,
                               dg_hypotheses *hypotheses, const uint32_t *which, size_t count);

#endif
