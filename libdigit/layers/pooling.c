#include "layers/pooling.h"

#include "math/vec.h"

bool dg_pooling_shape(dg_layer *layer)
{
    layer->out = (dg_shape){layer->in.rows / layer->size, layer->in.columns / layer->size,
                            layer->in.channels};
    return layer->out.rows > 0 && layer->out.columns > 0;
}

dg_shape dg_pooling_needs(const dg_layer *layer, dg_shape out)
{
    return (dg_shape){out.rows * layer->size, out.columns * layer->size, out.channels};
}

bool dg_pooling_leaves_rest(const dg_layer *layer)
{
    return layer->in.rows > layer->out.rows * layer->size ||
           layer->in.columns > layer->out.columns * layer->size;
}

void dg_pooling_max(dg_shape out, uint32_t side, size_t row_stride, const dg_real *in,
                    dg_real *result, uint8_t *which)
{
    for (uint32_t y = 0; y < out.rows; y++) {
        for (uint32_t x = 0; x < out.columns; x++) {
            const size_t cell = ((size_t)y * out.columns + x) * out.channels;
            const size_t window = dg_pooling_window(side, row_stride, out.channels, y, x);
            dg_vec_loops->pool_max(out.channels, side, row_stride, in + window, result + cell,
                                   which ? which + cell : NULL);
        }
    }
}

void dg_pooling_max_back(dg_shape out, uint32_t side, size_t row_stride, const dg_real *dout,
                         const uint8_t *which, dg_real *din)
{
    for (uint32_t y = 0; y < out.rows; y++) {
        for (uint32_t x = 0; x < out.columns; x++) {
            const size_t cell = ((size_t)y * out.columns + x) * out.channels;
            const size_t window = dg_pooling_window(side, row_stride, out.channels, y, x);
            dg_vec_loops->pool_max_back(out.channels, side, row_stride, dout + cell, which + cell,
                                        din + window);
        }
    }
}
