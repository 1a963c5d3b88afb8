/* What layers compute, against their definitions; what dropout and batchnorm promise. */
#include "layers/layer.h"

#include "../support/suite.h"
#include "layer_rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Convolution, and a pool behind it -------------------------------- */

/* Zeros in front of the first row or column: Keras's `same` puts the odd one at the end. */
static int64_t zeros_before(const rig_case *use, int64_t in, int64_t window)
{
    const int64_t stride = use->stride;
    if (!use->same)
        return 0;
    const int64_t out = (in + stride - 1) / stride, all = (out - 1) * stride + window - in;
    return all > 0 ? all / 2 : 0;
}

/* Output (row, column, filter) of a sample's convolution: bias and relu included. */
static double naive_conv(const rig *r, const rig_case *use, const dg_real *in, uint32_t row,
                         uint32_t column, uint32_t filter)
{
    const uint32_t channels = use->in.channels;
    const int64_t above = zeros_before(use, use->in.rows, use->window.rows);
    const int64_t left = zeros_before(use, use->in.columns, use->window.columns);
    const dg_real *weights = r->params + r->layer.at[DG_ROLE_WEIGHT];
    dg_tensor_plan plans[DG_ROLES];
    r->layer.type->tensors(&r->layer, plans); /* [filter][channel][row][column] */
    const size_t *strides = plans[0].strides;
    double sum = r->params[r->layer.at[DG_ROLE_BIAS] + filter];
    for (uint32_t i = 0; i < use->window.rows; i++) {
        for (uint32_t j = 0; j < use->window.columns; j++) {
            const int64_t y = (int64_t)row * use->stride + i - above;
            const int64_t x = (int64_t)column * use->stride + j - left;
            if (y < 0 || x < 0 || y >= use->in.rows || x >= use->in.columns)
                continue;
            for (uint32_t c = 0; c < channels; c++)
                sum += in[((size_t)y * use->in.columns + (size_t)x) * channels + c] *
                       weights[filter * strides[0] + c * strides[1] + i * strides[2] +
                               j * strides[3]];
        }
    }
    return use->relu && sum < 0 ? 0 : sum;
}

static double naive_pooled(const rig *r, const rig_case *use, const dg_real *in, uint32_t row,
                           uint32_t column, uint32_t filter)
{
    const dg_extent pool = use->pool;
    double most = -INFINITY;
    for (uint32_t y = row * pool.rows; y < (row + 1) * pool.rows; y++)
        for (uint32_t x = column * pool.columns; x < (column + 1) * pool.columns; x++)
            most = fmax(most, naive_conv(r, use, in, y, x, filter));
    return most;
}

static uint32_t output_side(const rig_case *use, uint32_t in, uint32_t window)
{
    return use->same ? (in + use->stride - 1) / use->stride : (in - window) / use->stride + 1;
}

static void check_conv(const rig_case *use)
{
    rig *r = rig_make(use, 3);
    const dg_shape out = r->layer.out;
    const uint32_t rows = output_side(use, use->in.rows, use->window.rows);
    const uint32_t columns = output_side(use, use->in.columns, use->window.columns);
    ck_assert_uint_eq(out.rows, rows / use->pool.rows);
    ck_assert_uint_eq(out.columns, columns / use->pool.columns);
    ck_assert_uint_eq(out.channels, use->size);
    rig_forward(r);
    for (size_t i = 0; i < r->out_count; i++) {
        const size_t sample = i / dg_shape_count(out), at = i % dg_shape_count(out);
        const dg_real *in = r->in + sample * dg_shape_count(r->layer.in);
        const double expected =
            naive_pooled(r, use, in, (uint32_t)(at / out.channels / out.columns),
                         (uint32_t)(at / out.channels % out.columns),
                         (uint32_t)(at % out.channels));
        if (!(fabs(r->out[i] - expected) <= 1e-12))
            ck_abort_msg("%s: at %zu %g, not %g", rig_text(r), i, r->out[i], expected);
    }
    rig_free(r);
}

START_TEST(conv_follows_the_definition)
{
    if (strcmp(rig_case_at(_i)->word, "conv") == 0)
        check_conv(rig_case_at(_i));
}
END_TEST

/* ---- Pools ------------------------------------------------------------ */

static void check_pool(const rig_case *use, bool largest)
{
    rig *r = rig_make(use, 2);
    const dg_shape in = r->layer.in, out = r->layer.out;
    const dg_extent window = use->window;
    ck_assert_uint_eq(out.rows, in.rows / window.rows);
    rig_forward(r);
    for (size_t i = 0; i < r->out_count; i++) {
        const size_t sample = i / dg_shape_count(out), at = i % dg_shape_count(out);
        const size_t row = at / out.channels / out.columns * window.rows;
        const size_t column = at / out.channels % out.columns * window.columns;
        double most = -INFINITY, sum = 0;
        for (size_t y = row; y < row + window.rows; y++) {
            for (size_t x = column; x < column + window.columns; x++) {
                const double value = r->in[sample * dg_shape_count(in) +
                                           (y * in.columns + x) * in.channels + at % out.channels];
                most = fmax(most, value);
                sum += value;
            }
        }
        ck_assert_double_eq_tol(r->out[i], largest ? most : sum / window.rows / window.columns,
                                1e-12);
    }
    rig_free(r);
}

