/* Resampling: copies, exact averages, straight lines between pixels, and spread. */
#include "vision/sample/resample.h"

#include "../support/suite.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define SIDE 8

static void fill(uint8_t *pixels, size_t count, unsigned seed)
{
    srand(seed);
    for (size_t i = 0; i < count; i++)
        pixels[i] = (uint8_t)(rand() % 256);
}

START_TEST(scale_one_copies)
{
    uint8_t pixels[12 * 12];
    float out[SIDE * SIDE];
    fill(pixels, sizeof pixels, 1);
    const dg_plane plane = {pixels, 12, 12};
    const dg_axis across = {3, 6, 1, 2, 0}, down = {5, 7, 1, -1, 0};
    ck_assert_int_eq(dg_resample(&plane, &across, &down, SIDE, out), DIGIT_OK);
    for (size_t y = 0; y < SIDE; y++)
        for (size_t x = 0; x < SIDE; x++) {
            const bool inside = x >= 2 && y < 6;
            const float expected = inside ? pixels[(5 + y + 1) * 12 + 3 + x - 2] : 0;
            ck_assert(out[y * SIDE + x] == expected);
        }
}
END_TEST

/* How much of the pixel [at, at + 1) lies in [from, to). */
static double covered(double at, double from, double to)
{
    return fmax(0, fmin(at + 1, to) - fmax(at, from));
}

/* Against the definition, at scales that do not divide anything. */
START_TEST(shrinking_averages_the_area)
{
    enum { WIDTH = 31, HEIGHT = 45 };
    uint8_t pixels[WIDTH * HEIGHT];
    float out[SIDE * SIDE];
    fill(pixels, sizeof pixels, 2);
    const dg_plane plane = {pixels, WIDTH, HEIGHT};
    const dg_axis across = {0, WIDTH, 0.237, 0.31, 0}, down = {0, HEIGHT, 0.171, -0.2, 0};
    ck_assert_int_eq(dg_resample(&plane, &across, &down, SIDE, out), DIGIT_OK);
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++) {
            const double left = (i - across.offset) / across.scale;
            const double top = (j - down.offset) / down.scale;
            double sum = 0;
            for (int y = 0; y < HEIGHT; y++)
                for (int x = 0; x < WIDTH; x++)
                    sum += pixels[y * WIDTH + x] * covered(x, left, left + 1 / across.scale) *
                           covered(y, top, top + 1 / down.scale);
            sum *= across.scale * down.scale;
            ck_assert_double_le(fabs(sum - (double)out[j * SIDE + i]), 1e-3);
        }
}
END_TEST

START_TEST(enlarging_interpolates)
{
    const uint8_t pixels[2] = {100, 200};
    float out[SIDE * SIDE];
    const dg_plane plane = {(uint8_t *)pixels, 2, 1};
    /* Pixel centres come to 2 and 6; outside there is no ink. */
    const dg_axis across = {0, 2, 4, 0, 0}, down = {0, 1, 1, 0, 0};
    ck_assert_int_eq(dg_resample(&plane, &across, &down, SIDE, out), DIGIT_OK);
    static const double expected[SIDE] = {62.5, 87.5, 112.5, 137.5, 162.5, 187.5, 175, 125};
    for (int i = 0; i < SIDE; i++)
        ck_assert_double_le(fabs((double)out[i] - expected[i]), 1e-3);
    ck_assert(out[SIDE] == 0);
}
END_TEST

/* A line a tenth of a pixel wide, widened to one pixel and a tenth. */
START_TEST(spread_keeps_the_mass_and_widens)
{
    enum { WIDTH = 80 };
    uint8_t pixels[WIDTH] = {0};
    float out[SIDE * SIDE];
    pixels[40] = 255;
    const dg_plane plane = {pixels, WIDTH, 1};
    const dg_axis across = {0, WIDTH, 0.1, 0, 1}, down = {0, 1, 1, 0, 0};
    ck_assert_int_eq(dg_resample(&plane, &across, &down, SIDE, out), DIGIT_OK);
    double sum = 0;
    for (int i = 0; i < SIDE; i++)
        sum += (double)out[i];
    ck_assert_double_le(fabs(sum - 25.5), 1e-3);
    ck_assert_double_ge((double)out[3], 10.0); /* without spread, all is in pixel 4 */
    ck_assert_double_ge((double)out[4], 10.0);
}
END_TEST

START_TEST(takes_the_longest_lines)
{
    enum { LONG = 65535 };
    uint8_t *pixels = malloc(LONG);
    float out[SIDE * SIDE];
    ck_assert_ptr_nonnull(pixels);
    for (size_t i = 0; i < LONG; i++)
        pixels[i] = 77;
    const dg_axis lengthwise = {0, LONG, (double)SIDE / LONG, 0, 0}, one = {0, 1, 1, 0, 0};
    const dg_plane row = {pixels, LONG, 1}, column = {pixels, 1, LONG};
    ck_assert_int_eq(dg_resample(&row, &lengthwise, &one, SIDE, out), DIGIT_OK);
    for (int i = 0; i < SIDE; i++)
        ck_assert_double_le(fabs((double)out[i] - 77), 0.01);
    ck_assert_int_eq(dg_resample(&column, &one, &lengthwise, SIDE, out), DIGIT_OK);
    for (int i = 0; i < SIDE; i++)
        ck_assert_double_le(fabs((double)out[i * SIDE] - 77), 0.01);
    free(pixels);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("resample");
    tcase_add_test(tcase, scale_one_copies);
    tcase_add_test(tcase, shrinking_averages_the_area);
    tcase_add_test(tcase, enlarging_interpolates);
    tcase_add_test(tcase, spread_keeps_the_mass_and_widens);
    tcase_add_test(tcase, takes_the_longest_lines);
    return suite_run("resample", tcase);
}
