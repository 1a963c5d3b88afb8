/*
 * batchnorm: each channel brought to mean 0 and variance 1, then scaled and shifted
 * (Ioffe and Szegedy, "Batch normalization", ICML 2015). While training it normalises
 * over its own shard ("ghost batch", Hoffer et al., "Train longer, generalize better",
 * NIPS 2017), so results do not depend on threads; predicting, by running statistics.
 * Behind conv or dense it is folded into their weights for prediction. A relu behind it is
 * done here, in the same pass.
 */
#include "layers/layer.h"
#include "math/vec.h"

#include <math.h>
#include <string.h>

/* keep_shard holds mean[channels], then 1/deviation[channels]. */

static size_t rows_of(const dg_layer *layer, const dg_pass *pass)
{
    return (size_t)pass->samples * layer->in.rows * layer->in.columns;
}

/* What one row counts for in a mean. */
static dg_real share_of(size_t rows)
{
    return rows > 0 ? (dg_real)1 / (dg_real)rows : 0;
}

static void plan(dg_layer *layer)
{
    layer->keep_shard = 2 * (size_t)layer->in.channels * sizeof(dg_real);
    layer->scratch = 4 * (size_t)layer->in.channels;
}

static uint32_t tensors(const dg_layer *layer, dg_tensor_plan tensors[DG_ROLES])
{
    for (int role = 0; role < DG_ROLES; role++)
        tensors[role] = dg_layer_vector((dg_role)role, layer->in.channels);
    return DG_ROLES;
}

static void init(const dg_layer *layer, dg_rng *rng, dg_real *params)
{
    for (uint32_t c = 0; c < layer->in.channels; c++) {
        params[layer->at[DG_ROLE_WEIGHT] + c] = 1;
        params[layer->at[DG_ROLE_VARIANCE] + c] = 1;
    }
}

static dg_real inverse_deviation(dg_real variance)
{
    return 1 / (dg_real)sqrt((double)(variance + DG_BATCHNORM_EPSILON));
}

/* in[rows][channels] -> mean[channels], inverse[channels] = 1/sqrt(variance + epsilon) */
static void measure(size_t rows, uint32_t channels, const dg_real *in, dg_real *mean,
                    dg_real *inverse)
{
    const dg_real share = share_of(rows);
    memset(mean, 0, channels * sizeof *mean);
    memset(inverse, 0, channels * sizeof *inverse);
    dg_vec_loops->column_sums(rows, channels, in, mean);
    for (uint32_t c = 0; c < channels; c++)
        mean[c] *= share;
    dg_vec_loops->square_sums(rows, channels, in, mean, inverse);
    for (uint32_t c = 0; c < channels; c++)
        inverse[c] = inverse_deviation(inverse[c] * share);
}

static void recall(const dg_layer *layer, const dg_real *params, dg_real *mean, dg_real *inverse)
{
    for (uint32_t c = 0; c < layer->in.channels; c++) {
        mean[c] = params[layer->at[DG_ROLE_MEAN] + c];
        inverse[c] = inverse_deviation(params[layer->at[DG_ROLE_VARIANCE] + c]);
    }
}

static void forward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                    const dg_real *in, dg_real *out, void *keep)
{
    const uint32_t channels = layer->in.channels;
    const size_t rows = rows_of(layer, pass);
    const dg_real *weight = params + layer->at[DG_ROLE_WEIGHT];
    const dg_real *bias = params + layer->at[DG_ROLE_BIAS];
    dg_real *gain = pass->scratch, *shift = gain + channels;
    dg_real *mean = pass->training ? keep : shift + channels, *inverse = mean + channels;
    if (pass->training)
        measure(rows, channels, in, mean, inverse);
    else
        recall(layer, params, mean, inverse);
    for (uint32_t c = 0; c < channels; c++) {
        gain[c] = inverse[c] * weight[c];
        shift[c] = bias[c] - mean[c] * gain[c];
    }
    dg_vec_loops->affine(rows, channels, in, gain, shift, layer->relu, out);
}

/* This shard's statistics, where the optimizer mixes them into the running ones: a short
 * shard's are moved towards those by what it lacks. The variance is the unbiased estimate,
 * as in PyTorch. */
static void leave_statistics(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                             const dg_real *mean, const dg_real *inverse, dg_real *dparams)
{
    const size_t rows = rows_of(layer, pass);
    const dg_real unbias = rows > 1 ? (dg_real)rows / (dg_real)(rows - 1) : 1;
    const dg_real share = pass->samples < pass->full
                              ? (dg_real)pass->samples / (dg_real)pass->full
                              : 1;
    for (uint32_t c = 0; c < layer->in.channels; c++) {
        const size_t m = layer->at[DG_ROLE_MEAN] + c, v = layer->at[DG_ROLE_VARIANCE] + c;
        const dg_real spread = 1 / (inverse[c] * inverse[c]) - DG_BATCHNORM_EPSILON;
        const dg_real variance = (spread > 0 ? spread : 0) * unbias;
        dparams[m] = params[m] + share * (mean[c] - params[m]);
        dparams[v] = params[v] + share * (variance - params[v]);
    }
}

/* With n = (x - mean) / deviation: dx = gain / deviation * (d - mean of d - n * mean of d n),
 * which is one factor of d, one of x and a constant a channel. */
static void backward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                     const dg_real *in, const dg_real *out, const void *keep, dg_real *dout,
                     dg_real *din, dg_real *dparams)
{
    const uint32_t channels = layer->in.channels;
    const size_t rows = rows_of(layer, pass);
    const dg_real share = share_of(rows);
    const dg_real *mean = keep, *inverse = mean + channels;
    const dg_real *weight = params + layer->at[DG_ROLE_WEIGHT];
    dg_real *dweight = dparams + layer->at[DG_ROLE_WEIGHT];
    dg_real *dbias = dparams + layer->at[DG_ROLE_BIAS];
    dg_real *a = pass->scratch, *b = a + channels, *c = b + channels;
    if (layer->relu)
        dg_vec_loops->relu_back(rows * channels, out, dout);
    memset(dweight, 0, channels * sizeof *dweight);
    memset(dbias, 0, channels * sizeof *dbias);
    dg_vec_loops->product_sums(rows, channels, dout, in, mean, dweight);
    dg_vec_loops->column_sums(rows, channels, dout, dbias);
    for (uint32_t i = 0; i < channels; i++) {
        dweight[i] *= inverse[i];
        a[i] = weight[i] * inverse[i];
        b[i] = -a[i] * share * dweight[i] * inverse[i];
        c[i] = -a[i] * share * dbias[i] - b[i] * mean[i];
    }
    leave_statistics(layer, pass, params, mean, inverse, dparams);
    if (din)
        dg_vec_loops->mix(rows, channels, dout, in, a, b, c, din);
}

const dg_layer_type dg_layer_batchnorm = {
    .word = "batchnorm",
    .scales = true,
    .shape = dg_layer_same_shape,
    .absorb = dg_layer_absorb_relu,
    .plan = plan,
    .tensors = tensors,
    .init = init,
    .forward = forward,
    .backward = backward,
};
