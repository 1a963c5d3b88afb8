#include "net/optimizer.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "math/vec.h"

#include <math.h>
#include <string.h>

#define PIECE_MOST ((size_t)1 << 14) /* reals: the arrays of one piece fit a core's cache */

/* Adam's constants, as Kingma and Ba propose; epsilon as in Keras. */
#define DECAY_FIRST 0.9
#define DECAY_SECOND 0.999
#define EPSILON 1e-7

/* Share of a shard in the running statistics, as PyTorch. */
#define STATISTICS_SHARE 0.1

typedef struct piece {
    size_t at, count;
    size_t packed;   /* place among the statistics */
    bool statistics; /* running mean or variance: watched, not moved by gradients */
    bool decays;
} piece;

struct dg_optimizer {
    size_t statistics;
    uint32_t count;
    piece pieces[];
};

/* Fills pieces[] unless NULL; returns how many there are. */
static uint32_t cut(const dg_network *network, piece *pieces)
{
    uint32_t count = 0;
    for (size_t t = 0; t < dg_network_tensor_count(network); t++) {
        const dg_tensor tensor = dg_network_tensor(network, t);
        for (size_t done = 0; done < tensor.count; done += PIECE_MOST, count++) {
            if (!pieces)
                continue;
            pieces[count] = (piece){
                .at = tensor.at + done,
                .count = dg_min_size(tensor.count - done, PIECE_MOST),
                .statistics = tensor.role == DG_ROLE_MEAN || tensor.role == DG_ROLE_VARIANCE,
                .decays = tensor.role == DG_ROLE_WEIGHT && tensor.rank > 1,
            };
        }
    }
    return count;
}

digit_status dg_optimizer_create(const dg_network *network, dg_optimizer **out)
{
    const uint32_t count = cut(network, NULL);
    const size_t size = sizeof(dg_optimizer) + count * sizeof(piece);
    dg_optimizer *optimizer = dg_alloc_zero(1, size);
    if (!optimizer)
        return dg_fail_memory("the optimizer", size);
    optimizer->count = cut(network, optimizer->pieces);
    for (uint32_t i = 0; i < count; i++) {
        piece *p = &optimizer->pieces[i];
        p->packed = optimizer->statistics;
        optimizer->statistics += p->statistics ? p->count : 0;
    }
    *out = optimizer;
    return DIGIT_OK;
}

void dg_optimizer_free(dg_optimizer *optimizer)
{
    dg_free(optimizer);
}

uint32_t dg_optimizer_pieces(const dg_optimizer *optimizer)
{
    return optimizer->count;
}

size_t dg_optimizer_statistics(const dg_optimizer *optimizer)
{
    return optimizer->statistics;
}

static void add_shards(const piece *p, const dg_update *u)
{
    for (uint32_t apart = 1; apart < u->shards; apart *= 2)
        for (uint32_t s = 0; s + apart < u->shards; s += 2 * apart)
            dg_vec_loops->add(p->count, u->gradients[s + apart] + p->at, u->gradients[s] + p->at);
}

/* Early on the weights still move fast: the average follows faster, too. */
static double average_decay(const dg_update *u)
{
    return dg_min_f64(u->average, (1.0 + (double)u->step) / (10.0 + (double)u->step));
}

/* Back towards where training began ("L2-SP": Li, Grandvalet and Davoine, "Explicit inductive
 * bias for transfer learning", ICML 2018), decoupled from Adam as weight decay is. */
static void pull_back(const piece *p, const dg_update *u)
{
    const dg_real part = (dg_real)dg_min_f64(u->rate * u->pull, 1);
    for (size_t i = p->at; i < p->at + p->count; i++)
        u->params[i] += part * (u->origin[i] - u->params[i]);
}

/* Of a model that shall stay what it was, the statistics stay. */
static void update_statistics(const dg_optimizer *optimizer, const piece *p, const dg_update *u)
{
    const dg_real keep = (dg_real)average_decay(u);
    dg_real *running = u->params + p->at;
    if (u->pull > 0)
        return;
    for (uint32_t s = 0; s < u->shards; s++) {
        const dg_real *shard = u->statistics
                                   ? u->statistics + s * optimizer->statistics + p->packed
                                   : u->gradients[s] + p->at;
        for (size_t i = 0; i < p->count; i++)
            running[i] += (dg_real)STATISTICS_SHARE * (shard[i] - running[i]);
    }
    if (u->average > 0)
        for (size_t i = p->at; i < p->at + p->count; i++)
            u->averaged[i] += (1 - keep) * (u->params[i] - u->averaged[i]);
}

static dg_adam_factors adam_factors(const piece *p, const dg_update *u)
{
    const double step = (double)u->step;
    const double correction = sqrt(1 - pow(DECAY_SECOND, step)) / (1 - pow(DECAY_FIRST, step));
    return (dg_adam_factors){
        .rate = (dg_real)(u->rate * correction),
        .decay1 = (dg_real)DECAY_FIRST,
        .decay2 = (dg_real)DECAY_SECOND,
        .epsilon = (dg_real)EPSILON,
        .shrink = (dg_real)(p->decays ? 1 - u->rate * u->weight_decay : 1),
        .average = (dg_real)(u->average > 0 ? average_decay(u) : 0),
    };
}

void dg_optimizer_update(const dg_optimizer *optimizer, uint32_t index, const dg_update *u)
{
    const piece *p = &optimizer->pieces[index];
    if (p->statistics) {
        update_statistics(optimizer, p, u);
        return;
    }
    const dg_adam_factors factors = adam_factors(p, u);
    if (!u->statistics)
        add_shards(p, u);
    if (u->pull > 0)
        pull_back(p, u);
    dg_vec_loops->adam(p->count, &factors, u->gradients[0] + p->at, u->params + p->at,
                       u->first + p->at, u->second + p->at, u->averaged + p->at);
}

void dg_optimizer_add(const dg_optimizer *optimizer, uint32_t index, const dg_update *u)
{
    const piece *p = &optimizer->pieces[index];
    if (!p->statistics)
        add_shards(p, u);
}

void dg_optimizer_pack(const dg_optimizer *optimizer, const dg_real *gradient, dg_real *packed)
{
    for (uint32_t i = 0; i < optimizer->count; i++) {
        const piece *p = &optimizer->pieces[i];
        if (p->statistics)
            memcpy(packed + p->packed, gradient + p->at, p->count * sizeof *packed);
    }
}
