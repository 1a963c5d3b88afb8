/* judge.h - what the networks say of guesses. */
#ifndef DG_READ_JUDGE_H
#define DG_READ_JUDGE_H

#include "read/guess.h"
#include "read/patience.h"
#include "net/predict.h"

typedef struct dg_judge {
    const dg_predictor *predictor;
    const dg_predictor *pairs; /* or NULL: nobody asks for pairs */
    dg_threads threads;
    const dg_plane *ink;
    const dg_patience *patience;
} dg_judge;

/*
 * Put the network's answers into the guesses that which[count] names (NULL: into the first
 * `count`), in batches. They do not depend on the number of threads.
 */
digit_status dg_judge_guesses(const dg_judge *judge, const dg_atoms *atoms, dg_guesses *guesses,
                              const uint32_t *which, size_t count);

/* The same for their `pairs`. */
digit_status dg_judge_pairs(const dg_judge *judge, const dg_atoms *atoms, dg_guesses *guesses,
                            const uint32_t *which, size_t count);

#endif
