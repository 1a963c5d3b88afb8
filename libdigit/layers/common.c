/* What several types of layer have in common. */
#include "layers/layer.h"

#include <math.h>

bool dg_layer_same_shape(dg_layer *layer)
{
    layer->out = layer->in;
    return true;
}

dg_tensor_plan dg_layer_vector(dg_role role, uint32_t count)
{
    return (dg_tensor_plan){
        .role = role,
        .rank = 1,
        .shape = {count},
        .dims = {count, 1, 1, 1},
        .strides = {1},
    };
}

void dg_layer_init_uniform(dg_rng *rng, size_t count, size_t fan_in, size_t fan_out,
                           dg_real *weights)
{
    const float limit = sqrtf(6.0f / (float)(fan_in + fan_out));
    for (size_t i = 0; i < count; i++)
        weights[i] = limit * (2 * dg_rng_unit(rng) - 1);
}