START_TEST(pools_follow_the_definition)
{
    if (strcmp(rig_case_at(_i)->word, "maxpool") == 0)
        check_pool(rig_case_at(_i), true);
    if (strcmp(rig_case_at(_i)->word, "avgpool") == 0)
        check_pool(rig_case_at(_i), false);
}
END_TEST

/* ---- Dropout ---------------------------------------------------------- */

/* As many are dropped as were asked for, within five standard deviations; the rest is
 * scaled so that the mean stays. */
START_TEST(dropout_drops_its_share)
{
    const uint32_t percents[] = {1, 25, 50, 99};
    const uint32_t percent = percents[_i];
    const rig_case use = {"dropout", {10, 10, 10}, percent, {0, 0}, 0, false, false, {1, 1}};
    rig *r = rig_make(&use, 20);
    size_t dropped = 0;
    rig_forward(r);
    for (size_t i = 0; i < r->out_count; i++) {
        dropped += r->out[i] == 0;
        if (r->out[i] != 0 && !(fabs(r->out[i] - r->in[i] * 100 / (100 - percent)) <= 1e-9))
            ck_abort_msg("%g became %g", r->in[i], r->out[i]);
    }
    const double share = percent / 100.0, n = (double)r->out_count;
    ck_assert_double_eq_tol((double)dropped / n, share, 5 * sqrt(share * (1 - share) / n));
    rig_free(r);
}
END_TEST

/* Which ones depends on seed, place in the run and layer. */
START_TEST(dropout_draws_by_name)
{
    const rig_case use = {"dropout", {10, 10, 1}, 50, {0, 0}, 0, false, false, {1, 1}};
    rig *r = rig_make(&use, 1), *other = rig_make(&use, 1);
    rig_forward(r);
    rig_forward(other);
    ck_assert_mem_eq(r->out, other->out, r->out_count * sizeof *r->out);
    for (int change = 0; change < 3; change++) {
        other->pass = (dg_pass){.samples = 1, .training = true, .seed = r->pass.seed,
                                .draw = r->pass.draw, .scratch = other->pass.scratch};
        other->layer.number = r->layer.number;
        other->pass.seed += change == 0;
        other->pass.draw += change == 1;
        other->layer.number += change == 2;
        rig_forward(other);
        ck_assert(memcmp(r->out, other->out, r->out_count * sizeof *r->out) != 0);
    }
    rig_free(other);
    rig_free(r);
}
END_TEST

/* ---- Batchnorm -------------------------------------------------------- */

START_TEST(batchnorm_normalises_its_shard)
{
    const rig_case use = {"batchnorm", {4, 4, 3}, 0, {0, 0}, 0, false, false, {1, 1}};
    rig *r = rig_make(&use, 32);
    const size_t rows = r->in_count / 3;
    rig_forward(r);
    rig_backward(r);
    for (size_t c = 0; c < 3; c++) {
        const double gain = r->params[r->layer.at[DG_ROLE_WEIGHT] + c];
        const double shift = r->params[r->layer.at[DG_ROLE_BIAS] + c];
        double mean = 0, square = 0, in_mean = 0, in_square = 0;
        for (size_t i = c; i < r->in_count; i += 3) {
            const double normal = (r->out[i] - shift) / gain;
            mean += normal / (double)rows;
            square += normal * normal / (double)rows;
            in_mean += r->in[i] / (double)rows;
            in_square += r->in[i] * r->in[i] / (double)rows;
        }
        ck_assert_double_eq_tol(mean, 0, 1e-12);
        ck_assert_double_eq_tol(square, 1, 1e-3); /* less by epsilon */
        ck_assert_double_eq_tol(r->dparams[r->layer.at[DG_ROLE_MEAN] + c], in_mean, 1e-12);
        const double variance = (in_square - in_mean * in_mean) * (double)rows / (double)(rows - 1);
        ck_assert_double_eq_tol(r->dparams[r->layer.at[DG_ROLE_VARIANCE] + c], variance, 1e-9);
    }
    rig_free(r);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("layers_forward");
    tcase_add_loop_test(tcase, conv_follows_the_definition, 0, rig_case_count());
    tcase_add_loop_test(tcase, pools_follow_the_definition, 0, rig_case_count());
    tcase_add_loop_test(tcase, dropout_drops_its_share, 0, 4);
    tcase_add_test(tcase, dropout_draws_by_name);
    tcase_add_test(tcase, batchnorm_normalises_its_shard);
    return suite_run("layers_forward", tcase);
}
