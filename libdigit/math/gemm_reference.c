#include "math/gemm_reference.h"

#include <stddef.h>

void dg_gemm_reference(bool transpose_a, bool transpose_b, int m, int n, int k, const dg_real *a,
                       int lda, const dg_real *b, int ldb, dg_real beta, dg_real *c, int ldc)
{
    const size_t a_row = transpose_a ? 1 : (size_t)lda, a_column = transpose_a ? (size_t)lda : 1;
    const size_t b_row = transpose_b ? 1 : (size_t)ldb, b_column = transpose_b ? (size_t)ldb : 1;
    for (size_t i = 0; i < (size_t)m; i++) {
        for (size_t j = 0; j < (size_t)n; j++) {
            double sum = 0;
            for (size_t p = 0; p < (size_t)k; p++)
                sum += (double)a[i * a_row + p * a_column] * (double)b[p * b_row + j * b_column];
            dg_real *out = &c[i * (size_t)ldc + j];
            /* beta 0 overwrites: what was there may be NaN */
            *out = (dg_real)(beta == 0 ? sum : sum + (double)beta * (double)*out);
        }
    }
}
