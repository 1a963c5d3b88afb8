#include "training.h"

#include "base/fpenv.h"
#include "math/blas.h"
#include "math/vec.h"
#include "train/evaluate.h"

#include <check.h>
#include <string.h>

void training_begin(training *t, const char *architecture, const digit_dataset *dataset,
                    uint32_t threads)
{
    memset(t, 0, sizeof *t);
    dg_fpenv_enter();
    dg_vec_open();
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    ck_assert_int_eq(dg_snapshot_create(architecture, true, &t->snapshot), DIGIT_OK);
    dg_network_init(t->snapshot->network, 1, t->snapshot->params);
    digit_train_options_init(&t->options, sizeof t->options);
    t->job = (dg_train_job){.snapshot = t->snapshot, .dataset = dataset, .options = &t->options,
                            .threads = {&t->pool, threads}};
}

digit_status training_run(training *t)
{
    t->job.snapshot = t->snapshot;
    return dg_train(&t->job);
}

void training_end(training *t)
{
    dg_pool_close(&t->pool);
    dg_snapshot_free(t->snapshot);
}

bool training_same(const training *a, const training *b)
{
    const size_t count = dg_network_params(a->snapshot->network);
    return count == dg_network_params(b->snapshot->network) &&
           memcmp(a->snapshot->params, b->snapshot->params, count * sizeof(dg_real)) == 0 &&
           memcmp(&a->snapshot->temperature, &b->snapshot->temperature, sizeof(float)) == 0;
}

digit_metrics training_judge(const training *t, const digit_dataset *dataset)
{
    digit_metrics metrics = {.size = sizeof metrics};
    dg_predictor *predictor;
    dg_pool none = {0};
    ck_assert_int_eq(dg_predictor_create(t->snapshot, &predictor), DIGIT_OK);
    ck_assert_int_eq(dg_evaluate(predictor, (dg_threads){&none, 1, NULL}, dataset, &metrics),
                     DIGIT_OK);
    dg_predictor_free(predictor);
    return metrics;
}
