/* What is mended before ink is sought: salt and pepper, stripes, tiny pictures, missing margins. */
#include "vision/sample/despeckle.h"
#include "vision/sample/enlarge.h"
#include "vision/sample/full_box.h"
#include "vision/sample/margin.h"
#include "vision/sample/normalize.h"
#include "vision/sample/stripes.h"

#include "../support/numbers.h"
#include "../support/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDE 48
#define HIGH 40
#define BYTES (WIDE * HIGH)

static uint8_t pixels[BYTES], other[BYTES];
static const dg_plane plane = {pixels, WIDE, HIGH}, second = {other, WIDE, HIGH};

static uint8_t *at(int x, int y)
{
    return &pixels[y * WIDE + x];
}

static void fill(uint8_t level, int left, int top, int right, int bottom)
{
    for (int y = top; y < bottom; y++)
        memset(at(left, y), level, (size_t)(right - left));
}

/* Black on white: a ring, clear of the edges. */
static void draw_ring(void)
{
    fill(255, 0, 0, WIDE, HIGH);
    for (int y = 0; y < HIGH; y++)
        for (int x = 0; x < WIDE; x++)
            if (fabs(hypot(x - 24, y - 20) - 12) < 2)
                *at(x, y) = 0;
}

static void draw_noise(uint64_t seed)
{
    for (int i = 0; i < BYTES; i++)
        pixels[i] = (uint8_t)(numbers_next(&seed) >> 24);
}

static void negate_into_second(void)
{
    for (int i = 0; i < BYTES; i++)
        other[i] = (uint8_t)(255 - pixels[i]);
}

/* ---- Salt and pepper --------------------------------------------------- */

START_TEST(leaves_what_is_clean)
{
    draw_ring();
    if (_i == 1) /* a pen of one pixel */
        for (int x = 5; x < 40; x++)
            *at(x, 3 + x % 30) = 0;
    memcpy(other, pixels, BYTES);
    ck_assert_int_eq(dg_despeckle(&plane, NULL), DIGIT_OK);
    ck_assert_mem_eq(pixels, other, BYTES);
}
END_TEST

START_TEST(takes_out_impulses)
{
    uint64_t state = 5;
    int wrong = 0;
    draw_ring();
    memcpy(other, pixels, BYTES);
    for (int i = 0; i < BYTES; i++)
        if (numbers_next(&state) % 100 < 12)
            pixels[i] = numbers_next(&state) % 2 ? 255 : 0;
    ck_assert_int_eq(dg_despeckle(&plane, NULL), DIGIT_OK);
    for (int i = 0; i < BYTES; i++)
        wrong += pixels[i] != other[i];
    ck_assert_int_lt(wrong, BYTES / 50); /* of six in a hundred that were changed */
}
END_TEST

START_TEST(impulses_have_a_negative)
{
    draw_noise((uint64_t)_i);
    negate_into_second();
    ck_assert_int_eq(dg_despeckle(&plane, NULL), DIGIT_OK);
    ck_assert_int_eq(dg_despeckle(&second, NULL), DIGIT_OK);
    for (int i = 0; i < BYTES; i++)
        ck_assert_int_eq(pixels[i] + other[i], 255);
}
END_TEST

/* ---- Stripes ------------------------------------------------------------ */

static bool flatten(void)
{
    dg_stripes stripes;
    return dg_stripes_find(&plane, &stripes) &&
           dg_stripes_flatten(&plane, &stripes, DIGIT_INK_AUTO);
}

static void invert(int left, int top, int right, int bottom)
{
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            *at(x, y) ^= 255;
}

START_TEST(flattens_stripes)
{
    draw_ring();
    for (int i = 0; i < BYTES; i++)
        other[i] = (uint8_t)(255 - pixels[i]); /* light on black: what is to come out */
    if (_i == 0)
        invert(0, 0, 20, HIGH);
    else
        invert(0, 14, WIDE, 26);
    ck_assert(flatten());
    ck_assert_mem_eq(pixels, other, BYTES);
}
END_TEST

START_TEST(a_stroke_is_no_stripe)
{
    draw_ring();
    if (_i == 1)
        fill(0, 0, 10, WIDE - 4, 15); /* long, but it ends before the picture does */
    memcpy(other, pixels, BYTES);
    ck_assert(!flatten());
    ck_assert_mem_eq(pixels, other, BYTES);
}
END_TEST

/* From edge to edge a stroke is cut off by both of its edges, but never becomes background. */
START_TEST(a_long_stroke_stays)
{
    draw_ring();
    fill(0, 22, 0, 26, HIGH);
    negate_into_second();
    if (flatten())
        ck_assert_mem_eq(pixels, other, BYTES);
}
END_TEST

