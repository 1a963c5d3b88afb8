#include "train/fingerprint.h"

#include <math.h>
#include <string.h>

/* FNV-1a, a word at a time. */
static uint64_t mix(uint64_t hash, uint64_t fact)
{
    return (hash ^ fact) * 0x100000001B3u;
}

static uint64_t mix_params(uint64_t hash, const dg_network *network, const dg_real *params)
{
    const size_t count = dg_network_params(network);
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = 0;
        memcpy(&bits, &params[i], sizeof bits);
        hash = mix(hash, bits);
    }
    return hash;
}

static uint64_t mix_teachers(uint64_t hash, const dg_train_job *job)
{
    const dg_teachers *teachers = job->teachers;
    if (!teachers)
        return hash;
    hash = mix(hash, (uint64_t)llround((double)job->options->teacher_share * 1e12));
    for (uint32_t i = 0; i < teachers->count; i++) {
        const dg_teacher *teacher = &teachers->items[i];
        hash = mix(hash, (uint64_t)llround(teacher->temperature * 1e12));
        hash = mix_params(hash, teacher->network, teacher->params);
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
    hash = mix_teachers(hash, job);
    return mix_params(hash, job->snapshot->network, job->snapshot->params);
}

uint64_t dg_fingerprint_now(const dg_train_job *job)
{
    const dg_training_state *state = job->snapshot->training;
    return mix_params(mix(state->fingerprint, state->step), job->snapshot->network,
                      job->snapshot->params);
}

uint64_t dg_fingerprint_ranks(const dg_train_job *job)
{
    const digit_train_options *o = job->options;
    uint64_t hash = mix(dg_fingerprint_now(job), o->checkpoint != NULL);
    hash = mix(hash, o->checkpoint_interval);
    return mix(hash, o->validation ? dg_dataset_digest(o->validation) : 0);
}
