/* relu: max(x, 0). Conv, dense and batchnorm take it over where it follows them. */
#include "layers/layer.h"
#include "math/vec.h"

static void forward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                    const dg_real *in, dg_real *out, void *keep)
{
    dg_vec_loops->relu(pass->samples * dg_shape_count(layer->out), in, out);
}

static void backward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                     const dg_real *in, const dg_real *out, const void *keep, dg_real *dout,
                     dg_real *din, dg_real *dparams)
{
    if (!din)
        return;
    const size_t count = pass->samples * dg_shape_count(layer->out);
    for (size_t i = 0; i < count; i++)
        din[i] = out[i] > 0 ? dout[i] : 0;
}

const dg_layer_type dg_layer_relu = {
    .word = "relu",
    .shape = dg_layer_same_shape,
    .forward = forward,
    .backward = backward,
};

bool dg_layer_absorb_relu(dg_layer *layer, const dg_layer *next)
{
    if (next->type != &dg_layer_relu)
        return false;
    layer->relu = true;
    return true;
}
