/* Whole networks in double: the loss of a shard, by every kind of parameter. */
#include "base/error.h"
#include "base/mem.h"
#include "math/vec.h"
#include "net/loss.h"
#include "net/network.h"
#include "net/workspace.h"

#include "../support/numbers.h"
#include "../support/suite.h"
#include "gradient.h"

#include <stdio.h>
#include <string.h>

static const char *const architectures[] = {
    "dense 10",
    "dense 20 relu dense 10",
    "conv 3x3 relu maxpool 2 conv 4x3 relu maxpool 2 dense 12 relu dense 10", /* as keras */
    "conv 3x3 same stride 2 relu conv 4x3 same relu avgpool 3 dense 10",
    "conv 3x5 stride 2 maxpool 2 relu conv 4x3 maxpool 3 dense 10",
    "conv 3x3 batchnorm relu maxpool 2 conv 4x3 batchnorm relu maxpool 3 dense 10",
    "conv 3x3 relu dropout 30 avgpool 2 dense 12 dropout 50 dense 10",
    "conv 1x3 relu conv 5x3 same stride 2 relu conv 2x3 relu conv 48x3 same maxpool 2 dense 10",
    "conv 3x3 avgpool 4 dense 10", /* the average leaves rows over */
    "dropout 10 batchnorm relu avgpool 3 conv 3x3 maxpool 2 dense 10",
    "maxpool 3 dense 12 batchnorm relu dense 10",
    "avgpool 2 relu dense 10",
};

#define ARCHITECTURES (int)(sizeof architectures / sizeof architectures[0])
#define SAMPLES 5

typedef struct shard {
    dg_network *network;
    dg_workspace *workspace;
    dg_real *params, *gradient;
    uint8_t samples[SAMPLES * DIGIT_SAMPLE_BYTES], labels[SAMPLES];
    double smoothing;
} shard;

static const dg_pass pass = {.samples = SAMPLES, .training = true, .seed = 3, .draw = 700};

/* Forward, and the logits replaced by the gradient of the mean loss; returns that. */
static double loss(void *context)
{
    shard *s = context;
    dg_loss sum = {0};
    dg_real *logits =
        dg_network_forward(s->network, s->params, s->samples, &pass, s->workspace);
    const dg_targets targets = {.labels = s->labels, .smoothing = s->smoothing};
    dg_loss_gradient(SAMPLES, DIGIT_CLASSES, &targets, 1.0 / SAMPLES, logits, &sum);
    return sum.sum / SAMPLES;
}

static shard *make(const char *architecture)
{
    shard *s = dg_alloc_zero(1, sizeof *s);
    uint64_t state = 11;
    dg_vec_open();
    ck_assert_msg(dg_network_create(architecture, &s->network) == DIGIT_OK, "%s", dg_error_text());
    s->workspace = dg_workspace_create(s->network, SAMPLES, true);
    s->params = dg_alloc_zero(dg_network_params(s->network), sizeof *s->params);
    s->gradient = dg_alloc_zero(dg_network_params(s->network), sizeof *s->gradient);
    dg_network_init(s->network, 5, s->params);
    for (size_t i = 0; i < sizeof s->samples; i++)
        s->samples[i] = (uint8_t)(numbers_next(&state) >> 8);
    for (size_t i = 0; i < SAMPLES; i++)
        s->labels[i] = (uint8_t)(numbers_next(&state) % DIGIT_CLASSES);
    return s;
}

static void free_shard(shard *s)
{
    dg_free(s->gradient);
    dg_free(s->params);
    dg_workspace_free(s->workspace);
    dg_network_free(s->network);
    dg_free(s);
}

/* Biases move off 0, so that no relu sits on its kink. */
static void move_biases(shard *s)
{
    for (size_t t = 0; t < dg_network_tensor_count(s->network); t++) {
        const dg_tensor tensor = dg_network_tensor(s->network, t);
        if (tensor.role == DG_ROLE_BIAS)
            numbers_fill(t, tensor.count, 0.1, s->params + tensor.at);
    }
}

START_TEST(gradients_are_right)
{
    shard *s = make(architectures[_i / 2]);
    char what[200];
    s->smoothing = _i % 2 ? 0.1 : 0;
    move_biases(s);
    loss(s);
    dg_network_backward(s->network, s->params, &pass, s->workspace, s->gradient);
    for (size_t t = 0; t < dg_network_tensor_count(s->network); t++) {
        const dg_tensor tensor = dg_network_tensor(s->network, t);
        if (tensor.role == DG_ROLE_MEAN || tensor.role == DG_ROLE_VARIANCE)
            continue;
        snprintf(what, sizeof what, "%s of %s", tensor.name, architectures[_i / 2]);
        check_gradients(loss, s, tensor.count, s->params + tensor.at, s->gradient + tensor.at,
                        what);
    }
    free_shard(s);
}
END_TEST

/* What lies between tensors stays 0: a checkpoint does not hold it. */
START_TEST(gaps_stay_zero)
{
    shard *s = make(architectures[_i]);
    const size_t params = dg_network_params(s->network);
    loss(s);
    dg_network_backward(s->network, s->params, &pass, s->workspace, s->gradient);
    for (size_t t = 0; t < dg_network_tensor_count(s->network); t++) {
        const dg_tensor tensor = dg_network_tensor(s->network, t);
        memset(s->params + tensor.at, 0, tensor.count * sizeof *s->params);
        memset(s->gradient + tensor.at, 0, tensor.count * sizeof *s->gradient);
    }
    for (size_t i = 0; i < params; i++)
        if (s->params[i] != 0 || s->gradient[i] != 0)
            ck_abort_msg("number %zu of %zu belongs to no tensor", i, params);
    free_shard(s);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("network_gradients");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, gradients_are_right, 0, 2 * ARCHITECTURES);
    tcase_add_loop_test(tcase, gaps_stay_zero, 0, ARCHITECTURES);
    return suite_run("network_gradients", tcase);
}
