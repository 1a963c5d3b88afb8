/* The likeliest ways to read a row of segments: against trying all of them. */
#include "read/decode.h"

#include "../support/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ATOMS = 6 };

typedef struct fixture {
    dg_segment segments[ATOMS];
    dg_hypothesis hypotheses[ATOMS * 3];
    uint32_t begin[ATOMS + 1];
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
    for (int i = 0; i < ATOMS; i++)
        f->segments[i] = (dg_segment){.left = 20 * i,
                                      .right = 20 * i + 15,
                                      .bottom = 29,
                                      .small = next_random(&state) % 4 == 0};
    for (uint32_t i = 0; i < ATOMS; i++) {
        f->begin[i] = count;
        for (uint32_t n = 1; n <= 3 && i + n <= ATOMS; n++) {
            dg_hypothesis *g = &f->hypotheses[count++];
            *g = (dg_hypothesis){.first = i,
                                 .count = n,
                                 .single = true,
                                 .pair = n > 1,
                                 .whole = i % 2 == 0,
                                 .shape = 0.1f * n};
            const uint32_t best = next_random(&state) % 10;
            g->answer.probabilities[best] = 0.7f;
            g->answer.probabilities[(best + 1) % 10] = 0.2f;
            g->answer.probabilities[(best + 4) % 10] = 0.1f;
            g->answer.digit = (int32_t)best;
            g->answer.other = (float)(next_random(&state) % 90) / 100;
            g->pairs = (dg_pairs){
                .one = 0.9f, .p = {0.5f}, .which = {(uint8_t)(next_random(&state) % 100)}};
        }
    }
    f->begin[ATOMS] = count;
    f->list = (dg_segments){.items = f->segments, .count = ATOMS};
    f->all = (dg_hypotheses){.items = f->hypotheses, .count = count, .begin = f->begin};
    f->plan = (dg_decode_plan){.segments = &f->list,
                               .hypotheses = &f->all,
                               .count = ATOMS,
                               .size = 30,
                               .allowed = 0x3FF,
                               .min_digits = 1};
}

/* The cost of passing over an segment: the decoder's own, for a row without hypotheses. */
static double skip(const fixture *f, size_t segment)
{
    uint32_t none[ATOMS + 1] = {0};
    dg_hypotheses nothing = {.begin = none};
    dg_decode_plan plan = f->plan;
    dg_paths ways;
    plan.hypotheses = &nothing;
    plan.first = segment;
    plan.count = 1;
    plan.min_digits = 1;
    plan.max_digits = 0;
    ck_assert_int_eq(dg_decode(&plan, 1, &ways), DIGIT_OK);
    const double cost = ways.items[0].cost;
    dg_paths_free(&ways);
    return cost;
}

/* The hypothesis of `count` segments from `first`: as set_up() made them. */
static const dg_hypothesis *hypothesis_at(const fixture *f, uint32_t first, uint32_t count)
{
    return &f->hypotheses[f->begin[first] + count - 1];
}

/* The cost of two digits: as one, and of the best of the ways to part them. */
static double pair_cost(const fixture *f, uint32_t index)
{
    const dg_hypothesis *g = &f->hypotheses[index];
    const int left = g->pairs.which[0] / 10, right = g->pairs.which[0] % 10;
    double parts = INFINITY;
    for (uint32_t k = 1; k < g->count; k++)
        parts = fmin(parts, dg_hypothesis_cost(hypothesis_at(f, g->first, k), &f->list, 30, left) +
                                dg_hypothesis_cost(hypothesis_at(f, g->first + k, g->count - k),
                                                   &f->list, 30, right));
    return dg_hypothesis_pair_cost(g, &f->list, 30, 0) + DG_EDGE_PARTS_SHARE * parts;
}

/* Likelihoods of all rows of digits: the digits' name in base 11, with 0 for none. */
enum { NAMES = 11 * 11 * 11 * 11 * 11 * 11 };

/* Add those of all ways from an segment on, `likelihood` being that of the way before it. */
static void add_ways(const fixture *f, size_t segment, size_t name, double likelihood, double *sums)
{
    if (segment == ATOMS) {
        sums[name] += likelihood;
        return;
    }
    add_ways(f, segment + 1, name, likelihood * exp(-skip(f, segment)), sums);
    for (uint32_t g = f->begin[segment]; g < f->begin[segment + 1]; g++)
        for (int d = 0; d < 10; d++)
            if (f->hypotheses[g].answer.probabilities[d] > 0)
                add_ways(f, segment + f->hypotheses[g].count, 11 * name + (size_t)d + 1,
                         likelihood * exp(-dg_hypothesis_cost(&f->hypotheses[g], &f->list, 30, d)),
                         sums);
    for (uint32_t g = f->begin[segment]; g < f->begin[segment + 1]; g++) {
        const size_t pair = f->hypotheses[g].pairs.which[0];
        if (f->hypotheses[g].pair)
            add_ways(f, segment + f->hypotheses[g].count,
                     121 * name + 11 * (pair / 10 + 1) + pair % 10 + 1,
                     likelihood * exp(-pair_cost(f, g)), sums);
    }
}

