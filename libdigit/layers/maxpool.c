/* maxpool: the largest of each window, windows side by side. Conv takes it over if it follows. */
#include "layers/pooling.h"

#include <string.h>

static void plan(dg_layer *layer)
{
    layer->keep_sample = dg_shape_count(layer->out);
}

static void forward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                    const dg_real *in, dg_real *out, void *keep)
{
    const size_t row_stride = (size_t)layer->in.columns * layer->in.channels;
    const size_t in_count = dg_shape_count(layer->in), out_count = dg_shape_count(layer->out);
    uint8_t *which = keep;
    for (uint32_t i = 0; i < pass->samples; i++)
        dg_pooling_max(layer->out, layer->window, row_stride, in + i * in_count, NULL,
                       out + i * out_count, which ? which + i * out_count : NULL);
}

static void backward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                     const dg_real *in, const dg_real *out, const void *keep, dg_real *dout,
                     dg_real *din, dg_real *dparams)
{
    if (!din)
        return;
    if (dg_pooling_leaves_rest(layer))
        memset(din, 0, pass->samples * dg_shape_count(layer->in) * sizeof *din);
    const size_t row_stride = (size_t)layer->in.columns * layer->in.channels;
    const size_t in_count = dg_shape_count(layer->in), out_count = dg_shape_count(layer->out);
    const uint8_t *which = keep;
    for (uint32_t i = 0; i < pass->samples; i++)
        dg_pooling_max_back(layer->out, layer->window, row_stride, dout + i * out_count,
                            which + i * out_count, din + i * in_count, NULL);
}

/* The cell of a window is kept in a byte, and DG_NO_CELL is none. */
#define SIDE_MOST 15

const dg_layer_type dg_layer_maxpool = {
    .word = "maxpool",
    .argument = DG_ARGUMENT_WINDOW,
    .size_least = 1,
    .size_most = SIDE_MOST,
    .shape = dg_pooling_shape,
    .needs = dg_pooling_needs,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
