/* The flat array and the order of model files, which is PyTorch's. */
#include "base/bytes.h"
#include "base/error.h"
#include "net/network.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <stdlib.h>
#include <string.h>

static dg_network *make(const char *architecture)
{
    dg_network *network;
    ck_assert_int_eq(dg_network_create(architecture, &network), DIGIT_OK);
    return network;
}

static const struct {
    const char *name;
    uint32_t rank, shape[4];
    dg_role role;
} listed[] = {
    {"0.weight", 4, {8, 1, 3, 3}, DG_ROLE_WEIGHT},
    {"0.bias", 1, {8}, DG_ROLE_BIAS},
    {"1.weight", 1, {8}, DG_ROLE_WEIGHT},
    {"1.bias", 1, {8}, DG_ROLE_BIAS},
    {"1.running_mean", 1, {8}, DG_ROLE_MEAN},
    {"1.running_var", 1, {8}, DG_ROLE_VARIANCE},
    {"4.weight", 4, {4, 8, 5, 5}, DG_ROLE_WEIGHT},
    {"4.bias", 1, {4}, DG_ROLE_BIAS},
    {"6.weight", 2, {10, 4 * 9 * 9}, DG_ROLE_WEIGHT},
    {"6.bias", 1, {10}, DG_ROLE_BIAS},
};

#define LISTED (sizeof listed / sizeof listed[0])

START_TEST(lists_names_and_shapes)
{
    dg_network *network = make("conv 8x3 batchnorm relu maxpool 2 conv 4x5 dropout 5 dense 10");
    uint64_t trained = 0;
    ck_assert_uint_eq(dg_network_tensor_count(network), LISTED);
    for (size_t t = 0; t < LISTED; t++) {
        const dg_tensor tensor = dg_network_tensor(network, t);
        uint64_t count = 1;
        ck_assert_str_eq(tensor.name, listed[t].name);
        ck_assert_uint_eq(tensor.rank, listed[t].rank);
        ck_assert_int_eq(tensor.role, listed[t].role);
        for (uint32_t d = 0; d < tensor.rank; d++) {
            ck_assert_uint_eq(tensor.shape[d], listed[t].shape[d]);
            count *= tensor.shape[d];
        }
        ck_assert_uint_eq(tensor.count, count);
        if (tensor.role == DG_ROLE_WEIGHT || tensor.role == DG_ROLE_BIAS)
            trained += count;
    }
    ck_assert_uint_eq(dg_network_parameters(network), trained);
    dg_network_free(network);
}
END_TEST

/* No two tensors share a number or a cache line; statistics lie behind what is trained. */
START_TEST(places_do_not_overlap)
{
    dg_network *network = make("conv 8x3 batchnorm relu maxpool 2 conv 4x5 batchnorm dense 10");
    const size_t params = dg_network_params(network);
    unsigned char *owner = calloc(params, 1);
    size_t last_trained = 0, first_watched = params;
    for (size_t t = 0; t < dg_network_tensor_count(network); t++) {
        const dg_tensor tensor = dg_network_tensor(network, t);
        ck_assert_uint_eq(tensor.at * sizeof(dg_real) % 64, 0);
        ck_assert_uint_le(tensor.at + tensor.count, params);
        for (size_t i = tensor.at; i < tensor.at + tensor.count; i++)
            ck_assert_uint_eq(owner[i]++, 0);
        if (tensor.role == DG_ROLE_MEAN || tensor.role == DG_ROLE_VARIANCE)
            first_watched = tensor.at < first_watched ? tensor.at : first_watched;
        else
            last_trained = tensor.at > last_trained ? tensor.at : last_trained;
    }
    ck_assert_uint_lt(last_trained, first_watched);
    free(owner);
    dg_network_free(network);
}
END_TEST

/* ---- What the numbers mean -------------------------------------------- */

/* Tensors as PyTorch holds them, whatever the order in memory. */
typedef struct torch {
    float first[8][1][3][3], first_bias[8], second[4][8][5][5], second_bias[4];
    float dense[10][4][8][8], dense_bias[10];
} torch;

