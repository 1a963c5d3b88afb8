/* numbers.h - numbers for tests: any will do, always the same. Works for float and double. */
#ifndef DIGIT_TEST_NUMBERS_H
#define DIGIT_TEST_NUMBERS_H

#include "math/real.h"

#include <stddef.h>
#include <stdint.h>

/* Not libdigit's own generator: a fault in that one must not hide behind itself. */
static inline uint32_t numbers_next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

/* Uniform in 0 <= x < 1. */
static inline double numbers_unit(uint64_t *state)
{
    return numbers_next(state) / 2147483648.0;
}

/* Uniform in -half <= x < half. */
static inline void numbers_fill(uint64_t seed, size_t count, double half, dg_real *out)
{
    uint64_t state = seed;
    for (size_t i = 0; i < count; i++)
        out[i] = (dg_real)(half * (2 * numbers_unit(&state) - 1));
}

/* Whole numbers in -most .. most: sums of products of few of them are exact. */
static inline void numbers_fill_whole(uint64_t seed, size_t count, int most, dg_real *out)
{
    uint64_t state = seed;
    for (size_t i = 0; i < count; i++)
        out[i] = (dg_real)((int)(numbers_next(&state) % (2 * (uint32_t)most + 1)) - most);
}

/* Every two of them at least 1/16 apart, and from 0 as far: none is near a kink of relu or a
 * tie of a maximum. A shuffle of +-1/16, +-2/16, ... */
static inline void numbers_fill_apart(uint64_t seed, size_t count, dg_real *out)
{
    uint64_t state = seed;
    for (size_t i = 0; i < count; i++)
        out[i] = (dg_real)((i % 2 ? 1.0 : -1.0) * (double)(i / 2 + 1) / 16);
    for (size_t i = count; i > 1; i--) {
        const size_t j = numbers_next(&state) % i;
        const dg_real other = out[j];
        out[j] = out[i - 1];
        out[i - 1] = other;
    }
}

#endif
