/* hypotheses.h - segments that may be one digit, or two that touch, and what that costs. */
#ifndef DG_READ_HYPOTHESES_H
#define DG_READ_HYPOTHESES_H

#include "net/predict.h"
#include "vision/page/segments.h"

typedef struct dg_hypothesis {
    uint32_t first, count;   /* segments, neighbours in one line */
    uint32_t pieces;         /* they are of so many */
    bool whole;              /* all of them: cut nowhere */
    uint8_t cuts;            /* on so many sides */
    bool single, pair;       /* may be one digit, may be two, by its size */
    float shape;             /* cost of its size and place, as a digit: -log of a likelihood */
    float rare;              /* ... of the piece that begins here being cut, or two digits */
    digit_prediction answer; /* the model's network's */
    dg_pairs pairs;          /* the pairs network's; one digit until it was asked */
} dg_hypothesis;

typedef struct dg_hypotheses {
    dg_hypothesis *items; /* [count], by first segment, then by count */
    size_t count, room;
    uint32_t *begin; /* [segments + 1]: the first hypothesis that begins at an segment */
} dg_hypotheses;

/* List all that may be a digit, or two. Release with dg_hypotheses_free(), after a failure too. */
digit_status dg_hypotheses_list(const dg_segments *segments, dg_hypotheses *hypotheses);

/* -log of how likely the hypothesis is this digit. */
double dg_hypothesis_cost(const dg_hypothesis *hypothesis, const dg_segments *segments, double size,
                          int digit);

/* -log of how likely it is the two digits pairs.which[index]. */
double dg_hypothesis_pair_cost(const dg_hypothesis *hypothesis, const dg_segments *segments,
                               double size, int index);

void dg_hypotheses_free(dg_hypotheses *hypotheses);

#endif
