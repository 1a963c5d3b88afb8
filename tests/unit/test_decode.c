/* The likeliest paths through a row of segments: against trying all of them. */
#include "read/decode.h"
#include "read/weights.h"

#include "../support/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENTS = 6 };

typedef struct fixture {
    dg_segment segments[SEGMENTS];
    dg_hypothesis hypotheses[SEGMENTS * 3];
    uint32_t begin[SEGMENTS + 1];
    dg_segments list;
    dg_hypotheses all;
    dg_decode_plan plan;
} fixture;

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Segments in a row, hypotheses of one to three of them with random answers. */
static void set_up(fixture *f, uint32_t seed)
{
    uint32_t state = seed, count = 0;
    memset(f, 0, sizeof *f);
    for (int i = 0; i < SEGMENTS; i++)
        f->segments[i] = (dg_segment){.left = 20 * i,
                                      .right = 20 * i + 15,
                                      .bottom = 29,
                                      .small = next_random(&state) % 4 == 0};
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        f->begin[i] = count;
        for (uint32_t n = 1; n <= 3 && i + n <= SEGMENTS; n++) {
            dg_hypothesis *hypothesis = &f->hypotheses[count++];
            *hypothesis = (dg_hypothesis){.first = i,
                                          .count = n,
                                          .single = true,
                                          .pair = n > 1,
                                          .whole = i % 2 == 0,
                                          .fixed = 0.1f * n};
            const uint32_t best = next_random(&state) % 10;
            hypothesis->answer.probabilities[best] = 0.7f;
            hypothesis->answer.probabilities[(best + 1) % 10] = 0.2f;
            hypothesis->answer.probabilities[(best + 4) % 10] = 0.1f;
            hypothesis->answer.digit = (int32_t)best;
            hypothesis->answer.other = (float)(next_random(&state) % 90) / 100;
            hypothesis->pairs = (dg_pairs){
                .one = 0.9f, .p = {0.5f}, .which = {(uint8_t)(next_random(&state) % 100)}};
        }
    }
    f->begin[SEGMENTS] = count;
    f->list = (dg_segments){.items = f->segments, .count = SEGMENTS};
    f->all = (dg_hypotheses){.items = f->hypotheses, .count = count, .begin = f->begin};
    f->plan = (dg_decode_plan){.segments = &f->list,
                               .hypotheses = &f->all,
                               .count = SEGMENTS,
                               .size = 30,
                               .allowed = 0x3FF,
                               .min_digits = 1};
}

/* The cost of a segment that is no digit: the decoder's own, for a row without hypotheses. */
static double skip(const fixture *f, size_t segment)
{
    uint32_t none[SEGMENTS + 1] = {0};
    dg_hypotheses nothing = {.begin = none};
    dg_decode_plan plan = f->plan;
    dg_paths paths;
    plan.hypotheses = &nothing;
    plan.first = segment;
    plan.count = 1;
    plan.min_digits = 1;
    plan.max_digits = 0;
    ck_assert_int_eq(dg_decode(&plan, 1, &paths), DIGIT_OK);
    const double cost = paths.items[0].cost;
    dg_paths_free(&paths);
    return cost;
}

/* The cost of the hypothesis of `count` segments from `first`, which set_up() made, as a digit. */
static double single_cost(const fixture *f, uint32_t first, uint32_t count, int digit)
{
    return dg_hypothesis_cost(&f->hypotheses[f->begin[first] + count - 1], &f->list, 30, digit);
}

/* The cost of a hypothesis as its likeliest pair, divided by the cut that costs least. */
static double pair_cost(const fixture *f, uint32_t index)
{
    const dg_hypothesis *hypothesis = &f->hypotheses[index];
    const int left = hypothesis->pairs.which[0] / 10, right = hypothesis->pairs.which[0] % 10;
    double halves = INFINITY;
    for (uint32_t k = 1; k < hypothesis->count; k++)
        halves = fmin(halves, single_cost(f, hypothesis->first, k, left) +
                                  single_cost(f, hypothesis->first + k, hypothesis->count - k,
                                              right));
    return dg_hypothesis_pair_cost(hypothesis, &f->list, 30, 0) +
           dg_weights_fitted.pair_halves * halves;
}

