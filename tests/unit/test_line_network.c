/* Networks that read lines: their outputs for lines of any width, and the gradient of their loss.
 */
#include "base/error.h"
#include "base/mem.h"
#include "math/vec.h"
#include "net/ctc.h"
#include "net/network.h"
#include "net/plan.h"
#include "net/workspace.h"

#include "../support/numbers.h"
#include "../support/suite.h"
#include "gradient.h"

#include <string.h>

static const struct {
    const char *architecture;
    uint32_t step; /* columns from one output to the next */
} networks[] = {
    {"line 32 maxpool 8x1 conv 19 4x1", 1},
    {"line 32 maxpool 8x1 conv 19 4x7", 1},
    {"line 32 conv 2x5 stride 2 relu conv 3x3 maxpool 2x1 conv 19 6x3", 2},
    {"line 32 conv 2x3 same relu maxpool 4x2 conv 3x3 same maxpool 8x1 conv 19x1", 2},
    {"line 32 conv 2 8x4 stride 4 batchnorm relu dropout 20 conv 3 7x1 conv 19 1x5", 4},
    {"line 32 avgpool 16x3 maxpool 2x1 conv 19 1x3 same", 3},
    {"lines", 2},
};

#define NETWORKS (int)(sizeof networks / sizeof networks[0])

static dg_network *make(const char *architecture)
{
    dg_network *network;
    dg_vec_open();
    ck_assert_msg(dg_network_create(architecture, &network) == DIGIT_OK, "%s", dg_error_text());
    return network;
}

START_TEST(has_an_output_for_every_step)
{
    dg_network *network = make(networks[_i].architecture);
    const uint32_t step = networks[_i].step;
    ck_assert(dg_network_reads_lines(network));
    ck_assert_uint_eq(dg_network_step(network), step);
    ck_assert_uint_eq(dg_network_logits(network), DG_LINE_OUTPUTS);
    for (uint32_t columns = 1; columns < 300; columns += columns < 40 ? 1 : 37) {
        dg_network *other;
        ck_assert_int_eq(dg_network_resize(network, columns, &other), DIGIT_OK);
        ck_assert_uint_eq(dg_network_sample(other).columns, columns);
        ck_assert_uint_eq(dg_network_outputs(other), (columns + step - 1) / step);
        ck_assert_uint_eq(dg_network_params(other), dg_network_params(network));
        ck_assert_uint_ge(other->input.columns, other->before + columns);
        for (size_t t = 0; t < dg_network_tensor_count(network); t++)
            ck_assert_uint_eq(dg_network_tensor(other, t).at, dg_network_tensor(network, t).at);
        dg_network_free(other);
    }
    dg_network_free(network);
}
END_TEST

static const struct {
    const char *architecture, *sentence;
} wrong[] = {
    {"line 32 conv 19x1", "architecture: a line must end in 1 row, not 32"},
    {"line 32 conv 8x3 maxpool 2x1 conv 19x3", "architecture: a line must end in 1 row, not 13"},
    {"line 32 maxpool 15 maxpool 2 conv 19x1",
     "architecture: an output for 30 columns; 16 at most"},
};

START_TEST(refuses_other_ends)
{
    dg_network *network;
    ck_assert_int_ne(dg_network_create(wrong[_i].architecture, &network), DIGIT_OK);
    ck_assert_str_eq(dg_error_text(), wrong[_i].sentence);
}
END_TEST

/* ---- What outputs see ---------------------------------------------------------- */

typedef struct line {
    dg_network *network;
    dg_workspace *workspace;
    dg_real *params;
    uint8_t *pixels;
} line;

static line make_line(const char *architecture, uint32_t columns, uint32_t samples, bool training)
{
    line l;
    uint64_t state = 5;
    dg_network *usual = make(architecture);
    ck_assert_int_eq(dg_network_resize(usual, columns, &l.network), DIGIT_OK);
    dg_network_free(usual);
    const size_t count = samples * dg_shape_count(dg_network_sample(l.network));
    l.workspace = dg_workspace_create(l.network, samples, training);
    l.params = dg_alloc_zero(dg_network_params(l.network), sizeof *l.params);
    l.pixels = dg_alloc(count, 1);
    dg_network_init(l.network, 3, l.params);
    for (size_t i = 0; i < count; i++)
        l.pixels[i] = (uint8_t)(numbers_next(&state) >> 8);
    return l;
}

static void free_line(line *l)
{
    dg_free(l->pixels);
    dg_free(l->params);
    dg_workspace_free(l->workspace);
    dg_network_free(l->network);
}

