#include "train/fingerprint.h"

#include <math.h>
#include <string.h>

/* FNV-1a, a word at a time. */
static uint64_t mix(uint64_t hash, uint64_t fact)
{
    return (hash ^ fact) * 0x100000001B3u;
}

static uint64_t mix_params(uint64_t hash, const dg_snapshot *snapshot)
{
    const size_t params = dg_network_params(snapshot->network);
    for (size_t i = 0; i < params; i++) {
        uint32_t bits = 0;
        memcpy(&bits, &snapshot->params[i], sizeof bits);
        hash = mix(hash, bits);
    }
    return hash;
}

uint64_t dg_fingerprint_start(const dg_train_job *job)
{
    const digit_train_options *o = job->options;
    const uint64_t facts[] = {
        o->batch,
        o->epochs,
        o->schedule,
        o->seed,
        (uint64_t)llround((double)o->learning_rate * 1e12),
        (uint64_t)llround((double)o->weight_decay * 1e12),
        (uint64_t)llround((double)o->augment * 1e12),
        (uint64_t)llround((double)o->label_smoothing * 1e12),
        (uint64_t)llround((double)o->average * 1e12),
        (uint64_t)llround((double)o->pull * 1e12),
        job->dataset->count,
        dg_dataset_digest(job->dataset),
    };
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        hash = mix(hash, facts[i]);
    for (const char *c = dg_network_architecture(job->snapshot->network); *c; c++)
        hash = mix(hash, (unsigned char)*c);
    return mix_params(hash, job->snapshot);
}

uint64_t dg_fingerprint_now(const dg_train_job *job)
{
    const dg_training_state *state = job->snapshot->training;
    return mix_params(mix(state->fingerprint, state->step), job->snapshot);
}

uint64_t dg_fingerprint_ranks(const dg_train_job *job)
{
    const digit_train_options *o = job->options;
    uint64_t hash = mix(dg_fingerprint_now(job), o->checkpoint != NULL);
    hash = mix(hash, o->checkpoint_interval);
    return mix(hash, o->validation ? dg_dataset_digest(o->validation) : 0);
}
