/* Distortions: named, bounded, and of every kind. */
#include "data/augment.h"
#include "data/augment_parts.h"
#include "data/dataset.h"

#include "../support/suite.h"
#include "../support/synthetic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE DIGIT_SAMPLE_SIDE
#define NAMES 400

static digit_dataset *samples;

static void set_up(void)
{
    samples = synthetic_dataset(1, 100);
}

static void tear_down(void)
{
    dg_dataset_free(samples);
}

static const uint8_t *sample(uint64_t name)
{
    return samples->samples + name % samples->count * DIGIT_SAMPLE_BYTES;
}

START_TEST(no_strength_changes_nothing)
{
    uint8_t out[DIGIT_SAMPLE_BYTES];
    for (uint64_t name = 0; name < 50; name++) {
        dg_augment(sample(name), 1, 0, 1, name, out);
        ck_assert_mem_eq(out, sample(name), sizeof out);
    }
}
END_TEST

START_TEST(the_same_name_gives_the_same_sample)
{
    uint8_t once[DIGIT_SAMPLE_BYTES], again[DIGIT_SAMPLE_BYTES], next[DIGIT_SAMPLE_BYTES];
    int other_name = 0, other_seed = 0, changed = 0;
    for (uint64_t name = 0; name < NAMES; name++) {
        dg_augment(sample(0), 1, 1, 1, name, once);
        memcpy(again, sample(0), sizeof again);
        dg_augment(again, 1, 1, 1, name, again); /* in place, too */
        ck_assert_mem_eq(again, once, sizeof once);
        dg_augment(sample(0), 1, 1, 1, name + NAMES, next);
        other_name += memcmp(next, once, sizeof once) != 0;
        dg_augment(sample(0), 1, 1, 2, name, next);
        other_seed += memcmp(next, once, sizeof once) != 0;
        changed += memcmp(sample(0), once, sizeof once) != 0;
    }
    ck_assert_int_gt(changed, NAMES * 8 / 10);
    ck_assert_int_lt(changed, NAMES); /* some stay plain */
    ck_assert_int_gt(other_name, NAMES * 9 / 10);
    ck_assert_int_gt(other_seed, NAMES * 9 / 10);
}
END_TEST

static double difference(const uint8_t *a, const uint8_t *b)
{
    double sum = 0;
    for (size_t i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        sum += abs(a[i] - b[i]);
    return sum / DIGIT_SAMPLE_BYTES;
}

/* A share of every digit becomes another form of it, the largest of those with upstrokes and
 * bars; no non-digit does. */
START_TEST(ways_to_write_are_of_their_digits)
{
    for (uint8_t label = 0; label <= DIGIT_CLASSES; label++) {
        int changed = 0;
        for (uint64_t name = 0; name < NAMES; name++) {
            dg_field field, before;
            dg_rng rng;
            dg_field_from_bytes(sample(name), &before);
            field = before;
            dg_rng_init(&rng, 1, DG_RNG_DISTORTION, name);
            dg_augment_style(&rng, 1, label, &field);
            for (int i = 0; i < SIDE * SIDE; i++)
                ck_assert(field.at[i / SIDE][i % SIDE] >= 0 && field.at[i / SIDE][i % SIDE] <= 255);
            changed += memcmp(&field, &before, sizeof field) != 0;
        }
        if (label == 1 || label == 7)
            ck_assert(changed > NAMES / 4 && changed < NAMES * 3 / 5);
        else if (label < DIGIT_CLASSES)
            ck_assert(changed > NAMES / 40 && changed < NAMES / 4);
        else
            ck_assert_int_eq(changed, 0);
    }
}
END_TEST

START_TEST(strength_counts)
{
    static const float strengths[] = {0.1f, 0.3f, 0.6f, 1};
    double before = 0;
    for (size_t s = 0; s < sizeof strengths / sizeof *strengths; s++) {
        double mean = 0;
        for (uint64_t name = 0; name < NAMES; name++) {
            uint8_t out[DIGIT_SAMPLE_BYTES];
            dg_augment(sample(name), 1, strengths[s], 1, name, out);
            mean += difference(out, sample(name)) / NAMES;
        }
        ck_assert_double_gt(mean, 1.1 * before);
        before = mean;
    }
}
END_TEST

/* Mean place of the ink, from the centre. */
static void mass_centre(const dg_field *field, double *x, double *y)
{
    double mass = 0;
    *x = *y = 0;
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            const double level = (double)field->at[row][column];
            mass += level;
            *x += level * (column - 13.5);
            *y += level * (row - 13.5);
        }
    *x /= mass;
    *y /= mass;
}

static void check_levels(const dg_field *field)
{
    for (int i = 0; i < SIDE * SIDE; i++)
        if (!(field->at[i / SIDE][i % SIDE] >= 0 && field->at[i / SIDE][i % SIDE] <= 255))
            ck_abort_msg("level %g", (double)field->at[i / SIDE][i % SIDE]);
}

/* A disc in the middle stays near the middle, and moves both ways alike. */
START_TEST(a_hand_moves_within_bounds)
{
    dg_field disc = {{{0}}}, out;
    double mean_x = 0, mean_y = 0, farthest = 0;
    for (int row = 10; row < 18; row++)
        for (int column = 10; column < 18; column++)
            disc.at[row][column] = 255;
    for (uint64_t name = 0; name < NAMES; name++) {
        dg_rng rng;
        double x, y;
        dg_rng_init(&rng, 1, DG_RNG_DISTORTION, name);
        dg_augment_hand(&rng, 1, &disc, &out);
        check_levels(&out);
        mass_centre(&out, &x, &y);
        mean_x += x / NAMES;
        mean_y += y / NAMES;
        farthest = fmax(farthest, fmax(fabs(x), fabs(y)));
    }
    ck_assert_double_lt(fabs(mean_x), 0.3);
    ck_assert_double_lt(fabs(mean_y), 0.3);
    ck_assert_double_gt(farthest, 1.5);
    ck_assert_double_lt(farthest, 5);
}
END_TEST

