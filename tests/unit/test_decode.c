/* The likeliest ways to read a row of atoms: against trying all of them. */
#include "tasks/decode.h"

#include "../support/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ATOMS = 6 };

typedef struct fixture {
    dg_atom atoms[ATOMS];
    dg_guess guesses[ATOMS * 3];
    uint32_t begin[ATOMS + 1];
    dg_atoms list;
    dg_guesses all;
    dg_decode_plan plan;
} fixture;

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Atoms in a row, guesses of one to three of them with random answers. */
static void set_up(fixture *f, uint32_t seed)
{
    uint32_t state = seed, count = 0;
    memset(f, 0, sizeof *f);
    for (int i = 0; i < ATOMS; i++)
        f->atoms[i] = (dg_atom){.left = 20 * i, .right = 20 * i + 15, .bottom = 29,
                                .small = next_random(&state) % 4 == 0};
    for (uint32_t i = 0; i < ATOMS; i++) {
        f->begin[i] = count;
        for (uint32_t n = 1; n <= 3 && i + n <= ATOMS; n++) {
            dg_guess *g = &f->guesses[count++];
            *g = (dg_guess){.first = i, .count = n, .shape = 0.1f * n};
            const uint32_t best = next_random(&state) % 10;
            g->answer.probabilities[best] = 0.7f;
            g->answer.probabilities[(best + 1) % 10] = 0.2f;
            g->answer.probabilities[(best + 4) % 10] = 0.1f;
            g->answer.digit = (int32_t)best;
            g->answer.other = (float)(next_random(&state) % 90) / 100;
        }
    }
    f->begin[ATOMS] = count;
    f->list = (dg_atoms){.items = f->atoms, .count = ATOMS};
    f->all = (dg_guesses){.items = f->guesses, .count = count, .begin = f->begin};
    f->plan = (dg_decode_plan){.atoms = &f->list, .guesses = &f->all, .count = ATOMS,
                               .size = 30, .allowed = 0x3FF, .min_digits = 1};
}

/* The least cost of all ways from an atom on with so many digits in all (-1: any),
 * skipping as the decoder does: by its own answer for a row without guesses. */
static double skip(const fixture *f, size_t atom)
{
    uint32_t none[ATOMS + 1] = {0};
    dg_guesses nothing = {.begin = none};
    dg_decode_plan plan = f->plan;
    dg_ways ways;
    plan.guesses = &nothing;
    plan.first = atom;
    plan.count = 1;
    plan.min_digits = 1;
    plan.max_digits = 0;
    ck_assert_int_eq(dg_decode(&plan, 1, &ways), DIGIT_OK);
    const double cost = ways.items[0].cost;
    dg_ways_free(&ways);
    return cost;
}

static double best_from(const fixture *f, size_t atom, int digits)
{
    if (atom == ATOMS)
        return digits <= 0 ? 0 : INFINITY;
    double best = skip(f, atom) + best_from(f, atom + 1, digits);
    for (uint32_t g = f->begin[atom]; digits != 0 && g < f->begin[atom + 1]; g++)
        for (int d = 0; d < 10; d++) {
            if (f->guesses[g].answer.probabilities[d] <= 0)
                continue;
            const double here = dg_guess_cost(&f->guesses[g], &f->list, 30, d) +
                                best_from(f, atom + f->guesses[g].count,
                                          digits < 0 ? -1 : digits - 1);
            best = here < best ? here : best;
        }
    return best;
}

START_TEST(best_way_is_the_best_of_all)
{
    fixture f;
    dg_ways ways;
    set_up(&f, (uint32_t)_i);
    ck_assert_int_eq(dg_decode(&f.plan, DG_WAYS_MAX, &ways), DIGIT_OK);
    ck_assert_double_eq_tol(ways.items[0].cost, best_from(&f, 0, -1), 1e-9);
    for (size_t i = 1; i < ways.count; i++)
        ck_assert_double_ge(ways.items[i].cost, ways.items[i - 1].cost);
    ck_assert_double_le(ways.total, ways.items[0].cost + 1e-9);
    dg_ways_free(&ways);
}
END_TEST

START_TEST(length_is_what_was_asked_for)
{
    const uint32_t wanted = 1 + (uint32_t)_i % ATOMS;
    fixture f;
    dg_ways ways;
    set_up(&f, (uint32_t)_i);
    f.plan.min_digits = f.plan.max_digits = wanted;
    ck_assert_int_eq(dg_decode(&f.plan, DG_WAYS_MAX, &ways), DIGIT_OK);
    ck_assert_uint_ge(ways.count, 1);
    ck_assert_double_eq_tol(ways.items[0].cost, best_from(&f, 0, (int)wanted), 1e-9);
    for (size_t i = 0; i < ways.count; i++)
        ck_assert_uint_eq(ways.items[i].count, wanted);
    dg_ways_free(&ways);
    f.plan.min_digits = f.plan.max_digits = ATOMS + 1;
    ck_assert_int_eq(dg_decode(&f.plan, DG_WAYS_MAX, &ways), DIGIT_OK);
    ck_assert_uint_eq(ways.count, 0);
    dg_ways_free(&ways);
}
END_TEST

START_TEST(ways_differ_and_digits_are_allowed)
{
    fixture f;
    dg_ways ways;
    set_up(&f, (uint32_t)_i);
    f.plan.allowed = 0x2A5;
    ck_assert_int_eq(dg_decode(&f.plan, DG_WAYS_MAX, &ways), DIGIT_OK);
    for (size_t i = 0; i < ways.count; i++) {
        const dg_way *a = &ways.items[i];
        for (size_t k = 0; k < a->count; k++) {
            const uint8_t digit = ways.choices[a->first + k].digit;
            ck_assert(0x2A5 >> digit & 1);
            ck_assert(ways.posterior[a->first + k] > 0 && ways.posterior[a->first + k] <= 1);
        }
        for (size_t j = 0; j < i; j++) {
            const dg_way *b = &ways.items[j];
            bool same = a->count == b->count;
            for (size_t k = 0; same && k < a->count; k++)
                same = ways.choices[a->first + k].digit == ways.choices[b->first + k].digit;
            ck_assert(!same);
        }
    }
    dg_ways_free(&ways);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("decode");
    tcase_add_loop_test(tcase, best_way_is_the_best_of_all, 0, 20);
    tcase_add_loop_test(tcase, length_is_what_was_asked_for, 0, 12);
    tcase_add_loop_test(tcase, ways_differ_and_digits_are_allowed, 0, 20);
    return suite_run("decode", tcase);
}
