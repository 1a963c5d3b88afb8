/*
 * dropout: while training, sets that many percent of its input to 0 and scales up the
 * rest (Srivastava et al., "Dropout", JMLR 15, 2014). Networks for prediction have none.
 */
#include "layers/layer.h"

#include <string.h>

static void plan(dg_layer *layer)
{
    layer->keep_sample = dg_shape_count(layer->in);
}

static dg_real scale(const dg_layer *layer)
{
    return (dg_real)100 / (dg_real)(100 - layer->size);
}

/* Numbers are named by the sample's place in the run and the layer: not by shard or thread. */
static void draw_mask(const dg_layer *layer, const dg_pass *pass, uint32_t sample, size_t count,
                      uint8_t *mask)
{
    const uint32_t threshold = (uint32_t)((uint64_t)layer->size * UINT32_MAX / 100);
    dg_rng rng;
    dg_rng_init(&rng, pass->seed, DG_RNG_DROPOUT,
                (pass->draw + sample) * 256 + layer->number);
    for (size_t i = 0; i < count; i++)
        mask[i] = dg_rng_u32(&rng) >= threshold;
}

static void forward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                    const dg_real *in, dg_real *out, void *keep)
{
    const size_t count = dg_shape_count(layer->in);
    const dg_real up = scale(layer);
    if (!pass->training) {
        memcpy(out, in, pass->samples * count * sizeof *out);
        return;
    }
    for (uint32_t s = 0; s < pass->samples; s++) {
        uint8_t *mask = (uint8_t *)keep + s * count;
        draw_mask(layer, pass, s, count, mask);
        for (size_t i = 0; i < count; i++)
            out[s * count + i] = mask[i] ? in[s * count + i] * up : 0;
    }
}

static void backward(const dg_layer *layer, const dg_pass *pass, const dg_real *params,
                     const dg_real *in, const dg_real *out, const void *keep, dg_real *dout,
                     dg_real *din, dg_real *dparams)
{
    if (!din)
        return;
    const uint8_t *mask = keep;
    const size_t count = pass->samples * dg_shape_count(layer->in);
    const dg_real up = scale(layer);
    for (size_t i = 0; i < count; i++)
        din[i] = mask[i] ? dout[i] * up : 0;
}

const dg_layer_type dg_layer_dropout = {
    .word = "dropout",
    .argument = DG_ARGUMENT_SIZE,
    .size_least = 1,
    .size_most = 99,
    .only_training = true,
    .shape = dg_layer_same_shape,
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
