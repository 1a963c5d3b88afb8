/* The flat array and the order of model files, which is PyTorch's. */
#include "base/bytes.h"
#include "math/blas.h"
#include "math/vec.h"
#include "net/network.h"
#include "net/workspace.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <math.h>
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

#define MEANT "conv 8x3 stride 2 maxpool 2 conv 4x3 relu dense 10"

/* Its tensors as PyTorch holds them, whatever their order in memory. */
static float first[8 * 1 * 3 * 3], first_bias[8], second[4 * 8 * 3 * 3], second_bias[4];
static float dense[10 * 4 * 4 * 4], dense_bias[10];

static void import(const dg_network *network, size_t index, size_t size, float *values,
                   dg_real *params)
{
    const size_t count = dg_network_tensor(network, index).count;
    uint64_t state = index;
    uint8_t *bytes = malloc(4 * count);
    ck_assert_uint_eq(4 * count, size);
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)(numbers_unit(&state) - 0.5);
        dg_store_f32(bytes + 4 * i, values[i]);
    }
    dg_network_import(network, index, bytes, params);
    free(bytes);
}

/* One output of a convolution by the definition: weights[channels][3][3] on
 * in[channels][side][side], the window's first pixel at (y, x). */
static double correlate(uint32_t channels, const float *weights, const double *in, uint32_t side,
                        uint32_t y, uint32_t x)
{
    double sum = 0;
    for (uint32_t c = 0; c < channels; c++)
        for (uint32_t i = 0; i < 3; i++)
            for (uint32_t j = 0; j < 3; j++)
                sum += (double)weights[(c * 3 + i) * 3 + j] * in[(c * side + y + i) * side + x + j];
    return sum;
}

/* By PyTorch's rules: channels first, and flattened so. */
static void naive_logits(const uint8_t *sample, double logits[10])
{
    static double in[28 * 28], wide[8 * 13 * 13], pooled[8 * 6 * 6], last[4 * 4 * 4];
    for (int i = 0; i < 28 * 28; i++)
        in[i] = sample[i] / 255.0;
    for (uint32_t f = 0; f < 8; f++)
        for (uint32_t y = 0; y < 13; y++)
            for (uint32_t x = 0; x < 13; x++)
                wide[(f * 13 + y) * 13 + x] =
                    correlate(1, first + f * 9, in, 28, 2 * y, 2 * x) + (double)first_bias[f];
    for (uint32_t i = 0; i < 8 * 6 * 6; i++) {
        const double *from = wide + (i / 36 * 13 + i / 6 % 6 * 2) * 13 + i % 6 * 2;
        pooled[i] = fmax(fmax(from[0], from[1]), fmax(from[13], from[14]));
    }
    for (uint32_t f = 0; f < 4; f++)
        for (uint32_t y = 0; y < 4; y++)
            for (uint32_t x = 0; x < 4; x++)
                last[(f * 4 + y) * 4 + x] =
                    fmax(0, correlate(8, second + f * 72, pooled, 6, y, x) +
                                (double)second_bias[f]);
    for (uint32_t u = 0; u < 10; u++) {
        logits[u] = (double)dense_bias[u];
        for (uint32_t i = 0; i < 64; i++)
            logits[u] += (double)dense[u * 64 + i] * last[i];
    }
}

START_TEST(computes_what_pytorch_would)
{
    enum { SAMPLES = 5 };
    dg_network *network = make(MEANT);
    dg_real *params = calloc(dg_network_params(network), sizeof *params);
    dg_workspace *workspace = dg_workspace_create(network, SAMPLES, false);
    static uint8_t samples[SAMPLES][DIGIT_SAMPLE_BYTES];
    const dg_pass pass = {.samples = SAMPLES};
    uint64_t state = 3;
    dg_vec_open();
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    for (size_t i = 0; i < sizeof samples; i++)
        (&samples[0][0])[i] = (uint8_t)(numbers_next(&state) >> 8);
    import(network, 0, sizeof first, first, params);
    import(network, 1, sizeof first_bias, first_bias, params);
    import(network, 2, sizeof second, second, params);
    import(network, 3, sizeof second_bias, second_bias, params);
    import(network, 4, sizeof dense, dense, params);
    import(network, 5, sizeof dense_bias, dense_bias, params);
    const dg_real *logits = dg_network_forward(network, params, samples[0], &pass, workspace);
    for (int s = 0; s < SAMPLES; s++) {
        double expected[DIGIT_CLASSES];
        naive_logits(samples[s], expected);
        for (int c = 0; c < DIGIT_CLASSES; c++)
            ck_assert_double_eq_tol((double)logits[s * DIGIT_CLASSES + c], expected[c], 1e-4);
    }
    dg_workspace_free(workspace);
    free(params);
    dg_network_free(network);
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
    tcase_add_test(tcase, computes_what_pytorch_would);
    tcase_add_test(tcase, exports_what_was_imported);
    return suite_run("tensors", tcase);
}