static void import(const dg_network *network, size_t index, uint64_t seed, float *values,
                   dg_real *params)
{
    const size_t count = dg_network_tensor(network, index).count;
    uint64_t state = seed;
    uint8_t *bytes = malloc(4 * count);
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)(numbers_unit(&state) - 0.5);
        dg_store_f32(bytes + 4 * i, values[i]);
    }
    dg_network_import(network, index, bytes, params);
    free(bytes);
}

/* out[f] at (y, x) of a convolution by the definition, without bias */
static double correlate(uint32_t channels, uint32_t side, const float *weights, const double *in,
                        uint32_t in_side, uint32_t y, uint32_t x)
{
    double sum = 0;
    for (uint32_t c = 0; c < channels; c++)
        for (uint32_t i = 0; i < side; i++)
            for (uint32_t j = 0; j < side; j++)
                sum += (double)weights[(c * side + i) * side + j] *
                       in[(c * in_side + y + i) * in_side + x + j];
    return sum;
}

/* conv 8x3 maxpool 3 conv 4x1... by PyTorch's rules: channels first, flattened so. */
static void naive_logits(const torch *t, const uint8_t *sample, double logits[10])
{
    static double in[28 * 28], first[8 * 26 * 26], pooled[8 * 12 * 12], second[4 * 8 * 8];
    for (int i = 0; i < 28 * 28; i++)
        in[i] = sample[i] / 255.0;
    for (uint32_t f = 0; f < 8; f++)
        for (uint32_t y = 0; y < 26; y++)
            for (uint32_t x = 0; x < 26; x++)
                first[(f * 26 + y) * 26 + x] =
                    correlate(1, 3, t->first[f][0][0], in, 28, y, x) + (double)t->first_bias[f];
    for (uint32_t i = 0; i < 8 * 12 * 12; i++) {
        const double *from = first + (i / 144 * 26 + i / 12 % 12 * 2) * 26 + i % 12 * 2;
        pooled[i] = fmax(fmax(from[0], from[1]), fmax(from[26], from[27]));
    }
    for (uint32_t f = 0; f < 4; f++)
        for (uint32_t i = 0; i < 64; i++)
            second[f * 64 + i] =
                fmax(0, correlate(8, 5, t->second[f][0][0], pooled, 12, i / 8, i % 8) +
                            (double)t->second_bias[f]);
    for (uint32_t u = 0; u < 10; u++) {
        logits[u] = (double)t->dense_bias[u];
        for (uint32_t i = 0; i < 4 * 64; i++)
            logits[u] += (double)t->dense[u][0][0][i] * second[i];
    }
}

/* The second pool crops 13 to 12: only then are 12 x 12 left of the first. */
START_TEST(computes_what_pytorch_would)
{
    dg_network *network = make("conv 8x3 maxpool 2 conv 4x5 relu maxpool 1 dense 10");
    (void)network;
}
END_TEST

/* Whatever the bits, denormals and NaN among them, they come back. */
START_TEST(exports_what_was_imported)
{
    dg_network *network = make("conv 8x3 batchnorm relu maxpool 2 conv 4x5 dense 10");
    dg_real *params = calloc(dg_network_params(network), sizeof *params);
    uint64_t state = 1;
    for (size_t t = 0; t < dg_network_tensor_count(network); t++) {
        const size_t size = 4 * dg_network_tensor(network, t).count;
        uint8_t *bytes = malloc(size), *back = malloc(size);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)(numbers_next(&state) >> 8);
        for (size_t i = 2; i < size; i += 4)
            bytes[i] |= 0x40; /* no signalling NaN */
        dg_network_import(network, t, bytes, params);
        dg_network_export(network, t, params, back);
        ck_assert_mem_eq(bytes, back, size);
        free(back);
        free(bytes);
    }
    free(params);
    dg_network_free(network);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("tensors");
    tcase_add_test(tcase, lists_names_and_shapes);
    tcase_add_test(tcase, places_do_not_overlap);
    tcase_add_test(tcase, imports_pytorchs_order);
    tcase_add_test(tcase, exports_what_was_imported);
    return suite_run("tensors", tcase);
}
