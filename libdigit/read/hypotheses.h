/* hypotheses.h - neighbouring segments that may be one digit, or two that touch, and their costs.
 *
 * A cost is -log of a likelihood, in nats. */
#ifndef DG_READ_HYPOTHESES_H
#define DG_READ_HYPOTHESES_H

#include "net/predict.h"
#include "vision/page/segments.h"

typedef struct dg_hypothesis {
    uint32_t first, count;   /* its segments, neighbours in one line */
    uint32_t clusters;       /* how many clusters they are of */
    bool whole;              /* no side is a cut */
    uint8_t cuts;            /* how many sides are: 0, 1 or 2 */
    bool single, pair;       /* its size is that of one digit, of two */
    float fixed;             /* cost whatever the digit: of its height, its joins and its cuts */
    float rarity;            /* cost of touching digits on this page; once a cluster, at its left */
    digit_prediction answer; /* of the model's network */
    dg_pairs pairs;          /* of the pairs network; until it is asked: one digit */
} dg_hypothesis;

typedef struct dg_hypotheses {
    dg_hypothesis *items; /* [count], by first segment, then by count */
    size_t count, room;
    uint32_t *begin; /* [segments + 1]: the first hypothesis that begins at a segment */
} dg_hypotheses;

/* List all that may be one digit or two. Release with dg_hypotheses_free(), after a failure too. */
digit_status dg_hypotheses_list(const dg_segments *segments, dg_hypotheses *hypotheses);

/* The cost of the hypothesis as this digit. `size` is the height of the line's digits in pixels. */
double dg_hypothesis_cost(const dg_hypothesis *hypothesis, const dg_segments *segments, double size,
                          int digit);

/* Its cost as the two digits pairs.which[index]. */
double dg_hypothesis_pair_cost(const dg_hypothesis *hypothesis, const dg_segments *segments,
                               double size, int index);

void dg_hypotheses_free(dg_hypotheses *hypotheses);

#endif
