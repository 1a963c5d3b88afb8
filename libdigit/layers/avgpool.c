/* avgpool: the mean of each window, windows side by side. */
#include "layers/pooling.h"

#include <string.h>

static void forward_sample(const dg_layer *layer, const dg_real *in, dg_real *out)
{
    const dg_extent window = layer->window;
    const uint32_t channels = layer->out.channels, cells = window.rows * window.columns;
    const size_t row_stride = (size_t)layer->in.columns * channels;
    const dg_real share = (dg_real)1 / (dg_real)cells;
    for (uint32_t y = 0; y < layer->out.rows; y++) {
        for (uint32_t x = 0; x < layer->out.columns; x++, out += channels) {
            const dg_real *first = in + dg_pooling_window(window, row_stride, channels, y, x);
            memset(out, 0, channels * sizeof *out);
            for (uint32_t cell = 0; cell < cells; cell++) {
                const dg_real *from =
                    first + cell / window.columns * row_stride + cell % window.columns * channels;
                for (uint32_t c = 0; c < channels; c++)
                    out[c] += from[c] * share;
            }
        }
    }
}

static void forward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                    const dg_real *in, dg_real *out, void *keep)
{
    for (uint32_t i = 0; i < pass->samples; i++)
        forward_sample(layer, in + i * dg_shape_count(layer->in),
                       out + i * dg_shape_count(layer->out));
}

static void backward_sample(const dg_layer *layer, const dg_real *dout, dg_real *din)
{
    const dg_extent window = layer->window;
    const uint32_t channels = layer->out.channels, cells = window.rows * window.columns;
    const size_t row_stride = (size_t)layer->in.columns * channels;
    const dg_real share = (dg_real)1 / (dg_real)cells;
    for (uint32_t y = 0; y < layer->out.rows; y++) {
        for (uint32_t x = 0; x < layer->out.columns; x++, dout += channels) {
            dg_real *first = din + dg_pooling_window(window, row_stride, channels, y, x);
            for (uint32_t cell = 0; cell < cells; cell++) {
                dg_real *to =
                    first + cell / window.columns * row_stride + cell % window.columns * channels;
                for (uint32_t c = 0; c < channels; c++)
                    to[c] = dout[c] * share;
            }
        }
    }
}

static void backward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                     const dg_real *in, const dg_real *out, const void *keep, dg_real *dout,
                     dg_real *din, dg_real *dparams)
{
    if (!din)
        return;
    if (dg_pooling_leaves_rest(layer))
        memset(din, 0, pass->samples * dg_shape_count(layer->in) * sizeof *din);
    for (uint32_t i = 0; i < pass->samples; i++)
        backward_sample(layer, dout + i * dg_shape_count(layer->out),
                        din + i * dg_shape_count(layer->in));
}

const dg_layer_type dg_layer_avgpool = {
    .word = "avgpool",
    .argument = DG_ARGUMENT_WINDOW,
    .size_least = 1,
    .size_most = 28,
    .shape = dg_pooling_shape,
    .needs = dg_pooling_needs,
    .forward = forward,
    .backward = backward,
};
