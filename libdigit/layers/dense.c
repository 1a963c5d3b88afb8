/* dense: every output is a weighted sum of all inputs, plus bias. */
#include "layers/layer.h"
#include "math/blas.h"
#include "math/vec.h"

#include <string.h>

static bool shape(dg_layer *layer)
{
    layer->out = (dg_shape){1, 1, layer->size + layer->other};
    return true;
}

static dg_shape needs(const dg_layer *layer, dg_shape out)
{
    return layer->in;
}

static void plan(dg_layer *layer)
{
    layer->ops = dg_shape_count(layer->in) * layer->out.channels;
}

/* [unit][input] as in files, but inputs in the order of our activations (rows, columns,
 * channels), not in PyTorch's (channels, rows, columns). */
static uint32_t tensors(const dg_layer *layer, dg_tensor_plan tensors[DG_ROLES])
{
    const dg_shape in = layer->in;
    const uint32_t units = layer->out.channels;
    tensors[0] = (dg_tensor_plan){
        .role = DG_ROLE_WEIGHT,
        .rank = 2,
        .shape = {units, (uint32_t)dg_shape_count(in)},
        .dims = {units, in.channels, in.rows, in.columns},
        .strides = {dg_shape_count(in), 1, (size_t)in.columns * in.channels, in.channels},
    };
    tensors[1] = dg_layer_vector(DG_ROLE_BIAS, units);
    return 2;
}

static void init(const dg_layer *layer, dg_rng *rng, dg_real *params)
{
    const size_t inputs = dg_shape_count(layer->in);
    dg_layer_init_uniform(rng, inputs * layer->out.channels, inputs, layer->out.channels,
                          params + layer->at[DG_ROLE_WEIGHT]);
}

/*
 * Training multiplies the whole shard at once. Prediction goes sample by sample, so
 * that an answer does not depend on what else was asked in the same call.
 */
static void forward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                    const dg_real *in, dg_real *out, void *keep)
{
    const int inputs = (int)dg_shape_count(layer->in), units = (int)layer->out.channels;
    const dg_real *weights = params + layer->at[DG_ROLE_WEIGHT]; /* [units][inputs] */
    const uint32_t together = pass->training ? pass->samples : 1;
    for (uint32_t i = 0; i < pass->samples; i += together)
        dg_gemm(false, true, (int)together, units, inputs, in + (size_t)i * (size_t)inputs,
                inputs, weights, inputs, 0, out + (size_t)i * (size_t)units, units);
    dg_vec_loops->bias(pass->samples, layer->out.channels, params + layer->at[DG_ROLE_BIAS],
                       layer->relu, out);
}

static void backward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                     const dg_real *in, const dg_real *out, const void *keep, dg_real *dout,
                     dg_real *din, dg_real *dparams)
{
    const int inputs = (int)dg_shape_count(layer->in), units = (int)layer->out.channels;
    const int samples = (int)pass->samples;
    if (layer->relu)
        dg_vec_loops->relu_back((size_t)samples * layer->out.channels, out, dout);
    memset(dparams + layer->at[DG_ROLE_BIAS], 0, layer->out.channels * sizeof *dparams);
    dg_vec_loops->column_sums(pass->samples, layer->out.channels, dout,
                              dparams + layer->at[DG_ROLE_BIAS]);
    dg_gemm(true, false, units, inputs, samples, dout, units, in, inputs, 0,
            dparams + layer->at[DG_ROLE_WEIGHT], inputs);
    if (din)
        dg_gemm(false, false, samples, inputs, units, dout, units,
                params + layer->at[DG_ROLE_WEIGHT], inputs, 0, din, inputs);
}

const dg_layer_type dg_layer_dense = {
    .word = "dense",
    .argument = DG_ARGUMENT_SIZE,
    .size_least = 1,
    .size_most = 65536,
    .may_end = true,
    .linear = true,
    .shape = shape,
    .needs = needs,
    .absorb = dg_layer_absorb_relu,
    .plan = plan,
    .tensors = tensors,
    .init = init,
    .forward = forward,
    .backward = backward,
};
