/* lattice.h - the edges of the graph that the decoder searches: each takes some segments for one
 * digit, for two that touch, or one segment for no digit. */
#ifndef DG_READ_LATTICE_H
#define DG_READ_LATTICE_H

#include "read/hypotheses.h"

/* What is to be read, and what the caller asked for. */
typedef struct dg_decode_plan {
    const dg_segments *segments;
    const dg_hypotheses *hypotheses;
    size_t first, count;             /* the segments, of one line */
    double size;                     /* height of the line's digits in pixels */
    uint32_t allowed;                /* bit d: digit d may be answered */
    uint32_t min_digits, max_digits; /* max_digits 0: any number */
    const dg_deadline *deadline;     /* or NULL */
} dg_decode_plan;

/* One digit of a path. */
typedef struct dg_choice {
    uint32_t hypothesis; /* its segments */
    uint32_t whole;      /* of two touching digits: the hypothesis of both; else `hypothesis` */
    uint8_t digit;
} dg_choice;

/* The networks' answer for a choice; for one of two touching digits, the answer for both counts. */
digit_prediction dg_choice_answer(const dg_hypotheses *hypotheses, const dg_choice *choice);

/* Nodes are the places between segments; place 0 is before the plan's first segment. */
typedef struct dg_lattice_edge {
    double cost; /* -log of its likelihood, in nats */
    uint32_t from, to;
    uint32_t count; /* of digits; 0: the segment is no digit */
    dg_choice choices[2];
} dg_lattice_edge;

typedef struct dg_lattice {
    dg_lattice_edge *items; /* [count], by `from` */
    size_t count, room;
    uint32_t *begin; /* [places + 1]: the first edge from a place */
} dg_lattice;

/* No edge of two digits is longer, in segments. */
#define DG_EDGE_PAIR_MOST (3 * DG_SLICES)

/* List all edges. Release with dg_lattice_free(), after a failure too. */
digit_status dg_lattice_list(const dg_decode_plan *plan, dg_lattice *lattice);

void dg_lattice_free(dg_lattice *lattice);

#endif
