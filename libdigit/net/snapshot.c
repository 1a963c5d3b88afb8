#include "net/snapshot.h"

#include "base/error.h"
#include "base/mem.h"

#include <string.h>

void dg_snapshot_forget_training(dg_snapshot *snapshot)
{
    if (!snapshot->training)
        return;
    dg_free(snapshot->training->first);
    dg_free(snapshot->training->second);
    dg_free(snapshot->training->average);
    dg_free(snapshot->training);
    snapshot->training = NULL;
}

void dg_snapshot_end_training(dg_snapshot *snapshot)
{
    if (!snapshot->training)
        return;
    dg_real *params = snapshot->params;
    snapshot->params = snapshot->training->average;
    snapshot->training->average = params;
    dg_snapshot_forget_training(snapshot);
}

void dg_snapshot_free(dg_snapshot *snapshot)
{
    if (!snapshot)
        return;
    dg_snapshot_forget_training(snapshot);
    dg_free(snapshot->licence);
    dg_free(snapshot->trained_on);
    dg_free(snapshot->params);
    dg_network_free(snapshot->network);
    dg_free(snapshot);
}

/* False: out of memory. */
static bool add_training(dg_snapshot *snapshot, size_t params)
{
    dg_training_state *state = dg_alloc_zero(1, sizeof *state);
    snapshot->training = state;
    if (!state)
        return false;
    state->first = dg_alloc_zero(params, sizeof *state->first);
    state->second = dg_alloc_zero(params, sizeof *state->second);
    state->average = dg_alloc_zero(params, sizeof *state->average);
    return state->first && state->second && state->average;
}

digit_status dg_snapshot_adopt(dg_network *network, bool training, dg_snapshot **out)
{
    const size_t params = dg_network_params(network);
    dg_snapshot *snapshot = dg_alloc_zero(1, sizeof *snapshot);
    if (!snapshot) {
        dg_network_free(network);
        return dg_fail_memory("a model", sizeof *snapshot);
    }
    snapshot->network = network;
    snapshot->temperature = 1;
    snapshot->preparation = DG_PREPARATION_NEWEST;
    snapshot->params = dg_alloc_zero(params, sizeof *snapshot->params);
    snapshot->trained_on = dg_copy_text("");
    snapshot->licence = dg_copy_text("");
    const bool complete = snapshot->params && snapshot->trained_on && snapshot->licence &&
                          (!training || add_training(snapshot, params));
    if (!complete) {
        dg_snapshot_free(snapshot);
        return dg_fail_memory("a model's weights", params * sizeof *snapshot->params);
    }
    *out = snapshot;
    return DIGIT_OK;
}

digit_status dg_snapshot_create(const char *architecture, bool training, dg_snapshot **out)
{
    dg_network *network = NULL;
    const digit_status status = dg_network_create(architecture, &network);
    return status == DIGIT_OK ? dg_snapshot_adopt(network, training, out) : status;
}

digit_status dg_snapshot_describe(dg_snapshot *snapshot, const char *trained_on,
                                  const char *licence)
{
    char *on = dg_copy_text(trained_on), *terms = dg_copy_text(licence);
    if (!on || !terms) {
        dg_free(on);
        dg_free(terms);
        return dg_fail_memory("a model's description", strlen(trained_on) + strlen(licence));
    }
    dg_free(snapshot->trained_on);
    dg_free(snapshot->licence);
    snapshot->trained_on = on;
    snapshot->licence = terms;
    return DIGIT_OK;
}

digit_status dg_snapshot_copy(const dg_snapshot *snapshot, bool training, dg_snapshot **out)
{
    dg_snapshot *copy = NULL;
    digit_status status =
        dg_snapshot_create(dg_network_architecture(snapshot->network), training, &copy);
    if (status != DIGIT_OK)
        return status;
    status = dg_snapshot_describe(copy, snapshot->trained_on, snapshot->licence);
    if (status != DIGIT_OK) {
        dg_snapshot_free(copy);
        return status;
    }
    memcpy(copy->params, snapshot->params,
           dg_network_params(snapshot->network) * sizeof *copy->params);
    copy->temperature = snapshot->temperature;
    copy->preparation = snapshot->preparation;
    *out = copy;
    return DIGIT_OK;
}
