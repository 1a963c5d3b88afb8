/* The most probable texts of a line, and what else its labels may be: against all there are. */
#include "net/ctc_explain.h"
#include "net/ctc_search.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define CLASSES DG_LINE_OUTPUTS
#define STEPS 6
#define USED 3 /* classes that are probable: 0, 1, 2 */
#define LABELS_MOST 6

#define SCRATCH (STEPS * (CLASSES + 2 * (2 * LABELS_MOST + 1)))

static double scratch[SCRATCH], kept[SCRATCH];

/* Logits of a line on which only a few classes are probable. */
static void make(uint64_t seed, dg_real *logits)
{
    numbers_fill(seed, STEPS * CLASSES, 4, logits);
    for (int t = 0; t < STEPS; t++)
        for (int c = USED; c + 1 < CLASSES; c++)
            logits[t * CLASSES + c] -= 20;
}

static double probability(const dg_real *logits, const uint8_t *labels, uint32_t count)
{
    return exp(-dg_ctc_loss(STEPS, CLASSES, logits, 1, (dg_sequence){labels, count}, scratch));
}

/* The most probable text of all with up to four of the classes in use, of a number of labels that
 * is asked for. */
static double best_of_all(const dg_real *logits, const dg_ctc_plan *plan, uint8_t *best,
                          uint32_t *best_count)
{
    double most = -1;
    for (uint32_t count = plan->min_labels; count <= STEPS; count++) {
        uint32_t codes = 1;
        if (plan->max_labels > 0 && count > plan->max_labels)
            break;
        for (uint32_t i = 0; i < count; i++)
            codes *= USED;
        for (uint32_t code = 0; code < codes; code++) {
            uint8_t labels[STEPS];
            bool allowed = true;
            for (uint32_t i = 0, rest = code; i < count; i++, rest /= USED) {
                labels[i] = (uint8_t)(rest % USED);
                allowed = allowed && plan->allowed >> labels[i] & 1;
            }
            const double p = allowed ? probability(logits, labels, count) : -1;
            if (p > most) {
                most = p;
                memcpy(best, labels, count);
                *best_count = count;
            }
        }
    }
    return most;
}

static const struct {
    uint32_t allowed, min_labels, max_labels;
} plans[] = {{0x3ffff, 0, 0}, {0x3fffd, 0, 0}, {0x3ffff, 3, 3}, {0x3ffff, 0, 1},
             {0x3ffff, 4, 0}, {0x3ffff, 2, 4}, {2, 1, 2}};

#define PLANS (int)(sizeof plans / sizeof plans[0])

START_TEST(finds_the_most_probable_text)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        dg_real logits[STEPS * CLASSES];
        dg_ctc_text texts[DG_CTC_TEXTS_MOST];
        uint8_t labels[STEPS];
        uint32_t count = 0;
        size_t found;
        make(seed, logits);
        const dg_ctc_plan plan = {
            .steps = STEPS,
            .classes = CLASSES,
            .logits = logits,
            .temperature = 1,
            .allowed = plans[_i].allowed,
            .counted = 0x3ff,
            .min_labels = plans[_i].min_labels,
            .max_labels = plans[_i].max_labels,
        };
        const double best = best_of_all(logits, &plan, labels, &count);
        ck_assert_int_eq(dg_ctc_search(&plan, DG_CTC_TEXTS_MOST, texts, &found), DIGIT_OK);
        ck_assert_uint_ge(found, 1);
        ck_assert_uint_eq(texts[0].count, count);
        ck_assert_mem_eq(texts[0].labels, labels, count);
        ck_assert_double_eq_tol(exp(texts[0].log_p), best, 0.05 * best);
        for (size_t i = 1; i < found; i++)
            ck_assert_double_le(texts[i].log_p, texts[i - 1].log_p);
    }
}
END_TEST

