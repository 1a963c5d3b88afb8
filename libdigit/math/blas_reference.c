/* The `reference` back end: slow, exact, no dependency, nothing process-wide. */
#include "math/blas.h"

#include "math/gemm_reference.h"

digit_status dg_blas_open(void)
{
    return DIGIT_OK;
}

void dg_blas_enter(void)
{
}

void dg_blas_leave(void)
{
}

bool dg_blas_threads_allowed(void)
{
    return true;
}

const char *dg_blas_text(void)
{
    return "BLAS: reference (plain C)";
}

void dg_gemm(bool transpose_a, bool transpose_b, int m, int n, int k, const dg_real *a, int lda,
             const dg_real *b, int ldb, dg_real beta, dg_real *c, int ldc)
{
    dg_gemm_reference(transpose_a, transpose_b, m, n, k, a, lda, b, ldb, beta, c, ldc);
}
