/* What the planner makes of an architecture. */
#include "base/error.h"
#include "net/plan.h"
#include "net/workspace.h"

#include "../support/suite.h"

#include <string.h>

static dg_network *make(const char *architecture)
{
    dg_network *network;
    ck_assert_msg(dg_network_create(architecture, &network) == DIGIT_OK, "%s: %s", architecture,
                  dg_error_text());
    return network;
}

static void check_shape(dg_shape shape, uint32_t rows, uint32_t columns, uint32_t channels)
{
    ck_assert_uint_eq(shape.rows, rows);
    ck_assert_uint_eq(shape.columns, columns);
    ck_assert_uint_eq(shape.channels, channels);
}

/* The second pool drops one of eleven rows; what only that row needs is not computed:
 * conv 1 makes 24 x 24 of 26 x 26, conv 2 10 x 10 of 11 x 11. */
START_TEST(plans_keras_without_dead_outputs)
{
    dg_network *network = make("keras");
    ck_assert_uint_eq(dg_network_parameters(network), 179926);
    ck_assert_uint_eq(network->layer_count, 4);
    ck_assert_str_eq(dg_network_architecture(network),
                     "conv 32x3 relu maxpool 2 conv 64x3 relu maxpool 2 dense 100 relu dense 10");
    const dg_layer *conv1 = &network->layers[0], *conv2 = &network->layers[1];
    const dg_layer *dense = &network->layers[2], *last = &network->layers[3];
    check_shape(conv1->in, 28, 28, 1);
    check_shape(conv1->out, 12, 12, 32);
    check_shape(conv2->in, 12, 12, 32);
    check_shape(conv2->out, 5, 5, 64);
    check_shape(dense->out, 1, 1, 100);
    check_shape(last->out, 1, 1, 10);
    ck_assert(conv1->relu && conv2->relu && dense->relu && !last->relu);
    ck_assert_uint_eq(conv1->pool.rows, 2);
    ck_assert(conv1->first && !conv2->first && !dense->first && !last->first);
    ck_assert_uint_eq(conv2->number, 3); /* numbers count all words */
    ck_assert_uint_eq(last->number, 8);
    ck_assert_uint_eq(dg_network_ops(network),
                      24 * 24 * 9 * 32 + 10 * 10 * 9 * 32 * 64 + 1600 * 100 + 100 * 10);
    dg_network_free(network);
}
END_TEST

/* Shapes of the first layer's input and output, and of the input of the last. */
static const struct {
    const char *architecture;
    uint32_t in, out, last;
} plans[] = {
    {"conv 4x3 dense 10", 28, 26, 26},
    {"conv 4x3 same dense 10", 28, 28, 28},
    {"conv 4x3 stride 2 dense 10", 28, 13, 13},
    {"conv 4x3 same stride 2 dense 10", 28, 14, 14},
    {"conv 4x4 stride 3 dense 10", 28, 9, 9},
    {"conv 4x1 stride 8 dense 10", 28, 4, 4},
    {"conv 4x15 stride 8 dense 10", 28, 2, 2},
    {"maxpool 3 dense 10", 28, 9, 9},
    {"avgpool 28 dense 10", 28, 1, 1},
    {"conv 4x3 avgpool 3 dense 10", 28, 24, 8}, /* 24 of 26 */
    {"conv 4x3 batchnorm relu maxpool 3 dense 10", 28, 24, 8},
    {"conv 4x3 maxpool 3 maxpool 3 dense 10", 28, 6, 2}, /* 6 of 8 pools, of 18 rows of 26 */
    {"relu maxpool 3 dense 10", 28, 28, 9}, /* the sample itself has its full size */
    {"batchnorm dropout 10 conv 4x3 maxpool 3 dense 10", 28, 28, 8},
    {"conv 4x3 same maxpool 5 dense 10", 28, 5, 5},
};

#define PLANS (int)(sizeof plans / sizeof plans[0])

