/* From shards' gradients to weights: against Adam as it is printed, one number at a time. */
#include "base/mem.h"
#include "math/vec.h"
#include "net/optimizer.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <math.h>
#include <string.h>

#define ARCHITECTURE "conv 4x3 batchnorm relu maxpool 2 dense 30 relu dense 10"
#define SHARDS_MOST 7

typedef struct optimization {
    dg_network *network;
    dg_optimizer *optimizer;
    size_t params;
    dg_real *gradients[SHARDS_MOST];
    dg_update update;
} optimization;

static dg_real *reals(size_t count)
{
    dg_real *memory = dg_alloc_zero(count, sizeof *memory);
    ck_assert_ptr_nonnull(memory);
    return memory;
}

static optimization make(uint32_t shards)
{
    optimization o = {0};
    dg_vec_open();
    ck_assert_int_eq(dg_network_create(ARCHITECTURE, &o.network), DIGIT_OK);
    ck_assert_int_eq(dg_optimizer_create(o.network, &o.optimizer), DIGIT_OK);
    o.params = dg_network_params(o.network);
    for (int s = 0; s < SHARDS_MOST; s++)
        o.gradients[s] = reals(o.params);
    o.update = (dg_update){.rate = 0.01, .shards = shards, .params = reals(o.params),
                           .first = reals(o.params), .second = reals(o.params),
                           .averaged = reals(o.params)};
    dg_network_init(o.network, 3, o.update.params);
    memcpy(o.update.averaged, o.update.params, o.params * sizeof(dg_real));
    return o;
}

static void end(optimization *o)
{
    for (int s = 0; s < SHARDS_MOST; s++)
        dg_free(o->gradients[s]);
    dg_free(o->update.params);
    dg_free(o->update.first);
    dg_free(o->update.second);
    dg_free(o->update.averaged);
    dg_optimizer_free(o->optimizer);
    dg_network_free(o->network);
}

/* New gradients, then all pieces; from the last to the first, because order must not matter. */
static void step(optimization *o, uint64_t number)
{
    o->update.gradients = o->gradients;
    o->update.step = number;
    for (uint32_t s = 0; s < o->update.shards; s++)
        numbers_fill(100 * number + s, o->params, 1, o->gradients[s]);
    for (uint32_t piece = dg_optimizer_pieces(o->optimizer); piece-- > 0;)
        dg_optimizer_update(o->optimizer, piece, &o->update);
}

/* One number's history, in double. */
typedef struct scalar {
    double weight, first, second, average;
} scalar;

/* Kingma and Ba's algorithm 1 with their remark on efficiency (epsilon after correction),
 * decay of weights apart from it; the average takes part from the first update on. */
static void scalar_step(scalar *x, const dg_update *u, double gradient, bool decays)
{
    const double t = (double)u->step;
    x->first = 0.9 * x->first + 0.1 * gradient;
    x->second = 0.999 * x->second + 0.001 * gradient * gradient;
    const double rate = u->rate * sqrt(1 - pow(0.999, t)) / (1 - pow(0.9, t));
    if (decays)
        x->weight -= u->rate * u->weight_decay * x->weight;
    x->weight -= rate * x->first / (sqrt(x->second) + 1e-7);
    const double keep = fmin(u->average, (1 + t) / (10 + t));
    x->average = keep * x->average + (1 - keep) * x->weight;
}

/* Mixed in shard by shard, a tenth each. */
static void scalar_statistics(scalar *x, const dg_update *u, const double *shards)
{
    const double t = (double)u->step, keep = fmin(u->average, (1 + t) / (10 + t));
    for (uint32_t s = 0; s < u->shards; s++)
        x->weight = 0.9 * x->weight + 0.1 * shards[s];
    x->average = keep * x->average + (1 - keep) * x->weight;
}

