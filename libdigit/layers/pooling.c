#include "layers/pooling.h"

bool dg_pooling_shape(dg_layer *layer)
{
    layer->out = (dg_shape){layer->in.rows / layer->window.rows,
                            layer->in.columns / layer->window.columns, layer->in.channels};
    return layer->out.rows > 0 && layer->out.columns > 0;
}

dg_shape dg_pooling_needs(const dg_layer *layer, dg_shape out)
{
    return (dg_shape){out.rows * layer->window.rows, out.columns * layer->window.columns,
                      out.channels};
}

bool dg_pooling_leaves_rest(const dg_layer *layer)
{
    return layer->in.rows > layer->out.rows * layer->window.rows ||
           layer->in.columns > layer->out.columns * layer->window.columns;
}

void dg_pooling_max(dg_shape out, dg_extent window, size_t row_stride, const dg_real *in,
                    const dg_vec_after *after, dg_real *result, uint8_t *which)
{
    const size_t row = (size_t)out.columns * out.channels;
    for (uint32_t y = 0; y < out.rows; y++)
        dg_vec_loops->pool_max(out.columns, out.channels, window, row_stride,
                               in + y * window.rows * row_stride, after, result + y * row,
                               which ? which + y * row : NULL);
}

void dg_pooling_max_back(dg_shape out, dg_extent window, size_t row_stride, const dg_real *dout,
                         const uint8_t *which, dg_real *din, dg_real *dbias)
{
    const size_t row = (size_t)out.columns * out.channels;
    for (uint32_t y = 0; y < out.rows; y++)
        dg_vec_loops->pool_max_back(out.columns, out.channels, window, row_stride, dout + y * row,
                                    which + y * row, din + y * window.rows * row_stride, dbias);
}
