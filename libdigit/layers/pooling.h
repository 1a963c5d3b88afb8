/* pooling.h - what all pools share: windows side by side, rest at the border dropped. */
#ifndef DG_LAYERS_POOLING_H
#define DG_LAYERS_POOLING_H

#include "layers/layer.h"
#include "math/vec.h"

/* dg_layer_type.shape and .needs of a pool. */
bool dg_pooling_shape(dg_layer *layer);
dg_shape dg_pooling_needs(const dg_layer *layer, dg_shape out);

/* True if windows cover less than the layer's input: rounding down left something over. */
bool dg_pooling_leaves_rest(const dg_layer *layer);

/* First real of the window of output cell `row`, `column` in a picture whose rows are
 * `row_stride` reals long. */
static inline size_t dg_pooling_window(dg_extent window, size_t row_stride, uint32_t channels,
                                       uint32_t row, uint32_t column)
{
    return (size_t)row * window.rows * row_stride + (size_t)column * window.columns * channels;
}

/*
 * Maximum pooling of one sample:
 *     in[out.rows*window.rows][out.columns*window.columns][channels], or wider rows, -> out, then
 * `after` (may be NULL). which[out] (may be NULL): the cell of its window each maximum came from,
 * or DG_NO_CELL.
 */
void dg_pooling_max(dg_shape out, dg_extent window, size_t row_stride, const dg_real *in,
                    const dg_vec_after *after, dg_real *result, uint8_t *which);

/* Backward pass. Writes every window of din; adds the bias's share to dbias (may be NULL). */
void dg_pooling_max_back(dg_shape out, dg_extent window, size_t row_stride, const dg_real *dout,
                         const uint8_t *which, dg_real *din, dg_real *dbias);

#endif
