/* What was compiled in and what this processor runs, as one line. */
#include "api/edge.h"
#include "api/open.h"
#include "math/blas.h"
#include "math/vec.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static char text[512];

/* OpenBLAS 0.3.21 does not know newer processors and falls back to kernels of 2004. */
static const char *advice(const char *blas)
{
#if defined(__x86_64__)
    if ((strstr(blas, "kernels Prescott") || strstr(blas, "kernels Nehalem")) &&
        __builtin_cpu_supports("avx2"))
        return "; slow kernels for this processor: set OPENBLAS_CORETYPE=Haswell";
#endif
    return "";
}

static void compose(void)
{
    const dg_edge edge = dg_edge_enter();
    const digit_status status = dg_open();
    const char *blas = status == DIGIT_OK ? dg_blas_text() : digit_status_text(status);
    snprintf(text, sizeof text, "libdigit %s; %s; loops %s; compiler %s%s", digit_version(), blas,
             dg_vec_loops->name, __VERSION__, advice(blas));
    dg_edge_leave(edge, DIGIT_OK);
}

const char *digit_build_info(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, compose);
    return text;
}
