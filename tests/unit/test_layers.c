/* What holds for every layer type, new ones too: cases come from layer_rig.c. */
#include "../support/suite.h"
#include "gradient.h"
#include "layer_rig.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t sample_counts[] = {1, 33};

#define SAMPLE_COUNTS 2

static bool is(const rig *r, const dg_layer_type *type)
{
    return r->layer.type == type;
}

/* ---- Gradients -------------------------------------------------------- */

START_TEST(gradients_are_right)
{
    for (int n = 0; n < SAMPLE_COUNTS; n++) {
        rig *r = rig_make(rig_case_at(_i), sample_counts[n]);
        rig_forward(r);
        for (size_t i = 0; i < r->in_count; i++)
            r->din[i] = 99; /* to be overwritten */
        rig_backward(r);
        check_gradients(rig_loss, r, r->in_count, r->in, r->din, rig_text(r));
        /* Running statistics are not moved by gradients. */
        const size_t trained = is(r, &dg_layer_batchnorm) ? r->layer.at[DG_ROLE_MEAN]
                                                          : r->param_count;
        check_gradients(rig_loss, r, trained, r->params, r->dparams, rig_text(r));
        rig_free(r);
    }
}
END_TEST

/* Gradients of parameters replace what is there. */
START_TEST(gradients_are_written)
{
    rig *r = rig_make(rig_case_at(_i), 3);
    rig_forward(r);
    rig_backward(r);
    dg_real *once = malloc((r->param_count + 1) * sizeof *once);
    memcpy(once, r->dparams, r->param_count * sizeof *once);
    rig_backward(r);
    for (size_t i = 0; i < r->param_count; i++)
        if (r->dparams[i] != once[i])
            ck_abort_msg("%s: at %zu %g", rig_text(r), i, r->dparams[i]);
    free(once);
    rig_free(r);
}
END_TEST

/* Nobody asks for the gradient of the network's input. */
START_TEST(does_without_the_gradient_of_its_input)
{
    rig *r = rig_make(rig_case_at(_i), 3), *first = rig_make(rig_case_at(_i), 3);
    dg_real *din = first->din;
    rig_forward(r);
    rig_backward(r);
    first->layer.first = true;
    first->din = NULL;
    rig_forward(first);
    rig_backward(first);
    first->din = din;
    ck_assert_mem_eq(first->dparams, r->dparams, r->param_count * sizeof *din);
    rig_free(first);
    rig_free(r);
}
END_TEST

START_TEST(takes_no_samples)
{
    rig *r = rig_make(rig_case_at(_i), 0);
    rig_forward(r);
    rig_backward(r);
    for (size_t i = 0; i < r->param_count; i++)
        ck_assert_double_eq(r->dparams[i], 0);
    rig_free(r);
}
END_TEST

/* ---- Forward ---------------------------------------------------------- */

/* A sample's output does not depend on its shard. */
static void check_split(rig *whole, rig *part)
{
    const size_t in = dg_shape_count(whole->layer.in), out = dg_shape_count(whole->layer.out);
    const uint32_t step = part->pass.samples;
    rig_forward(whole);
    for (uint32_t first = 0; first < whole->pass.samples; first += step) {
        const uint32_t left = whole->pass.samples - first;
        part->pass.samples = left < step ? left : step;
        part->pass.draw = whole->pass.draw + first;
        memcpy(part->in, whole->in + first * in, part->pass.samples * in * sizeof *part->in);
        rig_forward(part);
        ck_assert_msg(memcmp(part->out, whole->out + first * out,
                             part->pass.samples * out * sizeof *part->out) == 0,
                      "%s: from sample %u on", rig_text(whole), first);
    }
}

START_TEST(samples_do_not_depend_on_their_shard)
{
    rig *whole = rig_make(rig_case_at(_i), 33), *part = rig_make(rig_case_at(_i), 8);
    if (!is(whole, &dg_layer_batchnorm)) /* normalises over its shard */
        check_split(whole, part);
    rig_free(part);
    rig_free(whole);
}
END_TEST

/* As in a network that predicts: nothing to keep, nothing random, one sample like many. */
START_TEST(predicts)
{
    rig *r = rig_make(rig_case_at(_i), 33), *trained = rig_make(rig_case_at(_i), 33);
    rig *part = rig_make(rig_case_at(_i), 8);
    if (is(r, &dg_layer_batchnorm))
        for (uint32_t c = 0; c < r->layer.in.channels; c++)
            r->params[r->layer.at[DG_ROLE_VARIANCE] + c] = 0.5 + c;
    memcpy(part->params, r->params, r->param_count * sizeof *r->params);
    r->pass.training = part->pass.training = false;
    rig_forward(trained);
    check_split(r, part);
    for (size_t i = 0; i < r->out_count; i++) {
        double expected = trained->out[i];
        if (is(r, &dg_layer_dropout))
            expected = r->in[i];
        if (is(r, &dg_layer_batchnorm)) {
            const size_t c = i % r->layer.in.channels;
            expected = (r->in[i] - r->params[r->layer.at[DG_ROLE_MEAN] + c]) /
                           sqrt(0.5 + (double)c + 1e-5) *
                           r->params[r->layer.at[DG_ROLE_WEIGHT] + c] +
                       r->params[r->layer.at[DG_ROLE_BIAS] + c];
            expected = r->layer.relu && expected < 0 ? 0 : expected;
        }
        if (!(fabs(r->out[i] - expected) <= 1e-12))
            ck_abort_msg("%s: at %zu %g, not %g", rig_text(r), i, r->out[i], expected);
    }
    rig_free(part);
    rig_free(trained);
    rig_free(r);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("layers");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, gradients_are_right, 0, rig_case_count());
    tcase_add_loop_test(tcase, gradients_are_written, 0, rig_case_count());
    tcase_add_loop_test(tcase, does_without_the_gradient_of_its_input, 0, rig_case_count());
    tcase_add_loop_test(tcase, takes_no_samples, 0, rig_case_count());
    tcase_add_loop_test(tcase, samples_do_not_depend_on_their_shard, 0, rig_case_count());
    tcase_add_loop_test(tcase, predicts, 0, rig_case_count());
    return suite_run("layers", tcase);
}
