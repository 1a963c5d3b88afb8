#include "net/network.h"

#include "math/blas.h"
#include "math/vec.h"
#include "net/plan.h"
#include "net/workspace.h"

#include <string.h>

digit_status dg_network_create(const char *architecture, dg_network **out)
{
    dg_arch arch;
    char text[DG_ARCH_TEXT_MAX];
    const digit_status status = dg_arch_parse(architecture, &arch);
    if (status != DIGIT_OK)
        return status;
    dg_arch_print(&arch, text);
    return dg_plan_network(&arch, text, out);
}

const char *dg_network_architecture(const dg_network *network)
{
    return network->architecture;
}

uint64_t dg_network_parameters(const dg_network *network)
{
    return network->parameters;
}

uint64_t dg_network_ops(const dg_network *network)
{
    return network->ops;
}

size_t dg_network_params(const dg_network *network)
{
    return network->params;
}

uint32_t dg_network_logits(const dg_network *network)
{
    return network->layers[network->layer_count - 1].out.channels;
}

bool dg_network_reads_lines(const dg_network *network)
{
    return network->arch.line;
}

digit_status dg_network_resize(const dg_network *network, uint32_t columns, dg_network **out)
{
    dg_arch arch = network->arch;
    arch.input.columns = columns;
    return dg_plan_network(&arch, network->architecture, out);
}

dg_shape dg_network_sample(const dg_network *network)
{
    return network->sample;
}

uint32_t dg_network_outputs(const dg_network *network)
{
    return network->layers[network->layer_count - 1].out.columns;
}

uint32_t dg_network_step(const dg_network *network)
{
    return network->step;
}

bool dg_network_wants_large_shards(const dg_network *network)
{
    for (uint32_t i = 0; i < network->layer_count; i++)
        if (network->layers[i].type->scales)
            return true;
    return false;
}

void dg_network_init(const dg_network *network, uint64_t seed, dg_real *params)
{
    for (size_t i = 0; i < network->params; i++)
        params[i] = 0;
    for (uint32_t i = 0; i < network->layer_count; i++) {
        const dg_layer *layer = &network->layers[i];
        dg_rng rng;
        dg_rng_init(&rng, seed, DG_RNG_WEIGHTS, layer->number);
        if (layer->type->init)
            layer->type->init(layer, &rng, params);
    }
}

/* bytes[samples][rows][columns] -> in, with the margin of a line. */
static void load_samples(const dg_network *network, uint32_t samples, const uint8_t *bytes,
                         dg_real *in)
{
    const uint32_t columns = network->sample.columns, wide = network->input.columns;
    if (wide == columns) {
        dg_vec_loops->scale_bytes(samples * dg_shape_count(network->sample), bytes, in);
        return;
    }
    memset(in, 0, samples * dg_shape_count(network->input) * sizeof *in);
    in += network->before;
    for (size_t row = 0; row < (size_t)samples * network->sample.rows; row++)
        dg_vec_loops->scale_bytes(columns, bytes + row * columns, in + row * wide);
}

dg_real *dg_network_forward(const dg_network *network, const dg_real *params,
                            const uint8_t *samples, const dg_pass *pass,
                            dg_workspace *workspace)
{
    dg_pass here = *pass;
    const dg_real *in = workspace->in;
    here.scratch = workspace->scratch;
    load_samples(network, pass->samples, samples, workspace->in);
    dg_blas_enter();
    for (uint32_t i = 0; i < network->layer_count; i++) {
        const dg_layer *layer = &network->layers[i];
        layer->type->forward(layer, &here, params, in, workspace->out[i], workspace->keep[i]);
        in = workspace->out[i];
    }
    dg_blas_leave();
    return workspace->out[network->layer_count - 1];
}

void dg_network_backward(const dg_network *network, const dg_real *params, const dg_pass *pass,
                         dg_workspace *workspace, dg_real *dparams)
{
    dg_pass here = *pass;
    dg_real *dout = workspace->out[network->layer_count - 1];
    here.scratch = workspace->scratch;
    dg_blas_enter();
    for (uint32_t i = network->layer_count; i-- > 0;) {
        const dg_layer *layer = &network->layers[i];
        const dg_real *in = i > 0 ? workspace->out[i - 1] : workspace->in;
        dg_real *din = layer->first ? NULL : workspace->turns[i % 2];
        layer->type->backward(layer, &here, params, in, workspace->out[i], workspace->keep[i],
                              dout, din, dparams);
        if (!din)
            break; /* nothing in front of it learns */
        dout = din;
    }
    dg_blas_leave();
}
