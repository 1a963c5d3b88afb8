/* The network for prediction gives the answers of the one that was trained. */
#include "base/mem.h"
#include "math/blas.h"
#include "math/vec.h"
#include "net/plan.h"
#include "net/workspace.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <math.h>
#include <string.h>

/* And the number of layers left of it. */
static const struct {
    const char *architecture;
    uint32_t layers;
} networks[] = {
    {"conv 4x3 batchnorm relu maxpool 2 dense 10", 2},
    {"conv 4x3 batchnorm dense 20 batchnorm relu dense 10", 3},
    {"conv 4x3 same stride 2 batchnorm relu conv 5x3 batchnorm relu maxpool 3 dense 10", 3},
    {"conv 4x3 relu batchnorm maxpool 2 dense 10", 4}, /* relu stands between: it stays */
    {"conv 4x3 batchnorm batchnorm relu dense 10", 3}, /* one folded, one left */
    {"batchnorm conv 4x3 dense 10", 3},
    {"conv 4x3 maxpool 2 batchnorm dense 10", 3},
    {"conv 4x3 avgpool 2 relu dense 10", 4},
    {"dense 30 relu dense 10", 2},
};

#define NETWORKS (int)(sizeof networks / sizeof networks[0])
#define SAMPLES 9

static uint8_t samples[SAMPLES * DIGIT_SAMPLE_BYTES];

/* Any weights; variances above 0. */
static dg_real *make_params(const dg_network *network)
{
    dg_real *params = dg_alloc_zero(dg_network_params(network), sizeof *params);
    dg_network_init(network, 7, params);
    for (size_t t = 0; t < dg_network_tensor_count(network); t++) {
        const dg_tensor tensor = dg_network_tensor(network, t);
        if (tensor.role == DG_ROLE_WEIGHT && tensor.rank > 1)
            continue;
        numbers_fill(t, tensor.count, 1, params + tensor.at);
        for (uint64_t i = 0; i < tensor.count; i++)
            if (tensor.role != DG_ROLE_BIAS)
                params[tensor.at + i] = (dg_real)(0.5 + fabs((double)params[tensor.at + i]));
    }
    return params;
}

static void run(const dg_network *network, const dg_real *params, dg_real *out)
{
    const dg_pass pass = {.samples = SAMPLES};
    dg_workspace *workspace = dg_workspace_create(network, SAMPLES, false);
    ck_assert_ptr_nonnull(workspace);
    memcpy(out, dg_network_forward(network, params, samples, &pass, workspace),
           SAMPLES * DIGIT_CLASSES * sizeof *out);
    dg_workspace_free(workspace);
}

static void check_fold(const dg_network *network, const dg_real *params, uint32_t layers)
{
    dg_network *folded;
    dg_real *folded_params;
    dg_real plain[SAMPLES * DIGIT_CLASSES], lean[SAMPLES * DIGIT_CLASSES];
    ck_assert_int_eq(dg_network_fold(network, params, &folded, &folded_params), DIGIT_OK);
    ck_assert_uint_eq(folded->layer_count, layers);
    run(network, params, plain);
    run(folded, folded_params, lean);
    for (int i = 0; i < SAMPLES * DIGIT_CLASSES; i++) {
        const double size = fmax(1, fabs((double)plain[i]));
        ck_assert_double_eq_tol((double)lean[i], (double)plain[i], 1e-5 * size);
    }
    dg_free(folded_params);
    dg_network_free(folded);
}

static dg_network *make(const char *architecture)
{
    dg_network *network;
    uint64_t state = 1;
    dg_vec_open();
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    ck_assert_int_eq(dg_network_create(architecture, &network), DIGIT_OK);
    for (size_t i = 0; i < sizeof samples; i++)
        samples[i] = (uint8_t)(numbers_next(&state) >> 8);
    return network;
}

START_TEST(gives_the_same_logits)
{
    dg_network *network = make(networks[_i].architecture);
    dg_real *params = make_params(network);
    check_fold(network, params, networks[_i].layers);
    dg_free(params);
    dg_network_free(network);
}
END_TEST

/* Dropout is no more, also where it keeps a batchnorm from its conv. */
START_TEST(drops_dropout)
{
    dg_network *network = make("dropout 5 conv 4x3 dropout 50 batchnorm relu dropout 50 dense 10");
    dg_real *params = make_params(network);
    check_fold(network, params, 3);
    dg_free(params);
    dg_network_free(network);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("fold");
    tcase_add_loop_test(tcase, gives_the_same_logits, 0, NETWORKS);
    tcase_add_test(tcase, drops_dropout);
    return suite_run("fold", tcase);
}
