/*
 * rng.h - random numbers that are named, not drawn from a shared stream.
 *
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011). The numbers depend only on (seed, purpose, index), never on who asks
 * or in which order: that is what makes training the same for any thread count.
 */
#ifndef DG_BASE_RNG_H
#define DG_BASE_RNG_H

#include <stdint.h>

/* What the numbers are for: two purposes never share numbers. */
typedef enum dg_rng_purpose {
    DG_RNG_WEIGHTS = 1, /* index = layer number */
    DG_RNG_SHUFFLE = 2, /* index = epoch */
    DG_RNG_DROPOUT = 3, /* index = sample's place in the run, mixed with the layer */
    DG_RNG_DISTORTION = 4, /* index = epoch and sample */
    DG_RNG_OTHER = 5,      /* index = likewise, times 2 */
    DG_RNG_CUT = 6,        /* index = likewise, times 2 */
    DG_RNG_PEN = 7,        /* index = epoch and sample */
    DG_RNG_LINE = 8,       /* index = likewise */
} dg_rng_purpose;

typedef struct dg_rng {
    uint32_t key[2];
    uint32_t counter[4]; /* block number, purpose, index low, index high */
    uint32_t block[4];
    uint32_t used; /* words of `block` given out */
} dg_rng;

void dg_rng_init(dg_rng *rng, uint64_t seed, dg_rng_purpose purpose, uint64_t index);

uint32_t dg_rng_u32(dg_rng *rng);

/* Uniform in 0 <= x < 1, with 24 bits. */
float dg_rng_unit(dg_rng *rng);

/* Uniform in 0 .. bound-1, without bias. bound > 0. */
uint32_t dg_rng_below(dg_rng *rng, uint32_t bound);

/* Uniform in -most .. most, and in from .. to. */
static inline float dg_rng_around(dg_rng *rng, float most)
{
    return (2 * dg_rng_unit(rng) - 1) * most;
}

static inline float dg_rng_between(dg_rng *rng, float from, float to)
{
    return from + (to - from) * dg_rng_unit(rng);
}

#endif