/* ---- Tiny pictures ------------------------------------------------------ */

START_TEST(enlarges_by_an_odd_factor)
{
    ck_assert_uint_eq(dg_enlarge_factor(8, 8), 5);
    ck_assert_uint_eq(dg_enlarge_factor(16, 16), 3);
    ck_assert_uint_eq(dg_enlarge_factor(10, 23), 3);
    ck_assert_uint_eq(dg_enlarge_factor(28, 28), 1);
    ck_assert_uint_eq(dg_enlarge_factor(1, 65535), 1);
}
END_TEST

/* Cubic convolution keeps pixels where they are, and is exact for a slope. */
START_TEST(enlarging_goes_through_the_pixels)
{
    enum { SIDE = 8 };
    const size_t factor = _i ? 5 : 3;
    uint8_t small[SIDE * SIDE], large[25 * SIDE * SIDE], negative[25 * SIDE * SIDE];
    const dg_plane grey = {small, SIDE, SIDE};
    for (int i = 0; i < SIDE * SIDE; i++)
        small[i] = (uint8_t)(15 * (i % SIDE) + 15 * (i / SIDE));
    dg_enlarge(&grey, factor, large);
    for (size_t y = 2 * factor; y < 6 * factor; y++)
        for (size_t x = 2 * factor; x < 6 * factor; x++) {
            const double place = (double)(x + y + 1) / (double)factor - 1;
            ck_assert_int_eq(large[y * SIDE * factor + x], lrint(15 * place));
        }
    uint64_t state = 3;
    for (int i = 0; i < SIDE * SIDE; i++)
        small[i] = (uint8_t)(numbers_next(&state) >> 24);
    dg_enlarge(&grey, factor, large);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        const size_t y = i / SIDE * factor + factor / 2, x = i % SIDE * factor + factor / 2;
        ck_assert_int_eq(large[y * SIDE * factor + x], small[i]);
        small[i] = (uint8_t)(255 - small[i]);
    }
    dg_enlarge(&grey, factor, negative);
    for (size_t i = 0; i < factor * factor * SIDE * SIDE; i++)
        ck_assert_int_eq(large[i] + negative[i], 255);
}
END_TEST

/* ---- Margins ------------------------------------------------------------ */

START_TEST(corners_know_the_paper)
{
    uint8_t level = 1, negative = 1;
    draw_ring();
    fill(0, 0, 0, 6, 6); /* one corner inked: three are enough */
    ck_assert(dg_margin_level(&plane, &level));
    ck_assert_uint_eq(level, 255);
    negate_into_second();
    ck_assert(dg_margin_level(&second, &negative));
    ck_assert_uint_eq(negative, 0);
    fill(0, 0, 0, 6, HIGH); /* two against two */
    ck_assert(!dg_margin_level(&plane, &level));
}
END_TEST

START_TEST(a_margin_surrounds)
{
    const size_t margin = dg_margin_width(WIDE, HIGH), width = WIDE + 2 * margin;
    uint8_t *out = malloc(width * (HIGH + 2 * margin));
    ck_assert_ptr_nonnull(out);
    draw_noise(1);
    dg_margin_add(&plane, margin, 77, out);
    for (size_t y = 0; y < HIGH + 2 * margin; y++)
        for (size_t x = 0; x < width; x++) {
            const bool inside = x - margin < WIDE && y - margin < HIGH;
            ck_assert_int_eq(out[y * width + x],
                             inside ? *at((int)(x - margin), (int)(y - margin)) : 77);
        }
    free(out);
}
END_TEST

/* ---- All of it ---------------------------------------------------------- */