/* Labels that don't count may be in a text in any number. */
START_TEST(counts_only_what_is_counted)
{
    dg_real logits[STEPS * CLASSES] = {0};
    static const uint8_t path[STEPS] = {0, 1, 0, 1, 2, 2};
    dg_ctc_text text;
    size_t found;
    for (int t = 0; t < STEPS; t++)
        logits[t * CLASSES + path[t]] = 20;
    const dg_ctc_plan plan = {.steps = STEPS, .classes = CLASSES, .logits = logits,
                              .temperature = 1, .allowed = 0x3ffff, .counted = 1,
                              .min_labels = 2, .max_labels = 2};
    ck_assert_int_eq(dg_ctc_search(&plan, 1, &text, &found), DIGIT_OK);
    ck_assert_uint_eq(text.count, 5);
}
END_TEST

/* The text with every other class in a place, and without it. */
START_TEST(explains_each_label)
{
    static const char *const texts[] = {"0", "01", "010", "0012", "11", "2101"};
    const uint32_t count = (uint32_t)strlen(texts[_i]) % (LABELS_MOST + 1);
    dg_real logits[STEPS * CLASSES];
    double at[LABELS_MOST], log_p[CLASSES];
    uint8_t labels[LABELS_MOST], other[LABELS_MOST];
    numbers_fill((uint64_t)_i, STEPS * CLASSES, 2, logits);
    for (uint32_t i = 0; i < count; i++)
        labels[i] = (uint8_t)(texts[_i][i] - '0');
    dg_ctc_explained e = {STEPS, {labels, count}, kept, at, 0};
    dg_ctc_explain(logits, 1, &e);
    ck_assert_double_eq_tol(exp(e.log_p), probability(logits, labels, count), 1e-12);
    for (uint32_t i = 0; i < count; i++) {
        dg_ctc_alternatives(&e, i, log_p);
        for (uint32_t c = 0; c + 1 < CLASSES; c++) {
            memcpy(other, labels, count);
            other[i] = (uint8_t)c;
            ck_assert_double_eq_tol(exp(log_p[c]), probability(logits, other, count), 1e-12);
        }
        memcpy(other, labels, i);
        memcpy(other + i, labels + i + 1, count - i - 1);
        ck_assert_double_eq_tol(exp(log_p[CLASSES - 1]), probability(logits, other, count - 1),
                                1e-12);
        ck_assert(at[i] >= 0 && at[i] <= STEPS - 1);
        if (i > 0)
            ck_assert_double_gt(at[i], at[i - 1]);
    }
}
END_TEST

/* One label instead of none, of one or of several. */
START_TEST(replaces_labels)
{
    static const char *const texts[] = {"", "01", "010", "11", "210"};
    const uint32_t count = (uint32_t)strlen(texts[_i]) % (LABELS_MOST + 1);
    dg_real logits[STEPS * CLASSES];
    double at[LABELS_MOST];
    uint8_t labels[LABELS_MOST], other[LABELS_MOST + 1];
    numbers_fill((uint64_t)_i, STEPS * CLASSES, 2, logits);
    for (uint32_t i = 0; i < count; i++)
        labels[i] = (uint8_t)(texts[_i][i] - '0');
    dg_ctc_explained e = {STEPS, {labels, count}, kept, at, 0};
    dg_ctc_explain(logits, 1, &e);
    for (uint32_t first = 0; first <= count; first++)
        for (uint32_t end = first; end <= count; end++)
            for (uint32_t c = 0; c + 1 < CLASSES; c++) {
                memcpy(other, labels, first);
                other[first] = (uint8_t)c;
                memcpy(other + first + 1, labels + end, count - end);
                ck_assert_double_eq_tol(exp(dg_ctc_replaced(&e, first, end, c)),
                                        probability(logits, other, first + 1 + count - end),
                                        1e-12);
            }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("ctc_search");
    tcase_add_loop_test(tcase, finds_the_most_probable_text, 0, PLANS);
    tcase_add_test(tcase, counts_only_what_is_counted);
    tcase_add_loop_test(tcase, explains_each_label, 0, 6);
    tcase_add_loop_test(tcase, replaces_labels, 0, 5);
    return suite_run("ctc_search", tcase);
}
