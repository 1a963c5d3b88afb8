/* decode.h - of all ways to read a row of segments, the most likely ones. */
#ifndef DG_READ_DECODE_H
#define DG_READ_DECODE_H

#include "read/lattice.h"

/* Ways to read a group that are kept. */
#define DG_PATHS_MAX 8

/* The greatest number of digits that may be asked for. */
#define DG_DECODE_LENGTH_MAX 64

typedef struct dg_path {
    double cost;        /* -log of its likelihood */
    size_t first, count; /* of its choices */
} dg_path;

typedef struct dg_paths {
    dg_path items[DG_PATHS_MAX]; /* [count], best first, no two with the same digits */
    size_t count;
    dg_choice *choices; /* those of all ways */
    double *posterior;  /* [choices]: how likely the ink was cut just so */
    double total;       /* -log of the sum of the likelihoods of all ways */
} dg_paths;

/* No way at all is no failure. Release with dg_paths_free(), after a failure too. */
digit_status dg_decode(const dg_decode_plan *plan, size_t most, dg_paths *ways);

void dg_paths_free(dg_paths *ways);

#endif
