/* The same function with fewer layers, for prediction. */
#include "base/error.h"
#include "base/mem.h"
#include "net/plan.h"

#include <math.h>
#include <string.h>

/* Layers keep their numbers, so that tensors of both networks can be matched. */
static void drop_layers(dg_arch *arch)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < arch->count; i++) {
        const dg_layer *layer = &arch->layers[i];
        if (layer->type->only_training)
            continue;
        if (layer->type->scales && i > 0 && arch->layers[i - 1].type->linear)
            continue;
        arch->layers[kept++] = *layer;
    }
    arch->count = kept;
}

static const dg_layer *find_layer(const dg_network *network, uint32_t number)
{
    for (uint32_t i = 0; i < network->layer_count; i++)
        if (network->layers[i].number == number)
            return &network->layers[i];
    return NULL;
}

static void copy_tensors(const dg_network *from, const dg_real *params, const dg_network *to,
                         dg_real *to_params)
{
    for (uint32_t t = 0; t < to->tensor_count; t++) {
        const dg_tensor *tensor = &to->tensors[t].tensor;
        const dg_layer *source = find_layer(from, to->layers[to->tensors[t].layer].number);
        memcpy(to_params + tensor->at, params + source->at[tensor->role],
               tensor->count * sizeof *params);
    }
}

/* tensor[unit] *= gain, whatever the order in memory: units are the first index in files. */
static void scale_unit(const dg_tensor_plan *plan, uint32_t unit, dg_real gain, dg_real *tensor)
{
    for (size_t j = 0; j < plan->dims[1]; j++)
        for (size_t k = 0; k < plan->dims[2]; k++)
            for (size_t l = 0; l < plan->dims[3]; l++)
                tensor[unit * plan->strides[0] + j * plan->strides[1] + k * plan->strides[2] +
                       l * plan->strides[3]] *= gain;
}

static void fold_batchnorm(const dg_layer *norm, const dg_real *norm_params,
                           const dg_tensor_place *weight, const dg_layer *layer, dg_real *params)
{
    dg_real *bias = params + layer->at[DG_ROLE_BIAS];
    for (uint32_t u = 0; u < layer->size; u++) {
        const dg_real variance = norm_params[norm->at[DG_ROLE_VARIANCE] + u];
        const dg_real gain = norm_params[norm->at[DG_ROLE_WEIGHT] + u] /
                             (dg_real)sqrt((double)(variance + DG_BATCHNORM_EPSILON));
        scale_unit(&weight->plan, u, gain, params + weight->tensor.at);
        bias[u] = (bias[u] - norm_params[norm->at[DG_ROLE_MEAN] + u]) * gain +
                  norm_params[norm->at[DG_ROLE_BIAS] + u];
    }
}

static void fold_batchnorms(const dg_network *from, const dg_real *params, const dg_network *to,
                            dg_real *to_params)
{
    for (uint32_t t = 0; t < to->tensor_count; t++) {
        const dg_tensor_place *place = &to->tensors[t];
        const dg_layer *layer = &to->layers[place->layer];
        const dg_layer *next = find_layer(from, layer->number + 1);
        if (place->tensor.role == DG_ROLE_WEIGHT && layer->type->linear && next &&
            next->type->scales)
            fold_batchnorm(next, params, place, layer, to_params);
    }
}

digit_status dg_network_fold(const dg_network *network, const dg_real *params,
                             dg_network **folded, dg_real **folded_params)
{
    dg_arch arch;
    dg_network *lean = NULL;
    digit_status status = dg_arch_parse(network->architecture, &arch);
    if (status != DIGIT_OK)
        return status;
    drop_layers(&arch);
    status = dg_plan_network(&arch, network->architecture, &lean);
    if (status != DIGIT_OK)
        return status;
    dg_real *lean_params = dg_alloc_zero(lean->params, sizeof *lean_params);
    if (!lean_params) {
        status = dg_fail_memory("weights for prediction", lean->params * sizeof *lean_params);
        dg_network_free(lean);
        return status;
    }
    copy_tensors(network, params, lean, lean_params);
    fold_batchnorms(network, params, lean, lean_params);
    *folded = lean;
    *folded_params = lean_params;
    return DIGIT_OK;
}
