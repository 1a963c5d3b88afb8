/*
 * number.h - the smaller and the larger of two numbers, and a number kept within limits.
 *
 * For each type: dg_min_size(a, b), dg_max_size(a, b), dg_clamp_size(x, low, high).
 */
#ifndef DG_BASE_NUMBER_H
#define DG_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#define DG_NUMBER_FUNCTIONS(suffix, type)                               \
    static inline type dg_min_##suffix(type a, type b)                  \
    {                                                                   \
        return a < b ? a : b;                                           \
    }                                                                   \
    static inline type dg_max_##suffix(type a, type b)                  \
    {                                                                   \
        return a > b ? a : b;                                           \
    }                                                                   \
    static inline type dg_clamp_##suffix(type x, type low, type high)   \
    {                                                                   \
        return x < low ? low : x > high ? high : x;                     \
    }

DG_NUMBER_FUNCTIONS(size, size_t)
DG_NUMBER_FUNCTIONS(u8, uint8_t)
DG_NUMBER_FUNCTIONS(u32, uint32_t)
DG_NUMBER_FUNCTIONS(i32, int32_t)
DG_NUMBER_FUNCTIONS(f32, float)
DG_NUMBER_FUNCTIONS(f64, double)

#undef DG_NUMBER_FUNCTIONS

/* For qsort(): doubles, least first. */
static inline int dg_compare_f64(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

#endif
