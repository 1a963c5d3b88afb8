/* What is no digit: named, bounded, of every kind, framed as digits are. */
#include "data/other.h"
#include "data/other_parts.h"

#include "../support/suite.h"
#include "../support/training_samples.h"

#include <string.h>

#define SIDE DIGIT_SAMPLE_SIDE
#define NAMES 2000

START_TEST(takes_its_share)
{
    int taken = 0, other_seed = 0;
    for (uint64_t name = 0; name < 20000; name++) {
        taken += dg_other_takes(1, name);
        other_seed += dg_other_takes(1, name) != dg_other_takes(2, name);
        ck_assert(dg_other_takes(1, name) == dg_other_takes(1, name));
    }
    const float share = (float)taken / 20000;
    ck_assert_float_gt(share, DG_OTHER_SHARE - 0.01f);
    ck_assert_float_lt(share, DG_OTHER_SHARE + 0.01f);
    ck_assert_int_gt(other_seed, 1000);
}
END_TEST

START_TEST(the_same_name_gives_the_same_picture)
{
    uint8_t once[DIGIT_SAMPLE_BYTES], again[DIGIT_SAMPLE_BYTES], next[DIGIT_SAMPLE_BYTES];
    int alike = 0;
    for (uint64_t name = 0; name < NAMES; name++) {
        dg_other_draw(1, name, samples, once);
        dg_other_draw(1, name, samples, again);
        ck_assert_mem_eq(once, again, sizeof once);
        dg_other_draw(2, name, samples, next);
        alike += memcmp(once, next, sizeof once) == 0;
    }
    ck_assert_int_lt(alike, NAMES / 50);
}
END_TEST

START_TEST(there_is_nearly_always_ink)
{
    int blank = 0;
    for (uint64_t name = 0; name < NAMES; name++) {
        uint8_t out[DIGIT_SAMPLE_BYTES];
        int inked = 0;
        dg_other_draw(1, name, samples, out);
        for (int i = 0; i < DIGIT_SAMPLE_BYTES; i++)
            inked += out[i] >= 64;
        blank += inked < 10;
    }
    ck_assert_int_lt(blank, NAMES / 25);
}
END_TEST

typedef void (*drawer)(dg_rng *rng, dg_field *field);

static const drawer drawers[] = {dg_other_letter, dg_other_scribble, dg_other_shape,
                                 dg_other_texture};

START_TEST(levels_stay_in_range)
{
    for (uint64_t name = 0; name < NAMES; name++) {
        dg_field field = {{{0}}};
        dg_rng rng;
        dg_rng_init(&rng, 1, DG_RNG_OTHER, name);
        drawers[_i](&rng, &field);
        for (int i = 0; i < SIDE * SIDE; i++) {
            const float level = field.at[i / SIDE][i % SIDE];
            if (!(level >= 0 && level <= 255))
                ck_abort_msg("%g at %d of %d", (double)level, i, (int)name);
        }
    }
}
END_TEST

/* The longer side 20 pixels, the centre of mass in the middle. */
START_TEST(frames_as_mnist_does)
{
    for (int height = 4; height <= 28; height += 3) {
        dg_field field = {{{0}}};
        double mass = 0, down = 0;
        int inked = 0;
        for (int y = 0; y < height; y++)
            field.at[y][3] = field.at[y][4] = 255;
        dg_field_frame(&field);
        for (int y = 0; y < SIDE; y++) {
            double row = 0;
            for (int x = 0; x < SIDE; x++)
                row += (double)field.at[y][x];
            mass += row;
            down += row * y;
            inked += row >= 64;
        }
        ck_assert_double_eq_tol(down / mass, 13.5, 0.6);
        ck_assert_int_ge(inked, 18);
        ck_assert_int_le(inked, 24);
    }
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("other");
    tcase_add_unchecked_fixture(tcase, samples_make, samples_free);
    tcase_add_test(tcase, takes_its_share);
    tcase_add_test(tcase, the_same_name_gives_the_same_picture);
    tcase_add_test(tcase, there_is_nearly_always_ink);
    tcase_add_loop_test(tcase, levels_stay_in_range, 0, 4);
    tcase_add_test(tcase, frames_as_mnist_does);
    return suite_run("other", tcase);
}