START_TEST(plans_shapes)
{
    dg_network *network = make(plans[_i].architecture);
    const dg_layer *first = &network->layers[0];
    const dg_layer *last = &network->layers[network->layer_count - 1];
    ck_assert_uint_eq(first->in.rows, plans[_i].in);
    ck_assert_uint_eq(first->in.columns, plans[_i].in);
    ck_assert_uint_eq(first->out.rows, plans[_i].out);
    ck_assert_uint_eq(first->out.columns, plans[_i].out);
    ck_assert_uint_eq(last->in.rows, plans[_i].last);
    ck_assert_uint_eq(last->in.columns, plans[_i].last);
    check_shape(last->out, 1, 1, 10);
    dg_network_free(network);
}
END_TEST

/* What one layer gives is what the next one takes. */
START_TEST(shapes_meet)
{
    dg_network *network = make(plans[_i].architecture);
    for (uint32_t i = 1; i < network->layer_count; i++) {
        const dg_layer *before = &network->layers[i - 1];
        const dg_layer *layer = &network->layers[i];
        check_shape(layer->in, before->out.rows, before->out.columns, before->out.channels);
        ck_assert_uint_gt(layer->number, before->number);
    }
    dg_network_free(network);
}
END_TEST

/* Nobody wants the gradient of what nothing learns from. */
START_TEST(knows_where_learning_begins)
{
    dg_network *network = make("relu maxpool 2 conv 4x3 relu dense 10");
    const bool first[] = {true, true, true, false};
    ck_assert_uint_eq(network->layer_count, 4);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_int_eq(network->layers[i].first, first[i]);
    dg_network_free(network);
}
END_TEST

START_TEST(knows_who_wants_large_shards)
{
    dg_network *plain = make("keras"), *normal = make("conv 4x3 batchnorm dense 10");
    ck_assert(!dg_network_wants_large_shards(plain));
    ck_assert(dg_network_wants_large_shards(normal));
    dg_network_free(normal);
    dg_network_free(plain);
}
END_TEST

/* Biases 0, batchnorm the identity, weights within Glorot's limits and not all alike. */
START_TEST(starts_with_weights_of_the_seed)
{
    dg_network *network = make("conv 4x3 batchnorm relu dense 10");
    static dg_real one[1 << 16], same[1 << 16], two[1 << 16];
    const size_t params = dg_network_params(network);
    ck_assert_uint_lt(params, 1 << 16);
    dg_network_init(network, 1, one);
    dg_network_init(network, 1, same);
    dg_network_init(network, 2, two);
    ck_assert_mem_eq(one, same, params * sizeof *one);
    for (size_t t = 0; t < dg_network_tensor_count(network); t++) {
        const dg_tensor tensor = dg_network_tensor(network, t);
        const dg_real *values = one + tensor.at;
        double most = 0;
        for (uint64_t i = 0; i < tensor.count; i++)
            most = values[i] > (dg_real)most ? (double)values[i] : most;
        if (strcmp(tensor.name, "0.weight") == 0) {
            ck_assert_double_le(most, 0.36515); /* sqrt(6 / (9 + 36)) */
            ck_assert_double_gt(most, 0.25);
            ck_assert(memcmp(values, two + tensor.at, tensor.count * sizeof *one) != 0);
        }
        if (strcmp(tensor.name, "0.bias") == 0 || strcmp(tensor.name, "1.running_mean") == 0)
            ck_assert_double_eq(most, 0);
        if (strcmp(tensor.name, "1.weight") == 0 || strcmp(tensor.name, "1.running_var") == 0)
            ck_assert_double_eq(most, 1);
    }
    dg_network_free(network);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("network");
    tcase_add_test(tcase, plans_keras_without_dead_outputs);
    tcase_add_loop_test(tcase, plans_shapes, 0, PLANS);
    tcase_add_loop_test(tcase, shapes_meet, 0, PLANS);
    tcase_add_test(tcase, knows_where_learning_begins);
    tcase_add_test(tcase, knows_who_wants_large_shards);
    tcase_add_test(tcase, starts_with_weights_of_the_seed);
    return suite_run("network", tcase);
}
