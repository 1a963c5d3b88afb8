/*
 * blas.h - the only way to BLAS.
 *
 * Three back ends, chosen by the build option `blas`: OpenBLAS linked in and
 * hidden (private), the distribution's shared OpenBLAS (system), plain C
 * (reference). docs/blas.md tells what each does to the process.
 */
#ifndef DG_MATH_BLAS_H
#define DG_MATH_BLAS_H

#include "math/real.h"

#include <digit/digit.h>
#include <stdbool.h>

/*
 * Make BLAS ready: scratch memory for one caller, one thread, a self test.
 * Cheap after the first time. Fails with DIGIT_ERR_MEMORY (may be tried again)
 * or DIGIT_ERR_BLAS.
 */
digit_status dg_blas_open(void);

/*
 * Every dg_gemm() stands between these two, once per shard of work, not once per
 * product: they hold a slot of OpenBLAS's scratch memory and keep fork() out.
 * May wait; never nests.
 */
void dg_blas_enter(void);
void dg_blas_leave(void);

/* False where only the API caller's own thread may use BLAS (OpenMP flavour). */
bool dg_blas_threads_allowed(void);

/* Back end, version, kernels: for digit_build_info(). Valid after dg_blas_open(). */
const char *dg_blas_text(void);

/*
 * C[m][n] = op(A) op(B) + beta C, row-major, on the caller's thread.
 * op(A) is m x k: A is [m][k] with `lda` >= k, or transposed [k][m] with lda >= m.
 * op(B) is k x n: B is [k][n] with `ldb` >= n, or transposed [n][k] with ldb >= k.
 * All sizes are 1 or more. For equal sizes and strides the bits of the result
 * depend on nothing but the values.
 */
void dg_gemm(bool transpose_a, bool transpose_b, int m, int n, int k, const dg_real *a, int lda,
             const dg_real *b, int ldb, dg_real beta, dg_real *c, int ldc);

#endif
