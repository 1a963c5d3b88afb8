/* Digits cut from touching neighbours: named, not much damaged, framed as digits are. */
#include "data/cut.h"
#include "data/field.h"

#include "../support/suite.h"
#include "../support/training_samples.h"

#include <math.h>
#include <string.h>

#define NAMES 2000

START_TEST(takes_its_share)
{
    int none = 0, half = 0, all = 0;
    for (uint64_t name = 0; name < 20000; name++) {
        none += dg_cut_takes(0, 1, name);
        half += dg_cut_takes(0.5f, 1, name);
        all += dg_cut_takes(1, 1, name);
    }
    ck_assert_int_eq(none, 0);
    ck_assert_int_gt(half, 1000);
    ck_assert_float_eq_tol((float)all / (float)half, 2, 0.2f);
}
END_TEST

START_TEST(the_same_name_gives_the_same_cut)
{
    uint8_t once[DIGIT_SAMPLE_BYTES], again[DIGIT_SAMPLE_BYTES], next[DIGIT_SAMPLE_BYTES];
    int alike = 0;
    for (uint64_t name = 0; name < NAMES; name++) {
        const uint8_t *digit = samples->samples + name % samples->count * DIGIT_SAMPLE_BYTES;
        memcpy(again, digit, sizeof again);
        dg_cut_draw(1, name, samples, digit, once);
        dg_cut_draw(1, name, samples, again, again); /* in place */
        ck_assert_mem_eq(once, again, sizeof once);
        dg_cut_draw(2, name, samples, digit, next);
        alike += memcmp(once, next, sizeof once) == 0;
    }
    ck_assert_int_lt(alike, NAMES * 3 / 4); /* those too badly cut stay whole */
}
END_TEST

static double mass(const uint8_t *sample)
{
    double sum = 0;
    for (size_t i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        sum += sample[i];
    return sum;
}

/* Nothing is left of a digit that a neighbour takes the place of, nor is much added. */
START_TEST(the_digit_stays_what_it_is)
{
    double likeness = 0;
    for (uint64_t name = 0; name < NAMES; name++) {
        const uint8_t *digit = samples->samples + name % samples->count * DIGIT_SAMPLE_BYTES;
        dg_field whole;
        uint8_t framed[DIGIT_SAMPLE_BYTES], out[DIGIT_SAMPLE_BYTES];
        double dot = 0, a = 0, b = 0;
        dg_field_from_bytes(digit, &whole);
        dg_field_frame(&whole);
        dg_field_to_bytes(&whole, framed);
        dg_cut_draw(1, name, samples, digit, out);
        for (size_t i = 0; i < DIGIT_SAMPLE_BYTES; i++) {
            dot += (double)framed[i] * out[i];
            a += (double)framed[i] * framed[i];
            b += (double)out[i] * out[i];
        }
        likeness += dot / sqrt(a * b) / NAMES;
    }
    ck_assert_double_gt(likeness, 0.75); /* of 1 */
    ck_assert_double_lt(likeness, 0.999);
}
END_TEST

START_TEST(any_samples_will_do)
{
    uint8_t bytes[3 * DIGIT_SAMPLE_BYTES] = {0}, labels[3] = {0}, out[DIGIT_SAMPLE_BYTES];
    digit_dataset *odd;
    memset(bytes + DIGIT_SAMPLE_BYTES, 255, DIGIT_SAMPLE_BYTES);
    bytes[2 * DIGIT_SAMPLE_BYTES] = 255;
    ck_assert_int_eq(dg_dataset_create(bytes, labels, 3, &odd), DIGIT_OK);
    for (uint64_t name = 0; name < NAMES; name++)
        dg_cut_draw(1, name, odd, bytes + name % 3 * DIGIT_SAMPLE_BYTES, out);
    dg_cut_draw(1, 5, odd, bytes, out);
    ck_assert(mass(out) == 0); /* a blank one stays blank */
    dg_dataset_free(odd);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("cut");
    tcase_add_checked_fixture(tcase, samples_make, samples_free);
    tcase_add_test(tcase, takes_its_share);
    tcase_add_test(tcase, the_same_name_gives_the_same_cut);
    tcase_add_test(tcase, the_digit_stays_what_it_is);
    tcase_add_test(tcase, any_samples_will_do);
    return suite_run("cut", tcase);
}
