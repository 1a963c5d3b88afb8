/* arcs.h - what a way through a row of atoms may take next: a digit, two that touch, or nothing. */
#ifndef DG_READ_ARCS_H
#define DG_READ_ARCS_H

#include "read/guess.h"

/* What is asked for. */
typedef struct dg_decode_plan {
    const dg_atoms *atoms;
    const dg_guesses *guesses;
    size_t first, count; /* the atoms to read, of one line */
    double size;         /* of digits in it */
    uint32_t allowed;    /* bit d: digit d may be answered */
    uint32_t min_digits, max_digits; /* max_digits 0: any number */
} dg_decode_plan;

/* One digit of a way. */
typedef struct dg_choice {
    uint32_t guess; /* where it is */
    uint32_t whole; /* the guess that is it and its neighbour, or again where it is */
    uint8_t digit;
} dg_choice;

/* What the network says of a choice: asked about it alone, or about it and its neighbour. */
digit_prediction dg_choice_answer(const dg_guesses *guesses, const dg_choice *choice);

/* From one place between atoms to another; place 0 is before the plan's first atom. */
typedef struct dg_arc {
    double cost; /* -log of its likelihood */
    uint32_t from, to;
    uint32_t count; /* of digits: 0 passes over an atom */
    dg_choice choices[2];
} dg_arc;

typedef struct dg_arcs {
    dg_arc *items; /* [count], by where they begin */
    size_t count, room;
    uint32_t *begin; /* [places + 1]: the first arc from a place */
} dg_arcs;

/* No arc of two digits passes more atoms; they must look like digits apart from each other, too:
 * such a part of that cost is added to theirs. */
#define DG_ARC_PAIR_MOST   (3 * DG_SLICES)
#define DG_ARC_PARTS_SHARE 0.22

/* All there are. Release with dg_arcs_free(), after a failure too. */
digit_status dg_arcs_list(const dg_decode_plan *plan, dg_arcs *arcs);

void dg_arcs_free(dg_arcs *arcs);

#endif
