/* From words to a plan: shapes forward, what is really needed backward, then places. */
#include "net/plan.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"

#include <stdio.h>
#include <string.h>

/* What one network may ask for. A model file of 256 MiB holds so many numbers and its header. */
#define NUMBERS_MOST 67000000u
#define OUTPUT_MOST ((uint64_t)1 << 20)
#define SCRATCH_MOST ((uint64_t)1 << 24)
#define SIDE_MOST 65536u /* of a tensor in a model file */

/* Columns of a line, with its margin: the widest one that the reader asks for must be within the
 * limits. */
#define PROBE 1280u
#define STEP_MOST 16 /* columns from one output to the next: digits are some 20 wide */

#define REALS_A_LINE (DG_ALIGNMENT / sizeof(dg_real))

static digit_status set_shapes(dg_network *network)
{
    dg_shape shape = network->input;
    for (uint32_t i = 0; i < network->layer_count; i++) {
        dg_layer *layer = &network->layers[i];
        layer->in = shape;
        if (!layer->type->shape(layer))
            return dg_fail(DIGIT_ERR_ARGUMENT,
                           "architecture: layer %u (%s) does not fit its input of %ux%u",
                           layer->number, layer->type->word, shape.rows, shape.columns);
        shape = layer->out;
        if (dg_shape_count(shape) > OUTPUT_MOST)
            return dg_fail(DIGIT_ERR_LIMIT,
                           "architecture: layer %u (%s) gives more than %llu numbers",
                           layer->number, layer->type->word, (unsigned long long)OUTPUT_MOST);
    }
    return DIGIT_OK;
}

/* A pool that rounds down leaves its last row and column of input unused: go back from
 * the end and keep of every output only what the next layer reads. */
static void crop_shapes(dg_network *network)
{
    for (uint32_t i = network->layer_count; i-- > 0;) {
        dg_layer *layer = &network->layers[i];
        if (i + 1 < network->layer_count)
            layer->out = network->layers[i + 1].in;
        layer->in = layer->type->needs ? layer->type->needs(layer, layer->out) : layer->out;
    }
}

/* The sample itself always has its full size, and so has what layers make of it that work
 * number by number. A layer behind them just reads less than there is. */
static void keep_full_sample(dg_network *network)
{
    dg_shape shape = network->input;
    for (uint32_t i = 0; i < network->layer_count; i++) {
        dg_layer *layer = &network->layers[i];
        layer->in = shape;
        if (layer->type->needs)
            return;
        layer->out = shape;
    }
}

/* Columns of the input from one output to the next. */
static uint32_t step_of(const dg_network *network)
{
    uint32_t step = 1;
    for (uint32_t i = 0; i < network->layer_count; i++) {
        const dg_layer *layer = &network->layers[i];
        if (layer->type->argument == DG_ARGUMENT_FILTERS)
            step *= layer->stride;
        if (layer->type->argument == DG_ARGUMENT_WINDOW)
            step *= layer->window.columns;
    }
    return step;
}

/*
 * Windows that lie inside of their input cost columns at both ends of a line. It gets as many of
 * background as give one output for every `step` of its own columns, each above the middle of
 * them. How many that is, a wide line tells.
 */
static digit_status set_margin(dg_network *network)
{
    const uint32_t columns = network->sample.columns, step = step_of(network);
    const uint32_t outputs = (columns + step - 1) / step;
    network->input.columns = PROBE;
    const digit_status status = step <= STEP_MOST
                                    ? set_shapes(network)
                                    : dg_fail(DIGIT_ERR_LIMIT,
                                              "architecture: an output for %u columns; %d at most",
                                              step, STEP_MOST);
    if (status != DIGIT_OK)
        return status;
    crop_shapes(network);
    const dg_layer *last = &network->layers[network->layer_count - 1];
    const uint32_t seen = network->layers[0].in.columns - (last->out.columns - 1) * step;
    if (last->out.rows != 1)
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: a line must end in 1 row, not %u",
                       last->out.rows);
    network->step = step;
    network->before = seen > step ? (seen - step) / 2 : 0;
    network->input.columns = dg_max_u32(seen + (outputs - 1) * step, network->before + columns);
    return DIGIT_OK;
}

static void absorb_layers(dg_network *network)
{
    uint32_t kept = 0;
    for (uint32_t i = 1; i < network->layer_count; i++) {
        dg_layer *layer = &network->layers[kept];
        const dg_layer *next = &network->layers[i];
        if (layer->type->absorb && layer->type->absorb(layer, next))
            continue;
        network->layers[++kept] = *next;
    }
    network->layer_count = kept + 1;
}

