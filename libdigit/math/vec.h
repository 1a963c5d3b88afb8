/*
 * vec.h - the loops outside GEMM that are worth an instruction set of their own.
 *
 * vec_loops.c is compiled once per instruction set; dg_vec_open() picks one for
 * this machine, or the one the build option `dispatch` names. Between the sets
 * results differ by rounding (fused multiply-add), within one they never do.
 */
#ifndef DG_MATH_VEC_H
#define DG_MATH_VEC_H

#include "math/real.h"

#include <stddef.h>
#include <stdint.h>

/* One step of Adam for every number of a run. */
typedef struct dg_adam_factors {
    dg_real rate;     /* learning rate, bias correction included */
    dg_real decay1;   /* of the first moment */
    dg_real decay2;   /* of the second */
    dg_real epsilon;
    dg_real shrink;   /* weights are multiplied by it first: 1 - rate * weight decay */
    dg_real average;  /* decay of the averaged weights; 0: they are not kept */
} dg_adam_factors;

/* What happens to a maximum at once: both steps are monotone, so they commute with it. */
typedef struct dg_vec_after {
    const dg_real *bias; /* [channels]; added */
    int relu;            /* then negative ones become 0 */
} dg_vec_after;

/* Rows and columns of a window, or of what lies beside it. */
typedef struct dg_extent {
    uint32_t rows, columns;
} dg_extent;

#define DG_NO_CELL 255 /* beyond every cell of a window */

typedef struct dg_vec {
    const char *name;

    /* out[count] = bytes[count] / 255 */
    void (*scale_bytes)(size_t count, const uint8_t *bytes, dg_real *out);

    /* out[count] += in[count] */
    void (*add)(size_t count, const dg_real *in, dg_real *out);

    /* out[runs][count] = what lies at in + r * stride; runs may overlap */
    void (*gather)(size_t runs, size_t count, size_t stride, const dg_real *in, dg_real *out);

    /* Its adjoint for overlapping windows of a row of pixels, windows[columns][side][channels],
     * each one pixel further: out[columns+side-1][channels] = the sum of all that show a pixel. */
    void (*overlap)(size_t columns, size_t side, size_t channels, const dg_real *windows,
                    dg_real *out);

    /* out[count] = max(in[count], 0); in == out allowed */
    void (*relu)(size_t count, const dg_real *in, dg_real *out);

    /* d[count] = out[count] > 0 ? d[count] : 0 */
    void (*relu_back)(size_t count, const dg_real *out, dg_real *d);

    /* x[rows][columns] += bias[columns], then max(x, 0) if `relu` */
    void (*bias)(size_t rows, size_t columns, const dg_real *bias, int relu, dg_real *x);

    /* sums[columns] += sum over rows of x[rows][columns] */
    void (*column_sums)(size_t rows, size_t columns, const dg_real *x, dg_real *sums);

    /* sums[columns] += sum over rows of (x[rows][columns] - mean[columns])^2 */
    void (*square_sums)(size_t rows, size_t columns, const dg_real *x, const dg_real *mean,
                        dg_real *sums);

    /* out[rows][columns] = in * gain[columns] + shift[columns], then max(out, 0) if `relu` */
    void (*affine)(size_t rows, size_t columns, const dg_real *in, const dg_real *gain,
                   const dg_real *shift, int relu, dg_real *out);

    /* sums[columns] += sum over rows of d[rows][columns] * (x[rows][columns] - mean[columns]) */
    void (*product_sums)(size_t rows, size_t columns, const dg_real *d, const dg_real *x,
                         const dg_real *mean, dg_real *sums);

    /* out[rows][columns] = a[columns] * d + b[columns] * x + c[columns] */
    void (*mix)(size_t rows, size_t columns, const dg_real *d, const dg_real *x, const dg_real *a,
                const dg_real *b, const dg_real *c, dg_real *out);

    /* A row of windows, side by side: out[columns][channels] = maximum
     * over each window's cells in[row][column][channels], rows `row_stride` reals apart, then
     * what `after` says; which[columns][channels] (may be NULL) = the cell it came from, counted
     * row by row, the first of equals, or DG_NO_CELL where relu made it 0. */
    void (*pool_max)(size_t columns, size_t channels, dg_extent window, size_t row_stride,
                     const dg_real *in, const dg_vec_after *after, dg_real *out, uint8_t *which);

    /* Backward pass: din[row][column][channels] = d where which names the cell, else 0.
     * Adds to dbias[channels] (may be NULL) the sum of those d that went anywhere. */
    void (*pool_max_back)(size_t columns, size_t channels, dg_extent window, size_t row_stride,
                          const dg_real *d, const uint8_t *which, dg_real *din, dg_real *dbias);

    void (*adam)(size_t count, const dg_adam_factors *factors, const dg_real *gradient,
                 dg_real *weights, dg_real *first, dg_real *second, dg_real *average);
} dg_vec;

/* The table in use. Valid after dg_vec_open(), and constant from then on. */
extern const dg_vec *dg_vec_loops;

/* Choose the table; any number of times, from any thread. */
void dg_vec_open(void);

#endif
