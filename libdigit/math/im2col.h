/*
 * im2col.h - a convolution's windows laid out as rows of a matrix.
 *
 * Chellapilla, Puri and Simard, "High performance convolutional neural networks
 * for document processing", 2006. Pixels hold their channels together (channels
 * last), so a window's row is one run of memory.
 */
#ifndef DG_MATH_IM2COL_H
#define DG_MATH_IM2COL_H

#include "math/vec.h"

#include <stdint.h>

/* Geometry of one convolution. Windows may reach beyond the picture by pad.rows pixels at the
 * top and pad.columns at the left, and at the bottom and right as far as they happen to: zeros. */
typedef struct dg_windows {
    uint32_t in_rows, in_columns, channels;
    uint32_t out_rows, out_columns;
    dg_extent window;
    dg_extent pad;
    uint32_t stride; /* down and across */
} dg_windows;

/* in[in_rows][in_columns][channels]
 *     -> columns[out_rows*out_columns][window.rows*window.columns*channels] */
void dg_im2col(const dg_windows *windows, const dg_real *in, dg_real *columns);

/*
 * Stride 1 only: windows unrolled along their width alone, as in Cho and Brand, "MEC:
 * memory-efficient convolution", ICML 2017.
 *     in[in_rows][in_columns][channels]
 *     -> rows[out_rows+window.rows-1][out_columns][window.columns*channels]
 * Rows r .. r+out_rows-1 are the columns of kernel row r: window.rows products with them, one on
 * top of the other, make the convolution from a third of the copies (for three rows).
 */
void dg_unroll_rows(const dg_windows *windows, const dg_real *in, dg_real *rows);

/* The adjoint: each pixel of `in` becomes the sum of what stands for it. */
void dg_roll_rows(const dg_windows *windows, const dg_real *rows, dg_real *in);

/* For one channel: in[in_rows][in_columns] -> taps[window.rows*window.columns]
 * [out_rows*out_columns], the same matrix transposed. Its runs are whole rows of the picture
 * instead of a few pixels. */
void dg_im2col_by_tap(const dg_windows *windows, const dg_real *in, dg_real *taps);

/* The adjoint of dg_im2col(): each pixel of `in` becomes the sum of its column entries. */
void dg_col2im(const dg_windows *windows, const dg_real *columns, dg_real *in);

#endif
