/*
 * chunks.h - parts of a line without a wide gap.
 *
 * A chunk in which the digit network knows every cluster for sure is read by its answers: that is
 * cheap. The line network reads all others without cutting them.
 */
#ifndef DG_READ_CHUNKS_H
#define DG_READ_CHUNKS_H

#include "read/classify.h"

typedef struct dg_chunk {
    uint32_t line;
    size_t first, count; /* its segments: one for each cluster */
    bool clear;          /* all of them are surely digits, and not all 1s */
} dg_chunk;

typedef struct dg_chunks {
    dg_chunk *items; /* [count], line by line, left to right */
    size_t count;
    size_t print; /* clusters of words that were left out */
    bool *sure; /* [segments]: which are surely one digit each */
} dg_chunks;

/* The line of `segments`, which is one number, as one chunk, whatever is in it. */
digit_status dg_chunks_make_one(const dg_segments *segments, const digit_prediction *answers,
                                dg_chunks *chunks);

/* Divide the lines of `segments`, whose answers are answers[segments->count]. Chunks in which
 * nothing may be a digit are left out. Release with dg_chunks_free(), after a failure too. */
digit_status dg_chunks_make(const dg_segments *segments, const digit_prediction *answers,
                            dg_chunks *chunks);

void dg_chunks_free(dg_chunks *chunks);

#endif