/* Strings of digits are numbers in base 11, in which 0 is no digit. */
enum { STRINGS = 11 * 11 * 11 * 11 * 11 * 11 };

/* Add the likelihoods of all paths that go on from a segment to sums[STRINGS]; `likelihood` is that
 * of the path so far. */
static void add_paths(const fixture *f, size_t segment, size_t string, double likelihood,
                      double *sums)
{
    if (segment == SEGMENTS) {
        sums[string] += likelihood;
        return;
    }
    add_paths(f, segment + 1, string, likelihood * exp(-skip(f, segment)), sums);
    for (uint32_t i = f->begin[segment]; i < f->begin[segment + 1]; i++) {
        const dg_hypothesis *hypothesis = &f->hypotheses[i];
        const size_t end = segment + hypothesis->count, pair = hypothesis->pairs.which[0];
        for (int d = 0; d < 10; d++)
            if (hypothesis->answer.probabilities[d] > 0)
                add_paths(f, end, 11 * string + (size_t)d + 1,
                          likelihood * exp(-dg_hypothesis_cost(hypothesis, &f->list, 30, d)),
                          sums);
        if (hypothesis->pair)
            add_paths(f, end, 121 * string + 11 * (pair / 10 + 1) + pair % 10 + 1,
                      likelihood * exp(-pair_cost(f, i)), sums);
    }
}

/* The likelihood of the likeliest string of so many digits (-1: any). */
static double likeliest(const double *sums, int digits)
{
    double best = 0;
    for (size_t string = 0; string < STRINGS; string++) {
        int length = 0;
        for (size_t rest = string; rest > 0; rest /= 11)
            length++;
        if (sums[string] > best && (digits < 0 || length == digits))
            best = sums[string];
    }
    return best;
}

/* The decoder's sums lack what its beams drop, which is little. */
static void check_best(const fixture *f, const dg_paths *paths, int digits)
{
    double *sums = calloc(STRINGS, sizeof *sums);
    ck_assert_ptr_nonnull(sums);
    add_paths(f, 0, 0, 1, sums);
    const double truth = -log(likeliest(sums, digits));
    ck_assert_double_ge(paths->items[0].cost, truth - 1e-9);
    ck_assert_double_le(paths->items[0].cost, truth + 0.03);
    free(sums);
}

START_TEST(best_path_is_the_best_of_all)
{
    fixture f;
    dg_paths paths;
    set_up(&f, (uint32_t)_i);
    ck_assert_int_eq(dg_decode(&f.plan, DG_PATHS_MAX, &paths), DIGIT_OK);
    check_best(&f, &paths, -1);
    for (size_t i = 1; i < paths.count; i++)
        ck_assert_double_ge(paths.items[i].cost, paths.items[i - 1].cost);
    ck_assert_double_le(paths.total, paths.items[0].cost + 1e-9);
    dg_paths_free(&paths);
}
END_TEST

START_TEST(length_is_what_was_asked_for)
{
    const uint32_t wanted = 1 + (uint32_t)_i % SEGMENTS;
    fixture f;
    dg_paths paths;
    set_up(&f, (uint32_t)_i);
    f.plan.min_digits = f.plan.max_digits = wanted;
    ck_assert_int_eq(dg_decode(&f.plan, DG_PATHS_MAX, &paths), DIGIT_OK);
    ck_assert_uint_ge(paths.count, 1);
    check_best(&f, &paths, (int)wanted);
    for (size_t i = 0; i < paths.count; i++)
        ck_assert_uint_eq(paths.items[i].count, wanted);
    dg_paths_free(&paths);
    f.plan.min_digits = f.plan.max_digits = SEGMENTS + 1;
    ck_assert_int_eq(dg_decode(&f.plan, DG_PATHS_MAX, &paths), DIGIT_OK);
    ck_assert_uint_eq(paths.count, 0);
    dg_paths_free(&paths);
}
END_TEST

