#include "math/vec.h"

#include <pthread.h>

extern const dg_vec dg_vec_base, dg_vec_v3, dg_vec_v4;

const dg_vec *dg_vec_loops;

/* The levels of the x86-64 psABI, by the features our compiler flags stand for. */
static const dg_vec *choose(void)
{
#if defined(DG_DISPATCH_PINNED)
    return &DG_DISPATCH_PINNED;
#elif defined(DG_DISPATCH_X86)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return &dg_vec_v4;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("bmi2"))
        return &dg_vec_v3;
    return &dg_vec_base;
#else
    return &dg_vec_base;
#endif
}

static void fill(void)
{
    dg_vec_loops = choose();
}

void dg_vec_open(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill);
}
