/* lattice.h - what a way through a row of segments may take next: a digit, two that touch, or
 * nothing. */
#ifndef DG_READ_LATTICE_H
#define DG_READ_LATTICE_H

#include "read/hypotheses.h"

/* What is asked for. */
typedef struct dg_decode_plan {
    const dg_segments *segments;
    const dg_hypotheses *hypotheses;
    size_t first, count;             /* the segments to read, of one line */
    double size;                     /* of digits in it */
    uint32_t allowed;                /* bit d: digit d may be answered */
    uint32_t min_digits, max_digits; /* max_digits 0: any number */
} dg_decode_plan;

/* One digit of a way. */
typedef struct dg_choice {
    uint32_t hypothesis; /* where it is */
    uint32_t whole;      /* the hypothesis that is it and its neighbour, or again where it is */
    uint8_t digit;
} dg_choice;

/* What the network says of a choice: asked about it alone, or about it and its neighbour. */
digit_prediction dg_choice_answer(const dg_hypotheses *hypotheses, const dg_choice *choice);

/* From one place between segments to another; place 0 is before the plan's first segment. */
typedef struct dg_lattice_edge {
    double cost; /* -log of its likelihood */
    uint32_t from, to;
    uint32_t count; /* of digits: 0 passes over an segment */
    dg_choice choices[2];
} dg_lattice_edge;

typedef struct dg_lattice {
    dg_lattice_edge *items; /* [count], by where they begin */
    size_t count, room;
    uint32_t *begin; /* [places + 1]: the first edge from a place */
} dg_lattice;

/* No edge of two digits passes more segments; they must look like digits apart from each other,
 * too: such a part of that cost is added to theirs. */
#define DG_EDGE_PAIR_MOST (3 * DG_SLICES)
#define DG_EDGE_PARTS_SHARE 0.22

/* All there are. Release with dg_lattice_free(), after a failure too. */
digit_status dg_lattice_list(const dg_decode_plan *plan, dg_lattice *edges);

void dg_lattice_free(dg_lattice *edges);

#endif
