/* Named random numbers: the published vectors, uniformity, no bias. */
#include "base/rng.h"

#include "../support/suite.h"

#include <stddef.h>

/* Known answers for philox4x32-10 from the Random123 distribution of the paper's authors
 * (tests/kat_vectors). */
static const struct {
    uint32_t counter[4], key[2], out[4];
} known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

#define KNOWN (int)(sizeof known / sizeof known[0])

START_TEST(gives_known_answers)
{
    dg_rng rng;
    dg_rng_init(&rng, 0, DG_RNG_WEIGHTS, 0);
    for (int i = 0; i < 4; i++)
        rng.counter[i] = known[_i].counter[i];
    for (int i = 0; i < 2; i++)
        rng.key[i] = known[_i].key[i];
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(dg_rng_u32(&rng), known[_i].out[i]);
}
END_TEST

static uint64_t first_of(uint64_t seed, dg_rng_purpose purpose, uint64_t index)
{
    dg_rng rng;
    dg_rng_init(&rng, seed, purpose, index);
    const uint64_t high = dg_rng_u32(&rng);
    return high << 32 | dg_rng_u32(&rng);
}

/* Every bit of a name matters. */
START_TEST(names_tell_numbers_apart)
{
    const uint64_t plain = first_of(1, DG_RNG_SHUFFLE, 1);
    ck_assert_uint_eq(first_of(1, DG_RNG_SHUFFLE, 1), plain);
    ck_assert_uint_ne(first_of(1, DG_RNG_WEIGHTS, 1), plain);
    ck_assert_uint_ne(first_of(1, DG_RNG_DROPOUT, 1), plain);
    for (int bit = 0; bit < 64; bit++) {
        ck_assert_uint_ne(first_of(1 ^ (uint64_t)1 << bit, DG_RNG_SHUFFLE, 1), plain);
        ck_assert_uint_ne(first_of(1, DG_RNG_SHUFFLE, 1 ^ (uint64_t)1 << bit), plain);
    }
}
END_TEST

/* The sum over equal bins of (seen - expected)^2 / expected. */
static double chi_square(const uint32_t *seen, size_t bins, double draws)
{
    const double expected = draws / (double)bins;
    double sum = 0;
    for (size_t i = 0; i < bins; i++)
        sum += (seen[i] - expected) * (seen[i] - expected) / expected;
    return sum;
}

#define DRAWS 400000
#define BINS 256

/* Chi-square with 255 degrees of freedom lies in 170 .. 360 but once in 10^4. */
START_TEST(units_are_uniform)
{
    uint32_t seen[BINS] = {0};
    dg_rng rng;
    dg_rng_init(&rng, 42, DG_RNG_DROPOUT, 7);
    for (int i = 0; i < DRAWS; i++) {
        const float x = dg_rng_unit(&rng);
        if (!(x >= 0 && x < 1))
            ck_abort_msg("%g", (double)x);
        seen[(size_t)(x * BINS)]++;
    }
    const double chi = chi_square(seen, BINS, DRAWS);
    ck_assert_msg(chi > 170 && chi < 360, "chi-square %g", chi);
}
END_TEST

START_TEST(below_stays_below)
{
    static const uint32_t bounds[] = {1, 2, 3, 10, 255, 0x80000001, 0xffffffff};
    dg_rng rng;
    dg_rng_init(&rng, 3, DG_RNG_SHUFFLE, 1);
    for (size_t b = 0; b < sizeof bounds / sizeof bounds[0]; b++)
        for (int i = 0; i < 1000; i++)
            if (dg_rng_below(&rng, bounds[b]) >= bounds[b])
                ck_abort_msg("not below %u", bounds[b]);
}
END_TEST

/* Of 2^32 numbers mapped on 3 * 2^30, every third would come twice as often as the others
 * if none were rejected. With 2 degrees of freedom 18.4 is passed once in 10^4. */
START_TEST(below_is_not_biased)
{
    uint32_t seen[3] = {0}, tenths[10] = {0};
    dg_rng rng;
    dg_rng_init(&rng, 9, DG_RNG_SHUFFLE, 2);
    for (int i = 0; i < 30000; i++)
        seen[dg_rng_below(&rng, 0xC0000000u) % 3]++;
    ck_assert_msg(chi_square(seen, 3, 30000) < 18.4, "%u %u %u", seen[0], seen[1], seen[2]);
    for (int i = 0; i < 30000; i++)
        tenths[dg_rng_below(&rng, 10)]++;
    ck_assert_double_lt(chi_square(tenths, 10, 30000), 33.7);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("rng");
    tcase_add_loop_test(tcase, gives_known_answers, 0, KNOWN);
    tcase_add_test(tcase, names_tell_numbers_apart);
    tcase_add_test(tcase, units_are_uniform);
    tcase_add_test(tcase, below_stays_below);
    tcase_add_test(tcase, below_is_not_biased);
    return suite_run("rng", tcase);
}