static digit_status plan_memory(dg_network *network)
{
    bool trained_before = false;
    for (uint32_t i = 0; i < network->layer_count; i++) {
        dg_layer *layer = &network->layers[i];
        if (layer->type->plan)
            layer->type->plan(layer);
        if (layer->scratch > SCRATCH_MOST)
            return dg_fail(DIGIT_ERR_LIMIT, "architecture: layer %u (%s) needs %zu MiB of scratch",
                           layer->number, layer->type->word,
                           layer->scratch * sizeof(dg_real) >> 20);
        layer->first = !trained_before;
        trained_before = trained_before || layer->type->tensors;
        network->ops += layer->ops;
        if (layer->scratch > network->scratch)
            network->scratch = layer->scratch;
        if (dg_shape_count(layer->out) > network->widest)
            network->widest = dg_shape_count(layer->out);
    }
    return DIGIT_OK;
}

static bool is_trained(dg_role role)
{
    return role == DG_ROLE_WEIGHT || role == DG_ROLE_BIAS;
}

static void name_tensor(const dg_layer *layer, const dg_tensor_plan *plan, dg_tensor *tensor)
{
    static const char *const roles[DG_ROLES] = {"weight", "bias", "running_mean", "running_var"};
    *tensor = (dg_tensor){.rank = plan->rank, .count = 1, .role = plan->role};
    snprintf(tensor->name, sizeof tensor->name, "%u.%s", layer->number, roles[plan->role]);
    for (uint32_t d = 0; d < plan->rank; d++) {
        tensor->shape[d] = plan->shape[d];
        tensor->count *= plan->shape[d];
    }
}

static digit_status list_tensors(dg_network *network)
{
    uint64_t numbers = 0;
    for (uint32_t i = 0; i < network->layer_count; i++) {
        const dg_layer *layer = &network->layers[i];
        dg_tensor_plan plans[DG_ROLES];
        const uint32_t count = layer->type->tensors ? layer->type->tensors(layer, plans) : 0;
        for (uint32_t t = 0; t < count; t++) {
            dg_tensor_place *place = &network->tensors[network->tensor_count++];
            place->plan = plans[t];
            place->layer = i;
            name_tensor(layer, &plans[t], &place->tensor);
            for (uint32_t d = 0; d < place->tensor.rank; d++)
                if (place->tensor.shape[d] > SIDE_MOST)
                    return dg_fail(DIGIT_ERR_LIMIT,
                                   "architecture: %s has a side of %u, more than %u",
                                   place->tensor.name, place->tensor.shape[d], SIDE_MOST);
            if (is_trained(plans[t].role))
                network->parameters += place->tensor.count;
            numbers += place->tensor.count;
            if (numbers > NUMBERS_MOST)
                return dg_fail(DIGIT_ERR_LIMIT, "architecture: more than %u weights",
                               NUMBERS_MOST);
        }
    }
    return DIGIT_OK;
}

/* Trained parameters lie in front of running statistics. */
static void place_tensors(dg_network *network, bool trained)
{
    for (uint32_t t = 0; t < network->tensor_count; t++) {
        dg_tensor_place *place = &network->tensors[t];
        if (is_trained(place->tensor.role) != trained)
            continue;
        place->tensor.at = network->params;
        network->layers[place->layer].at[place->tensor.role] = network->params;
        network->params +=
            (place->tensor.count + REALS_A_LINE - 1) / REALS_A_LINE * REALS_A_LINE;
    }
}

digit_status dg_plan_network(const dg_arch *arch, const char *architecture, dg_network **out)
{
    dg_network *network = dg_alloc_zero(1, sizeof *network);
    if (!network)
        return dg_fail_memory("a network's plan", sizeof *network);
    snprintf(network->architecture, sizeof network->architecture, "%s", architecture);
    network->arch = *arch;
    network->sample = network->input = arch->input;
    memcpy(network->layers, arch->layers, sizeof network->layers);
    network->layer_count = arch->count;

    digit_status status = arch->line ? set_margin(network) : DIGIT_OK;
    if (status == DIGIT_OK)
        status = set_shapes(network);
    if (status == DIGIT_OK) {
        crop_shapes(network);
        keep_full_sample(network);
        absorb_layers(network);
        status = plan_memory(network);
    }
    if (status == DIGIT_OK)
        status = list_tensors(network);
    if (status != DIGIT_OK) {
        dg_network_free(network);
        return status;
    }
    place_tensors(network, true);
    place_tensors(network, false);
    *out = network;
    return DIGIT_OK;
}

void dg_network_free(dg_network *network)
{
    dg_free(network);
}