static void check_number(optimization *o, const dg_tensor *tensor, uint64_t index)
{
    const bool watched = tensor->role == DG_ROLE_MEAN || tensor->role == DG_ROLE_VARIANCE;
    const size_t at = tensor->at + index;
    scalar x = {.weight = (double)o->update.params[at]};
    x.average = x.weight;
    for (uint64_t number = 1; number <= 5; number++) {
        double shards[SHARDS_MOST], sum = 0;
        o->update.step = number;
        for (uint32_t s = 0; s < o->update.shards; s++) {
            numbers_fill(100 * number + s, o->params, 1, o->gradients[s]);
            shards[s] = (double)o->gradients[s][at];
            sum += shards[s];
        }
        if (watched)
            scalar_statistics(&x, &o->update, shards);
        else
            scalar_step(&x, &o->update, sum, tensor->role == DG_ROLE_WEIGHT && tensor->rank > 1);
    }
    optimization again = make(o->update.shards);
    again.update.rate = o->update.rate;
    again.update.weight_decay = o->update.weight_decay;
    again.update.average = o->update.average;
    for (uint64_t number = 1; number <= 5; number++)
        step(&again, number);
    ck_assert_double_eq_tol((double)again.update.params[at], x.weight, 2e-6);
    if (o->update.average > 0)
        ck_assert_double_eq_tol((double)again.update.averaged[at], x.average, 2e-6);
    else
        ck_assert_double_eq((double)again.update.averaged[at], (double)o->update.averaged[at]);
    end(&again);
}

/* Without and with decay, averages, several shards. */
START_TEST(steps_like_adam)
{
    optimization o = make(1 + 3 * (uint32_t)(_i % 3));
    o.update.weight_decay = _i % 2 ? 0.5 : 0;
    o.update.average = _i / 2 % 2 ? 0.9 : 0;
    for (size_t t = 0; t < dg_network_tensor_count(o.network); t++) {
        const dg_tensor tensor = dg_network_tensor(o.network, t);
        check_number(&o, &tensor, 0);
        check_number(&o, &tensor, tensor.count / 2);
        check_number(&o, &tensor, tensor.count - 1);
    }
    end(&o);
}
END_TEST

/* Gaps between tensors stay 0. */
START_TEST(moves_only_tensors)
{
    optimization o = make(2);
    for (uint64_t number = 1; number <= 3; number++)
        step(&o, number);
    for (size_t t = 0; t < dg_network_tensor_count(o.network); t++) {
        const dg_tensor tensor = dg_network_tensor(o.network, t);
        memset(o.update.params + tensor.at, 0, tensor.count * sizeof(dg_real));
        memset(o.update.first + tensor.at, 0, tensor.count * sizeof(dg_real));
    }
    for (size_t i = 0; i < o.params; i++)
        if (o.update.params[i] != 0 || o.update.first[i] != 0)
            ck_abort_msg("number %zu belongs to no tensor", i);
    end(&o);
}
END_TEST

/* The tree over the shard's index, spelled out for up to seven. */
static float tree(const float *x, uint32_t count)
{
    const float a = count > 1 ? x[0] + x[1] : x[0];
    const float b = count > 3 ? x[2] + x[3] : count > 2 ? x[2] : 0;
    const float c = count > 5 ? x[4] + x[5] : count > 4 ? x[4] : 0;
    const float low = count > 2 ? a + b : a;
    const float high = count > 6 ? c + x[6] : c;
    return count > 4 ? low + high : low;
}

/* Large and small numbers, so that another order gives another sum. */
START_TEST(adds_shards_by_a_fixed_tree)
{
    static const float shards[SHARDS_MOST] = {1e8f, 3.25f, -1e8f, 1.75f, 5.5f, 3e7f, -3e7f};
    optimization o = make((uint32_t)_i);
    o.update.gradients = o.gradients;
    o.update.step = 1;
    for (uint32_t s = 0; s < o.update.shards; s++)
        for (size_t i = 0; i < o.params; i++)
            o.gradients[s][i] = shards[s];
    for (uint32_t piece = 0; piece < dg_optimizer_pieces(o.optimizer); piece++)
        dg_optimizer_update(o.optimizer, piece, &o.update);
    const dg_tensor tensor = dg_network_tensor(o.network, 0);
    for (uint64_t i = 0; i < tensor.count; i++)
        ck_assert_float_eq(o.gradients[0][tensor.at + i], tree(shards, o.update.shards));
    end(&o);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("optimizer");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, steps_like_adam, 0, 6);
    tcase_add_test(tcase, moves_only_tensors);
    tcase_add_loop_test(tcase, adds_shards_by_a_fixed_tree, 1, SHARDS_MOST + 1);
    return suite_run("optimizer", tcase);
}