/* Paths that differ only in their cuts add up: two halves may be a digit in either of two places,
 * and beat one that fits better in one place. */
START_TEST(many_cuts_outweigh_one)
{
    fixture f;
    dg_paths paths;
    memset(&f, 0, sizeof f);
    for (int i = 0; i < 3; i++)
        f.segments[i] = (dg_segment){.left = 10 * i, .right = 10 * i + 9, .bottom = 14};
    const struct {
        uint32_t first, count;
        int digit;
        float confidence;
    } hypotheses[] = {
        {0, 1, 3, 0.6f}, {0, 2, 3, 0.6f}, {0, 3, 8, 0.99f}, {1, 2, 5, 0.6f}, {2, 1, 5, 0.6f},
    };
    for (int i = 0; i < 5; i++) {
        f.hypotheses[i] = (dg_hypothesis){.first = hypotheses[i].first,
                                          .count = hypotheses[i].count,
                                          .single = true,
                                          .whole = true,
                                          .pairs.one = 1};
        f.hypotheses[i].answer.digit = hypotheses[i].digit;
        f.hypotheses[i].answer.probabilities[hypotheses[i].digit] = 1;
        f.hypotheses[i].answer.other = 1 - hypotheses[i].confidence;
    }
    const uint32_t begin[] = {0, 3, 4, 5};
    memcpy(f.begin, begin, sizeof begin);
    f.list = (dg_segments){.items = f.segments, .count = 3};
    f.all = (dg_hypotheses){.items = f.hypotheses, .count = 5, .begin = f.begin};
    f.plan = (dg_decode_plan){.segments = &f.list,
                              .hypotheses = &f.all,
                              .count = 3,
                              .size = 30,
                              .allowed = 0x3FF,
                              .min_digits = 1};
    ck_assert_int_eq(dg_decode(&f.plan, DG_PATHS_MAX, &paths), DIGIT_OK);
    ck_assert_uint_eq(paths.items[0].count, 2); /* an 8 so wide: 0.33; 35: 0.30 + 0.31 */
    ck_assert(paths.choices[0].digit == 3 && paths.choices[1].digit == 5);
    ck_assert_double_ge(paths.posterior[0], 0.3); /* in one place or the other */
    dg_paths_free(&paths);
}
END_TEST

START_TEST(paths_differ_and_digits_are_allowed)
{
    fixture f;
    dg_paths paths;
    set_up(&f, (uint32_t)_i);
    f.plan.allowed = 0x2A5;
    ck_assert_int_eq(dg_decode(&f.plan, DG_PATHS_MAX, &paths), DIGIT_OK);
    for (size_t i = 0; i < paths.count; i++) {
        const dg_path *a = &paths.items[i];
        for (size_t k = 0; k < a->count; k++) {
            const uint8_t digit = paths.choices[a->first + k].digit;
            ck_assert(0x2A5 >> digit & 1);
            ck_assert(paths.posterior[a->first + k] > 0 && paths.posterior[a->first + k] <= 1);
        }
        for (size_t j = 0; j < i; j++) {
            const dg_path *b = &paths.items[j];
            bool same = a->count == b->count;
            for (size_t k = 0; same && k < a->count; k++)
                same = paths.choices[a->first + k].digit == paths.choices[b->first + k].digit;
            ck_assert(!same);
        }
    }
    dg_paths_free(&paths);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("decode");
    tcase_add_loop_test(tcase, best_path_is_the_best_of_all, 0, 20);
    tcase_add_loop_test(tcase, length_is_what_was_asked_for, 0, 12);
    tcase_add_test(tcase, many_cuts_outweigh_one);
    tcase_add_loop_test(tcase, paths_differ_and_digits_are_allowed, 0, 20);
    return suite_run("decode", tcase);
}