/* The likeliest row of so many digits (-1: any). */
static double likeliest(const double *sums, int digits)
{
    double best = 0;
    for (size_t name = 0; name < NAMES; name++) {
        int length = 0;
        for (size_t rest = name; rest > 0; rest /= 11)
            length++;
        if (sums[name] > best && (digits < 0 || length == digits))
            best = sums[name];
    }
    return best;
}

/* Sums lack what was dropped on the way, which is little. */
static void check_best(const fixture *f, const dg_paths *ways, int digits)
{
    double *sums = calloc(NAMES, sizeof *sums);
    ck_assert_ptr_nonnull(sums);
    add_ways(f, 0, 0, 1, sums);
    const double truth = -log(likeliest(sums, digits));
    ck_assert_double_ge(ways->items[0].cost, truth - 1e-9);
    ck_assert_double_le(ways->items[0].cost, truth + 0.03);
    free(sums);
}

START_TEST(best_way_is_the_best_of_all)
{
    fixture f;
    dg_paths ways;
    set_up(&f, (uint32_t)_i);
    ck_assert_int_eq(dg_decode(&f.plan, DG_PATHS_MAX, &ways), DIGIT_OK);
    check_best(&f, &ways, -1);
    for (size_t i = 1; i < ways.count; i++)
        ck_assert_double_ge(ways.items[i].cost, ways.items[i - 1].cost);
    ck_assert_double_le(ways.total, ways.items[0].cost + 1e-9);
    dg_paths_free(&ways);
}
END_TEST

START_TEST(length_is_what_was_asked_for)
{
    const uint32_t wanted = 1 + (uint32_t)_i % ATOMS;
    fixture f;
    dg_paths ways;
    set_up(&f, (uint32_t)_i);
    f.plan.min_digits = f.plan.max_digits = wanted;
    ck_assert_int_eq(dg_decode(&f.plan, DG_PATHS_MAX, &ways), DIGIT_OK);
    ck_assert_uint_ge(ways.count, 1);
    check_best(&f, &ways, (int)wanted);
    for (size_t i = 0; i < ways.count; i++)
        ck_assert_uint_eq(ways.items[i].count, wanted);
    dg_paths_free(&ways);
    f.plan.min_digits = f.plan.max_digits = ATOMS + 1;
    ck_assert_int_eq(dg_decode(&f.plan, DG_PATHS_MAX, &ways), DIGIT_OK);
    ck_assert_uint_eq(ways.count, 0);
    dg_paths_free(&ways);
}
END_TEST

/* Ways that differ only in their cuts add up: two halves may be a digit in either of two
 * places, and beat one that fits better in one place. */
START_TEST(many_cuts_outweigh_one)
{
    fixture f;
    dg_paths ways;
    memset(&f, 0, sizeof f);
    for (int i = 0; i < 3; i++)
        f.segments[i] = (dg_segment){.left = 10 * i, .right = 10 * i + 9, .bottom = 14};
    const struct {
        uint32_t first, count;
        int digit;
        float sure;
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
        f.hypotheses[i].answer.other = 1 - hypotheses[i].sure;
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
    ck_assert_int_eq(dg_decode(&f.plan, DG_PATHS_MAX, &ways), DIGIT_OK);
    ck_assert_uint_eq(ways.items[0].count, 2); /* an 8 so wide: 0.33; 35: 0.30 + 0.31 */
    ck_assert(ways.choices[0].digit == 3 && ways.choices[1].digit == 5);
    ck_assert_double_ge(ways.posterior[0], 0.3); /* in one place or the other */
    dg_paths_free(&ways);
}
END_TEST

START_TEST(ways_differ_and_digits_are_allowed)
{
    fixture f;
    dg_paths ways;
    set_up(&f, (uint32_t)_i);
    f.plan.allowed = 0x2A5;
    ck_assert_int_eq(dg_decode(&f.plan, DG_PATHS_MAX, &ways), DIGIT_OK);
    for (size_t i = 0; i < ways.count; i++) {
        const dg_path *a = &ways.items[i];
        for (size_t k = 0; k < a->count; k++) {
            const uint8_t digit = ways.choices[a->first + k].digit;
            ck_assert(0x2A5 >> digit & 1);
            ck_assert(ways.posterior[a->first + k] > 0 && ways.posterior[a->first + k] <= 1);
        }
        for (size_t j = 0; j < i; j++) {
            const dg_path *b = &ways.items[j];
            bool same = a->count == b->count;
            for (size_t k = 0; same && k < a->count; k++)
                same = ways.choices[a->first + k].digit == ways.choices[b->first + k].digit;
            ck_assert(!same);
        }
    }
    dg_paths_free(&ways);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("decode");
    tcase_add_loop_test(tcase, best_way_is_the_best_of_all, 0, 20);
    tcase_add_loop_test(tcase, length_is_what_was_asked_for, 0, 12);
    tcase_add_test(tcase, many_cuts_outweigh_one);
    tcase_add_loop_test(tcase, ways_differ_and_digits_are_allowed, 0, 20);
    return suite_run("decode", tcase);
}