/* No turn, no bend, no shift: the resampling itself changes nothing. */
START_TEST(a_still_hand_copies)
{
    dg_field in, out;
    dg_rng rng;
    dg_rng_init(&rng, 1, DG_RNG_DISTORTION, 1);
    for (int i = 0; i < SIDE * SIDE; i++)
        in.at[i / SIDE][i % SIDE] = (float)(i * 7 % 256);
    dg_augment_hand(&rng, 0, &in, &out);
    for (int i = 0; i < SIDE * SIDE; i++)
        ck_assert_float_eq_tol(out.at[i / SIDE][i % SIDE], in.at[i / SIDE][i % SIDE], 1e-2f);
}
END_TEST

START_TEST(a_pen_thins_and_thickens)
{
    double least = 1e9, most = 0, before = 0;
    dg_field bar = {{{0}}};
    for (int row = 4; row < 24; row++)
        for (int column = 12; column < 15; column++) {
            bar.at[row][column] = 255;
            before += 255;
        }
    for (uint64_t name = 0; name < NAMES; name++) {
        dg_field field = bar;
        double after = 0;
        dg_rng rng;
        dg_rng_init(&rng, 1, DG_RNG_DISTORTION, name);
        dg_augment_pen(&rng, 1, &field);
        check_levels(&field);
        for (int i = 0; i < SIDE * SIDE; i++)
            after += (double)field.at[i / SIDE][i % SIDE];
        least = fmin(least, after);
        most = fmax(most, after);
    }
    ck_assert_double_lt(least, 0.75 * before);
    ck_assert_double_gt(least, 0.2 * before); /* something is left of the stroke */
    ck_assert_double_gt(most, 1.7 * before);
    ck_assert_double_lt(most, 2.6 * before);
}
END_TEST

/* Strange ink lies near the border, but for specks, and never lightens anything. */
START_TEST(paper_adds_ink)
{
    int marked = 0;
    for (uint64_t name = 0; name < NAMES; name++) {
        dg_field field, before;
        dg_rng rng;
        for (int i = 0; i < SIDE * SIDE; i++)
            before.at[i / SIDE][i % SIDE] = sample(name)[i];
        field = before;
        dg_rng_init(&rng, 1, DG_RNG_DISTORTION, name);
        dg_augment_paper(&rng, 1, &field);
        check_levels(&field);
        marked += memcmp(&field, &before, sizeof field) != 0;
        for (int i = 0; i < SIDE * SIDE; i++)
            ck_assert(field.at[i / SIDE][i % SIDE] >= before.at[i / SIDE][i % SIDE]);
    }
    ck_assert_int_gt(marked, NAMES / 8);
    ck_assert_int_lt(marked, NAMES / 2);
}
END_TEST

START_TEST(a_camera_keeps_the_digit)
{
    double mean = 0;
    for (uint64_t name = 0; name < NAMES; name++) {
        dg_field field, before;
        double dot = 0, a = 0, b = 0;
        dg_rng rng;
        for (int i = 0; i < SIDE * SIDE; i++)
            before.at[i / SIDE][i % SIDE] = sample(name)[i];
        field = before;
        dg_rng_init(&rng, 1, DG_RNG_DISTORTION, name);
        dg_augment_camera(&rng, 1, &field);
        check_levels(&field);
        for (int i = 0; i < SIDE * SIDE; i++) {
            const double x = (double)before.at[i / SIDE][i % SIDE];
            const double y = (double)field.at[i / SIDE][i % SIDE];
            dot += x * y;
            a += x * x;
            b += y * y;
        }
        mean += dot / sqrt(a * b) / NAMES;
    }
    ck_assert_double_gt(mean, 0.9); /* of 1: the same picture but for its levels */
    ck_assert_double_lt(mean, 0.9999);
}
END_TEST

START_TEST(any_bytes_will_do)
{
    uint8_t in[DIGIT_SAMPLE_BYTES], out[DIGIT_SAMPLE_BYTES];
    for (uint64_t name = 0; name < 4 * NAMES; name++) {
        dg_rng rng;
        dg_rng_init(&rng, 9, DG_RNG_DISTORTION, name);
        for (size_t i = 0; i < sizeof in; i++)
            in[i] = name % 3 == 0 ? (uint8_t)dg_rng_u32(&rng) : name % 3 == 1 ? 255 : 0;
        dg_augment(in, 1, 1, 1, name, out);
    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("augment");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, no_strength_changes_nothing);
    tcase_add_test(tcase, the_same_name_gives_the_same_sample);
    tcase_add_test(tcase, ways_to_write_are_of_their_digits);
    tcase_add_test(tcase, strength_counts);
    tcase_add_test(tcase, a_hand_moves_within_bounds);
    tcase_add_test(tcase, a_still_hand_copies);
    tcase_add_test(tcase, a_pen_thins_and_thickens);
    tcase_add_test(tcase, paper_adds_ink);
    tcase_add_test(tcase, a_camera_keeps_the_digit);
    tcase_add_test(tcase, any_bytes_will_do);
    return suite_run("augment", tcase);
}