/* A digit that fills a tiny picture: found, whole, and its box lies in that picture. */
START_TEST(reads_eight_by_eight)
{
    static const uint8_t seven[8][8] = {
        {0, 255, 255, 255, 255, 255, 255, 0}, {0, 0, 0, 0, 0, 200, 255, 0},
        {0, 0, 0, 0, 0, 255, 120, 0},         {0, 0, 0, 0, 160, 255, 0, 0},
        {0, 0, 0, 0, 255, 90, 0, 0},          {0, 0, 0, 190, 255, 0, 0, 0},
        {0, 0, 0, 255, 80, 0, 0, 0},          {0, 0, 150, 255, 0, 0, 0, 0},
    };
    const digit_image image = {seven, 8, 8, 8, DIGIT_PIXEL_GRAY8, DIGIT_INK_AUTO};
    dg_prepared found;
    int inked = 0;
    ck_assert_int_eq(dg_normalize(&image, NULL, &found), DIGIT_OK);
    const digit_box box = found.box;
    ck_assert_uint_eq(found.ink, DIGIT_INK_LIGHT);
    ck_assert_uint_eq(found.flags, 0);
    ck_assert_msg(box.x == 1 && box.y == 0 && box.width >= 5 && box.width <= 7 && box.height == 8,
                  "%d %d %d %d", box.x, box.y, box.width, box.height);
    for (int i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        inked += found.sample[i] >= 128;
    ck_assert_int_gt(inked, 50);
    ck_assert_int_lt(inked, 200);
}
END_TEST

/* Bold digits of 16 x 16 that reach all four edges: ink covers half of the picture, of its border
 * and of its corners. */
static const char *const boxes[][16] = {
    {
        "....########....", "..############..", ".####......####.", "####........####",
        "####........####", ".####......####.", "..############..", "....########....",
        "..############..", ".####......####.", "####........####", "####........####",
        "####........####", ".####......####.", "..############..", "....########....",
    },
    {
        "###############.", "################", "################", "...........#####",
        "...........#####", "..........#####.", ".....#########..", ".....#########..",
        ".....###########", "............####", "............####", "............####",
        "#...........####", "################", "################", "##############..",
    },
};

static void draw_box(const char *const rows[16], uint8_t ink, uint8_t paper, uint8_t out[16 * 16])
{
    for (int i = 0; i < 16 * 16; i++)
        out[i] = rows[i / 16][i % 16] == '#' ? ink : paper;
}

START_TEST(shape_tells_the_ink_of_a_full_box)
{
    static const uint8_t levels[][2] = {{255, 0}, {0, 255}, {90, 140}, {140, 90}};
    const uint8_t ink = levels[_i / 2][0], paper = levels[_i / 2][1];
    uint8_t full[16 * 16];
    dg_full_box box;
    dg_prepared found;
    bool is_full;
    draw_box(boxes[_i % 2], ink, paper, full);
    ck_assert_int_eq(dg_full_box_judge(&(dg_plane){full, 16, 16}, NULL, &box, &is_full), DIGIT_OK);
    ck_assert(is_full);
    ck_assert_int_eq(box.light, ink > paper);
    ck_assert_uint_eq(box.paper, paper);
    const digit_image image = {full, 16, 16, 16, DIGIT_PIXEL_GRAY8, DIGIT_INK_AUTO};
    ck_assert_int_eq(dg_normalize(&image, NULL, &found), DIGIT_OK);
    ck_assert_uint_eq(found.ink, ink > paper ? DIGIT_INK_LIGHT : DIGIT_INK_DARK);
    ck_assert_uint_eq(found.flags, 0);
    ck_assert_int_eq(found.box.width, 16);
    ck_assert_int_eq(found.box.height, 16);
}
END_TEST

/* Paper on a whole edge, or one level only: nothing to judge by shape. */
START_TEST(other_pictures_are_no_full_box)
{
    static const uint8_t flat[16 * 16];
    dg_full_box box;
    bool is_full = true;
    draw_ring();
    ck_assert_int_eq(dg_full_box_judge(&plane, NULL, &box, &is_full), DIGIT_OK);
    ck_assert(!is_full);
    const dg_plane even = {(uint8_t *)(size_t)flat, 16, 16};
    ck_assert_int_eq(dg_full_box_judge(&even, NULL, &box, &is_full), DIGIT_OK);
    ck_assert(!is_full);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("mending");
    tcase_add_loop_test(tcase, leaves_what_is_clean, 0, 2);
    tcase_add_test(tcase, takes_out_impulses);
    tcase_add_loop_test(tcase, impulses_have_a_negative, 0, 5);
    tcase_add_loop_test(tcase, flattens_stripes, 0, 2);
    tcase_add_loop_test(tcase, a_stroke_is_no_stripe, 0, 2);
    tcase_add_test(tcase, a_long_stroke_stays);
    tcase_add_test(tcase, enlarges_by_an_odd_factor);
    tcase_add_loop_test(tcase, enlarging_goes_through_the_pixels, 0, 2);
    tcase_add_test(tcase, corners_know_the_paper);
    tcase_add_test(tcase, a_margin_surrounds);
    tcase_add_test(tcase, reads_eight_by_eight);
    tcase_add_loop_test(tcase, shape_tells_the_ink_of_a_full_box, 0, 8);
    tcase_add_test(tcase, other_pictures_are_no_full_box);
    return suite_run("mending", tcase);
}
