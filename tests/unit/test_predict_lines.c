/* Lines of any width: the same bits for any number of threads, in any company. */
#include "base/fpenv.h"
#include "base/mem.h"
#include "math/blas.h"
#include "math/vec.h"
#include "net/predict_lines.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <math.h>
#include <string.h>

#define LINES 12
#define ARCHITECTURE                                                                          \
    "line 32 conv 8x5 stride 2 batchnorm relu conv 48x3 relu maxpool 2x1 dropout 20 "         \
    "conv 48 6x3 batchnorm relu conv 16 1x5 relu conv 19x1"

static const uint32_t widths[LINES] = {1, 2, 31, 32, 33, 64, 100, 100, 101, 257, 600, 3};

typedef struct answers {
    dg_real *logits[LINES];
    uint32_t outputs[LINES];
} answers;

static dg_pool pool;
static uint8_t *pixels[LINES];

static dg_predictor *make_predictor(void)
{
    dg_snapshot *snapshot;
    dg_predictor *predictor;
    uint64_t state = 9;
    dg_fpenv_enter();
    dg_vec_open();
    ck_assert_int_eq(dg_blas_open(), DIGIT_OK);
    ck_assert_int_eq(dg_snapshot_create(ARCHITECTURE, false, &snapshot), DIGIT_OK);
    dg_network_init(snapshot->network, 2, snapshot->params);
    ck_assert_int_eq(dg_predictor_create(snapshot, &predictor), DIGIT_OK);
    dg_snapshot_free(snapshot);
    for (int i = 0; i < LINES; i++) {
        pixels[i] = dg_alloc(DG_LINE_ROWS, widths[i]);
        for (uint32_t p = 0; p < DG_LINE_ROWS * widths[i]; p++)
            pixels[i][p] = (uint8_t)(numbers_next(&state) >> 8);
    }
    return predictor;
}

static void keep(void *context, size_t index, uint32_t outputs, dg_real *logits)
{
    answers *a = context;
    const size_t count = (size_t)outputs * DG_LINE_OUTPUTS;
    ck_assert_ptr_null(a->logits[index]); /* each once */
    a->outputs[index] = outputs;
    a->logits[index] = dg_alloc(count, sizeof *logits);
    memcpy(a->logits[index], logits, count * sizeof *logits);
}

static void free_answers(answers *a)
{
    for (int i = 0; i < LINES; i++)
        dg_free(a->logits[i]);
}

/* Lines first .. end-1 together. */
static void run(const dg_predictor *predictor, uint32_t threads, int first, int end, answers *a)
{
    dg_line_image lines[LINES];
    *a = (answers){0};
    for (int i = first; i < end; i++)
        lines[i - first] = (dg_line_image){pixels[i], widths[i]};
    ck_assert_int_eq(dg_predictor_visit_lines(predictor, (dg_threads){&pool, threads, NULL}, lines,
                                              (size_t)(end - first), keep, a),
                     DIGIT_OK);
}

START_TEST(bits_depend_on_the_line_alone)
{
    dg_predictor *predictor = make_predictor();
    answers all, some;
    run(predictor, 1, 0, LINES, &all);
    for (int i = 0; i < LINES; i++) {
        ck_assert_uint_eq(all.outputs[i], (widths[i] + 1) / 2);
        for (uint32_t k = 0; k < all.outputs[i] * DG_LINE_OUTPUTS; k++)
            ck_assert(isfinite(all.logits[i][k]));
    }
    for (uint32_t threads = 1; threads <= 5; threads += 2)
        for (int first = 0; first < LINES; first += 3) {
            run(predictor, threads, first, LINES, &some);
            for (int i = first; i < LINES; i++)
                ck_assert_mem_eq(some.logits[i - first], all.logits[i],
                                 all.outputs[i] * DG_LINE_OUTPUTS * sizeof(dg_real));
            free_answers(&some);
        }
    free_answers(&all);
    for (int i = 0; i < LINES; i++)
        dg_free(pixels[i]);
    dg_predictor_free(predictor);
    dg_pool_close(&pool);
}
END_TEST

/* What the network sees beyond its ends is background. */
START_TEST(a_margin_of_background_changes_nothing)
{
    dg_predictor *predictor = make_predictor();
    const uint32_t columns = 100, margin = 40, wide = columns + 2 * margin;
    uint8_t *padded = dg_alloc_zero(DG_LINE_ROWS, wide);
    answers bare, more;
    for (uint32_t row = 0; row < DG_LINE_ROWS; row++)
        memcpy(padded + row * wide + margin, pixels[6] + row * columns, columns);
    run(predictor, 1, 6, 7, &bare);
    more = (answers){0};
    const dg_line_image line = {padded, wide};
    ck_assert_int_eq(dg_predictor_visit_lines(predictor, (dg_threads){&pool, 1, NULL}, &line, 1,
                                              keep, &more), DIGIT_OK);
    for (uint32_t k = 0; k < bare.outputs[0] * DG_LINE_OUTPUTS; k++)
        ck_assert_double_eq_tol(
            (double)more.logits[0][margin / 2 * DG_LINE_OUTPUTS + k], (double)bare.logits[0][k],
            1e-4);
    free_answers(&bare);
    free_answers(&more);
    dg_free(padded);
    for (int i = 0; i < LINES; i++)
        dg_free(pixels[i]);
    dg_predictor_free(predictor);
    dg_pool_close(&pool);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("predict_lines");
    tcase_add_test(tcase, bits_depend_on_the_line_alone);
    tcase_add_test(tcase, a_margin_of_background_changes_nothing);
    return suite_run("predict_lines", tcase);
}
