/* guess.h - atoms that may be one digit, or two that touch, and what that costs. */
#ifndef DG_READ_GUESS_H
#define DG_READ_GUESS_H

#include "net/predict.h"
#include "vision/page/atoms.h"

typedef struct dg_guess {
    uint32_t first, count; /* atoms, neighbours in one line */
    uint32_t pieces;       /* they are of so many */
    bool whole;            /* all of them: cut nowhere */
    uint8_t cuts;          /* on so many sides */
    bool single, pair;     /* may be one digit, may be two, by its size */
    float shape;           /* cost of its size and place, as a digit: -log of a likelihood */
    float rare;            /* ... of the piece that begins here being cut, or two digits */
    digit_prediction answer; /* the model's network's */
    dg_pairs pairs;          /* the pairs network's; one digit until it was asked */
} dg_guess;

typedef struct dg_guesses {
    dg_guess *items; /* [count], by first atom, then by count */
    size_t count, room;
    uint32_t *begin; /* [atoms + 1]: the first guess that begins at an atom */
} dg_guesses;

/* List all that may be a digit, or two. Release with dg_guesses_free(), after a failure too. */
digit_status dg_guesses_list(const dg_atoms *atoms, dg_guesses *guesses);

/* -log of how likely the guess is this digit. */
double dg_guess_cost(const dg_guess *guess, const dg_atoms *atoms, double size, int digit);

/* -log of how likely it is the two digits pairs.which[index]. */
double dg_guess_pair_cost(const dg_guess *guess, const dg_atoms *atoms, double size, int index);

void dg_guesses_free(dg_guesses *guesses);

#endif
