/* decode.h - of all ways to read a row of atoms, the most likely ones. */
#ifndef DG_READ_DECODE_H
#define DG_READ_DECODE_H

#include "read/arcs.h"

/* Ways to read a group that are kept. */
#define DG_WAYS_MAX 8

/* The greatest number of digits that may be asked for. */
#define DG_DECODE_LENGTH_MAX 64

typedef struct dg_way {
    double cost;        /* -log of its likelihood */
    size_t first, count; /* of its choices */
} dg_way;

typedef struct dg_ways {
    dg_way items[DG_WAYS_MAX]; /* [count], best first, no two with the same digits */
    size_t count;
    dg_choice *choices; /* those of all ways */
    double *posterior;  /* [choices]: how likely the ink was cut just so */
    double total;       /* -log of the sum of the likelihoods of all ways */
} dg_ways;

/* No way at all is no failure. Release with dg_ways_free(), after a failure too. */
digit_status dg_decode(const dg_decode_plan *plan, size_t most, dg_ways *ways);

void dg_ways_free(dg_ways *ways);

#endif
