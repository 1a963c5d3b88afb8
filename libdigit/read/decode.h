/* decode.h - the likeliest paths through a lattice: strings of digits. */
#ifndef DG_READ_DECODE_H
#define DG_READ_DECODE_H

#include "read/lattice.h"

/* Candidates of a group. */
#define DG_PATHS_MAX 8

/* The greatest number of digits that may be asked for. */
#define DG_DECODE_LENGTH_MAX 64

typedef struct dg_path {
    double cost;         /* -log of its likelihood, in nats */
    size_t first, count; /* of its choices */
} dg_path;

typedef struct dg_paths {
    dg_path items[DG_PATHS_MAX]; /* [count], likeliest first, no two with the same digits */
    size_t count;
    dg_choice *choices; /* of all paths, one after the other */
    double *posterior;  /* [choices]: probability of a digit in this place */
    double total;       /* -log of the sum of the likelihoods of all paths, in nats */
} dg_paths;

/* Find up to `most` paths; there may be none. Release with dg_paths_free(), after a failure too. */
digit_status dg_decode(const dg_decode_plan *plan, size_t most, dg_paths *paths);

void dg_paths_free(dg_paths *paths);

#endif