/* The middle one of the outputs that change with a column. */
static double centre_of_change(const line *l, uint32_t column)
{
    const uint32_t outputs = dg_network_outputs(l->network);
    const dg_shape sample = dg_network_sample(l->network);
    const size_t count = (size_t)outputs * DG_LINE_OUTPUTS;
    const dg_pass pass = {.samples = 1};
    dg_real *before = dg_alloc(count, sizeof *before);
    double sum = 0, changed = 0;
    memcpy(before, dg_network_forward(l->network, l->params, l->pixels, &pass, l->workspace),
           count * sizeof *before);
    for (uint32_t row = 0; row < sample.rows; row++)
        l->pixels[row * sample.columns + column] ^= 0x80;
    const dg_real *after = dg_network_forward(l->network, l->params, l->pixels, &pass,
                                              l->workspace);
    for (uint32_t t = 0; t < outputs; t++)
        if (memcmp(before + t * DG_LINE_OUTPUTS, after + t * DG_LINE_OUTPUTS,
                   DG_LINE_OUTPUTS * sizeof *after) != 0) {
            sum += t;
            changed++;
        }
    dg_free(before);
    ck_assert_double_gt(changed, 0);
    return sum / changed;
}

/* An output lies over the middle of its columns: none is ahead of or behind the line. */
START_TEST(outputs_lie_over_their_columns)
{
    const uint32_t columns = 120, column = 60;
    line l = make_line(networks[_i].architecture, columns, 1, false);
    const double centre = centre_of_change(&l, column), step = networks[_i].step;
    const double expected = (column + 0.5) / step - 0.5;
    ck_assert_double_eq_tol(centre, expected, 1);
    free_line(&l);
}
END_TEST

/* ---- Gradient ------------------------------------------------------------------- */

#define SAMPLES 3
#define COLUMNS 24

static const uint8_t texts[SAMPLES][3] = {{1, 7, 12}, {4, 4, 0}, {9, 0, 0}};
static const uint32_t lengths[SAMPLES] = {3, 2, 0};

static const dg_pass training = {.samples = SAMPLES, .training = true, .seed = 3, .draw = 700};

/* Forward, and the logits replaced by the gradient of the mean loss; returns that. */
static double loss(void *context)
{
    const line *l = context;
    const uint32_t outputs = dg_network_outputs(l->network);
    const size_t room = dg_ctc_scratch(outputs, DG_LINE_OUTPUTS, 3);
    double *scratch = dg_alloc(room, sizeof *scratch);
    dg_loss sum = {0};
    dg_real *logits =
        dg_network_forward(l->network, l->params, l->pixels, &training, l->workspace);
    for (int i = 0; i < SAMPLES; i++, logits += (size_t)outputs * DG_LINE_OUTPUTS)
        dg_ctc_gradient(outputs, DG_LINE_OUTPUTS, (dg_sequence){texts[i], lengths[i]}, 0,
                        1.0 / SAMPLES, logits, scratch, &sum);
    dg_free(scratch);
    return sum.sum / SAMPLES;
}

START_TEST(follows_the_gradient)
{
    line l = make_line(networks[_i].architecture, COLUMNS, SAMPLES, true);
    dg_real *gradient = dg_alloc_zero(dg_network_params(l.network), sizeof *gradient);
    for (size_t t = 0; t < dg_network_tensor_count(l.network); t++) {
        const dg_tensor tensor = dg_network_tensor(l.network, t);
        if (tensor.role == DG_ROLE_BIAS)
            numbers_fill(t, tensor.count, 0.1, l.params + tensor.at);
    }
    loss(&l);
    dg_network_backward(l.network, l.params, &training, l.workspace, gradient);
    for (size_t t = 0; t < dg_network_tensor_count(l.network); t++) {
        const dg_tensor tensor = dg_network_tensor(l.network, t);
        if (tensor.role == DG_ROLE_WEIGHT || tensor.role == DG_ROLE_BIAS)
            check_gradients(loss, &l, tensor.count, l.params + tensor.at, gradient + tensor.at,
                            tensor.name);
    }
    dg_free(gradient);
    free_line(&l);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("line_network");
    tcase_add_loop_test(tcase, has_an_output_for_every_step, 0, NETWORKS);
    tcase_add_loop_test(tcase, refuses_other_ends, 0, (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_loop_test(tcase, outputs_lie_over_their_columns, 0, NETWORKS);
    tcase_add_loop_test(tcase, follows_the_gradient, 0, NETWORKS - 1); /* "lines" takes minutes */
    return suite_run("line_network", tcase);
}
