/*
 * batchnorm: each channel brought to mean 0 and variance 1, then scaled and shifted
 * (Ioffe and Szegedy, "Batch normalization", ICML 2015). While training it normalises
 * over its own shard ("ghost batch", Hoffer et al., "Train longer, generalize better",
 * NIPS 2017), so results do not depend on threads; predicting, by running statistics.
 * Behind conv or dense it is folded into their weights for prediction.
 */
#include "layers/layer.h"

#include <math.h>
#include <string.h>

/* keep_shard holds mean[channels], then 1/deviation[channels]. */

static size_t rows_of(const dg_layer *layer, const dg_pass *pass)
{
    return (size_t)pass->samples * layer->in.rows * layer->in.columns;
}

static void plan(dg_layer *layer)
{
    layer->keep_shard = 2 * (size_t)layer->in.channels * sizeof(dg_real);
    layer->scratch = 2 * (size_t)layer->in.channels;
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

/* in[rows][channels] -> mean[channels], inverse[channels] = 1/sqrt(variance + epsilon) */
static void measure(size_t rows, uint32_t channels, const dg_real *in, dg_real *mean,
                    dg_real *inverse)
{
    const dg_real share = (dg_real)1 / (dg_real)rows;
    memset(mean, 0, channels * sizeof *mean);
    memset(inverse, 0, channels * sizeof *inverse);
    for (size_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < channels; c++)
            mean[c] += in[r * channels + c] * share;
    for (size_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < channels; c++) {
            const dg_real off = in[r * channels + c] - mean[c];
            inverse[c] += off * off * share;
        }
    }
    for (uint32_t c = 0; c < channels; c++)
        inverse[c] = 1 / (dg_real)sqrt((double)(inverse[c] + DG_BATCHNORM_EPSILON));
}

static void forward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                    const dg_real *in, dg_real *out, void *keep)
{
    const uint32_t channels = layer->in.channels;
    const size_t rows = rows_of(layer, pass);
    dg_real *mean = pass->training ? keep : pass->scratch, *inverse = mean + channels;
    if (pass->training) {
        measure(rows, channels, in, mean, inverse);
    } else {
        memcpy(mean, params + layer->at[DG_ROLE_MEAN], channels * sizeof *mean);
        for (uint32_t c = 0; c < channels; c++)
            inverse[c] =
                1 / (dg_real)sqrt((double)(params[layer->at[DG_ROLE_VARIANCE] + c] + DG_BATCHNORM_EPSILON));
    }
    const dg_real *gain = params + layer->at[DG_ROLE_WEIGHT];
    const dg_real *shift = params + layer->at[DG_ROLE_BIAS];
    for (size_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < channels; c++)
            out[r * channels + c] =
                (in[r * channels + c] - mean[c]) * inverse[c] * gain[c] + shift[c];
}

/* sums of dout and of dout times the normalised input, a channel */
static void gradient_sums(size_t rows, uint32_t channels, const dg_real *in, const dg_real *dout,
                          const dg_real *mean, const dg_real *inverse, dg_real *dgain,
                          dg_real *dshift)
{
    memset(dgain, 0, channels * sizeof *dgain);
    memset(dshift, 0, channels * sizeof *dshift);
    for (size_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < channels; c++) {
            const dg_real d = dout[r * channels + c];
            dgain[c] += d * (in[r * channels + c] - mean[c]) * inverse[c];
            dshift[c] += d;
        }
    }
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

static void backward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                     const dg_real *in, const dg_real *out, const void *keep, dg_real *dout,
                     dg_real *din, dg_real *dparams)
{
    const uint32_t channels = layer->in.channels;
    const size_t rows = rows_of(layer, pass);
    const dg_real *mean = keep, *inverse = mean + channels;
    const dg_real *gain = params + layer->at[DG_ROLE_WEIGHT];
    dg_real *dgain = pass->scratch, *dshift = pass->scratch + channels;
    gradient_sums(rows, channels, in, dout, mean, inverse, dgain, dshift);
    for (uint32_t c = 0; c < channels; c++) {
        dparams[layer->at[DG_ROLE_WEIGHT] + c] = dgain[c];
        dparams[layer->at[DG_ROLE_BIAS] + c] = dshift[c];
    }
    leave_statistics(layer, pass, params, mean, inverse, dparams);
    if (!din)
        return;
    const dg_real share = (dg_real)1 / (dg_real)rows;
    for (size_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < channels; c++) {
            const size_t i = r * channels + c;
            const dg_real normal = (in[i] - mean[c]) * inverse[c];
            din[i] = gain[c] * inverse[c] *
                     (dout[i] - share * dshift[c] - share * dgain[c] * normal);
        }
    }
}

const dg_layer_type dg_layer_batchnorm = {
    .word = "batchnorm",
    .shape = dg_layer_same_shape,
    .plan = plan,
    .tensors = tensors,
    .init = init,
    .forward = forward,
    .backward = backward,
};
