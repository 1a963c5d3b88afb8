/* gemm_reference.h - the product spelled out: the oracle of the self test and of tests. */
#ifndef DG_MATH_GEMM_REFERENCE_H
#define DG_MATH_GEMM_REFERENCE_H

#include "math/real.h"

#include <stdbool.h>

/* As dg_gemm(); sums are made in double. */
void dg_gemm_reference(bool transpose_a, bool transpose_b, int m, int n, int k, const dg_real *a,
                       int lda, const dg_real *b, int ldb, dg_real beta, dg_real *c, int ldc);

#endif
