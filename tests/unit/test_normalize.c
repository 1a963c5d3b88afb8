/* From pictures to samples: what must hold for every picture of a digit. */
#include "vision/pixels.h"
#include "vision/sample/normalize.h"

#include "../support/suite.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SIDE  DIGIT_SAMPLE_SIDE
#define BYTES DIGIT_SAMPLE_BYTES

typedef struct canvas {
    int width, height;
    uint8_t *pixels;
} canvas;

typedef dg_prepared result;

static canvas canvas_new(int width, int height, uint8_t paper)
{
    canvas c = {width, height, malloc((size_t)width * (size_t)height)};
    ck_assert_ptr_nonnull(c.pixels);
    memset(c.pixels, paper, (size_t)width * (size_t)height);
    return c;
}

static result normalize_as(const canvas *c, uint32_t ink)
{
    const digit_image image = {c->pixels,           c->width,          (uint32_t)c->width,
                               (uint32_t)c->height, DIGIT_PIXEL_GRAY8, ink};
    result r;
    memset(&r, 0xAA, sizeof r);
    ck_assert_int_eq(dg_image_check(&image), DIGIT_OK);
    ck_assert_int_eq(dg_normalize(&image, NULL, &r), DIGIT_OK);
    return r;
}

static result normalize(const canvas *c)
{
    return normalize_as(c, DIGIT_INK_AUTO);
}

static double distance(double px, double py, const double *a, const double *b)
{
    const double dx = b[0] - a[0], dy = b[1] - a[1];
    double t = ((px - a[0]) * dx + (py - a[1]) * dy) / (dx * dx + dy * dy);
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return hypot(px - a[0] - t * dx, py - a[1] - t * dy);
}

/* A 4 of straight strokes with a pen `pen` wide, at (x, y), `size` high. */
static void draw_four(canvas *c, double x, double y, double size, double pen, int ink)
{
    static const double strokes[][2][2] = {
        {{0.45, 0}, {0, 0.62}}, {{0, 0.62}, {0.7, 0.62}}, {{0.5, 0.3}, {0.5, 1}}};
    for (int j = 0; j < c->height; j++)
        for (int i = 0; i < c->width; i++) {
            double nearest = 1e9;
            for (int s = 0; s < 3; s++)
                nearest = fmin(nearest, distance((i + 0.5 - x) / size, (j + 0.5 - y) / size,
                                                 strokes[s][0], strokes[s][1]));
            const double cover = fmax(0, fmin(1, pen / 2 - nearest * size + 0.5));
            uint8_t *pixel = &c->pixels[j * c->width + i];
            *pixel = (uint8_t)lrint(*pixel + (ink - *pixel) * cover);
        }
}

static canvas four_on_paper(int side, double size, double pen)
{
    canvas c = canvas_new(side, side, 255);
    draw_four(&c, side * 0.3, side * 0.2, size, pen, 0);
    return c;
}

static void add_noise(canvas *c, int amplitude, unsigned seed)
{
    srand(seed);
    for (int i = 0; i < c->width * c->height; i++) {
        const int level = c->pixels[i] + rand() % (2 * amplitude + 1) - amplitude;
        c->pixels[i] = (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
    }
}

static double shifted_difference(const uint8_t *a, const uint8_t *b, int across, int down)
{
    double difference = 0;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const int i = x + across, j = y + down;
            const bool inside = i >= 0 && j >= 0 && i < SIDE && j < SIDE;
            difference += abs(a[y * SIDE + x] - (inside ? b[j * SIDE + i] : 0));
        }
    return difference;
}

/* Difference of two samples as a part of the first one's ink. Placement is in
 * whole pixels, so a trifle may move a digit by one: that does not count. */
static double unlikeness(const uint8_t *a, const uint8_t *b)
{
    double least = 1e9, mass = 1e-9;
    for (int i = 0; i < BYTES; i++)
        mass += a[i];
    for (int shift = 0; shift < 9; shift++)
        least = fmin(least, shifted_difference(a, b, shift % 3 - 1, shift / 3 - 1));
    return least / mass;
}

static result reference_four(void)
{
    canvas c = four_on_paper(200, 120, 16);
    const result r = normalize(&c);
    free(c.pixels);
    return r;
}

START_TEST(fits_and_centres_as_mnist)
{
    static const struct {
        int side;
        double size, pen;
    } cases[] = {{28, 20, 2}, {60, 30, 4}, {200, 120, 16}, {333, 250, 5}, {40, 9, 1}};
    canvas c = four_on_paper(cases[_i].side, cases[_i].size, cases[_i].pen);
    const result r = normalize(&c);
    int top = SIDE, bottom = -1;
    double mass = 0, x = 0, y = 0;
    for (int i = 0; i < BYTES; i++) {
        mass += r.sample[i];
        x += (double)(i % SIDE) * r.sample[i];
        y += (double)(i / SIDE) * r.sample[i];
        if (r.sample[i] >= 64) {
            top = i / SIDE < top ? i / SIDE : top;
            bottom = i / SIDE;
        }
    }
    ck_assert_int_eq(r.flags, 0);
    ck_assert_int_ge(bottom - top + 1, 19);
    ck_assert_int_le(bottom - top + 1, 21);
    ck_assert_double_le(fabs(x / mass - 14), 0.6);
    ck_assert_double_le(fabs(y / mass - 14), 0.6);
    free(c.pixels);
}
END_TEST

/* What comes out is a picture of a digit too, and already as it should be. */
START_TEST(a_sample_stays_as_it_is)
{
    const result first = reference_four();
    canvas c = {SIDE, SIDE, (uint8_t *)first.sample};
    const result second = normalize(&c);
    for (int i = 0; i < BYTES; i++)
        ck_assert_int_le(abs(first.sample[i] - second.sample[i]), 2);
    ck_assert_int_eq(second.ink, DIGIT_INK_LIGHT);
}
END_TEST

START_TEST(where_it_stands_does_not_matter)
{
    canvas first = canvas_new(150, 130, 255), second = canvas_new(150, 130, 255);
    draw_four(&first, 10, 8, 60, 7, 0);
    draw_four(&second, 10 + _i * 9, 8 + _i * 6, 60, 7, 0);
    const result a = normalize(&first), b = normalize(&second);
    ck_assert_mem_eq(a.sample, b.sample, BYTES);
    ck_assert_int_eq(b.box.x - a.box.x, _i * 9);
    ck_assert_int_eq(b.box.y - a.box.y, _i * 6);
    ck_assert_int_eq(a.box.width, b.box.width);
    free(first.pixels);
    free(second.pixels);
}
END_TEST

START_TEST(its_size_hardly_matters)
{
    static const double sizes[] = {25, 40, 75, 240, 600};
    const result expected = reference_four();
    canvas c = four_on_paper((int)(sizes[_i] * 1.6), sizes[_i], sizes[_i] * 16 / 120);
    const result r = normalize(&c);
    ck_assert_double_le(unlikeness(expected.sample, r.sample), 0.2);
    free(c.pixels);
}
END_TEST

enum { DRAWN, NOISY, SHADED, THICK, CROPPED, RANDOM, CHECKERED, SLOPE, KINDS };

static canvas picture_of_kind(int kind)
{
    canvas c = canvas_new(90, 110, kind == THICK || kind == CROPPED ? 170 : 200);
    if (kind <= THICK)
        draw_four(&c, 25, 20, 65, kind == THICK ? 20 : 5, 40);
    else if (kind == CROPPED)
        draw_four(&c, 6, 3, 104, 14, 60);
    if (kind == NOISY)
        add_noise(&c, 30, 1);
    for (int i = 0; i < c.width * c.height; i++) {
        const int x = i % c.width, y = i / c.width;
        if (kind == SHADED)
            c.pixels[i] = (uint8_t)(c.pixels[i] * (150 - x) / 150);
        else if (kind == CHECKERED)
            c.pixels[i] = (x / 3 + y / 3) % 2 ? 255 : 0;
        else if (kind == SLOPE)
            c.pixels[i] = (uint8_t)(x + y);
    }
    if (kind == RANDOM)
        add_noise(&c, 255, 7);
    return c;
}

START_TEST(the_negative_gives_the_same_sample)
{
    canvas c = picture_of_kind(_i);
    const result positive = normalize(&c);
    for (int i = 0; i < c.width * c.height; i++)
        c.pixels[i] = (uint8_t)(255 - c.pixels[i]);
    const result negative = normalize(&c);
    ck_assert_mem_eq(positive.sample, negative.sample, BYTES);
    ck_assert_uint_eq(positive.flags, negative.flags);
    ck_assert_mem_eq(&positive.box, &negative.box, sizeof positive.box);
    ck_assert_uint_eq(positive.ink + negative.ink, DIGIT_INK_DARK + DIGIT_INK_LIGHT);
    if (_i <= CROPPED)
        ck_assert_uint_eq(positive.ink, DIGIT_INK_DARK);
    free(c.pixels);
}
END_TEST

START_TEST(ink_may_be_told)
{
    canvas c = four_on_paper(100, 60, 6);
    const result automatic = normalize(&c);
    const result dark = normalize_as(&c, DIGIT_INK_DARK);
    const result light = normalize_as(&c, DIGIT_INK_LIGHT);
    ck_assert_uint_eq(dark.ink, DIGIT_INK_DARK);
    ck_assert_uint_eq(light.ink, DIGIT_INK_LIGHT);
    ck_assert_mem_eq(automatic.sample, dark.sample, BYTES);
    ck_assert_mem_ne(light.sample, dark.sample, BYTES);
    free(c.pixels);
}
END_TEST

/* No pen is so thin that it vanishes. */
START_TEST(thin_strokes_stay)
{
    static const struct {
        int side;
        double pen;
    } cases[] = {{200, 1}, {200, 2}, {1000, 1}, {1000, 3}, {28, 1}};
    canvas c = four_on_paper(cases[_i].side, cases[_i].side * 0.6, cases[_i].pen);
    const result r = normalize(&c);
    int dark = 0;
    for (int i = 0; i < BYTES; i++)
        dark += r.sample[i] >= 150;
    ck_assert_int_ge(dark, 25);
    free(c.pixels);
}
END_TEST

START_TEST(specks_and_neighbours_are_left_out)
{
    canvas c = canvas_new(160, 130, 230);
    draw_four(&c, 50, 25, 80, 9, 20);
    const result clean = normalize(&c);
    c.pixels[5 * 160 + 5] = c.pixels[5 * 160 + 6] = 0;
    c.pixels[120 * 160 + 151] = c.pixels[121 * 160 + 152] = c.pixels[60 * 160 + 20] = 0;
    for (int y = 30; y < 90; y++) /* the next digit, cut by the crop */
        for (int x = 150; x < 160; x++)
            c.pixels[y * 160 + x] = 20;
    const result littered = normalize(&c);
    ck_assert_mem_eq(clean.sample, littered.sample, BYTES);
    ck_assert_mem_eq(&clean.box, &littered.box, sizeof clean.box);
    free(c.pixels);
}
END_TEST

/* The bar of a 5, the stem of a 4: strokes of their own, at the very edge. */
START_TEST(separate_strokes_stay_together)
{
    canvas c = canvas_new(60, 90, 255);
    for (int y = 0; y < 90; y++)
        for (int x = 0; x < 60; x++) {
            const bool bar = y < 8 && x >= 15;
            const double radius = hypot(x - 28, y - 53);
            const bool body = y >= 18 && radius > 26 && radius <= 35;
            if (bar || body)
                c.pixels[y * 60 + x] = 0;
        }
    const result r = normalize(&c);
    ck_assert_int_eq(r.box.y, 0);
    ck_assert_int_ge(r.box.height, 85);
    free(c.pixels);
}
END_TEST

START_TEST(light_and_noise_are_taken_away)
{
    enum { FLAT, SIDEWAYS, VIGNETTE, GRAINY, FAINT };
    const result expected = reference_four();
    canvas c = four_on_paper(200, 120, 16);
    srand(3);
    for (int i = 0; i < 200 * 200; i++) {
        const double x = (i % 200 - 100) / 100.0, y = (i / 200 - 100) / 100.0;
        const double paper = c.pixels[i] / 255.0;
        double light = 0.9;
        if (_i == SIDEWAYS)
            light = 0.6 + 0.35 * x;
        if (_i == VIGNETTE)
            light = 1 - 0.3 * (x * x + y * y);
        light *= _i == FAINT ? 0.88 + 0.12 * paper : 0.4 + 0.6 * paper;
        const int grain = _i == GRAINY ? 25 : _i == FLAT ? 0 : 3;
        c.pixels[i] = (uint8_t)(light * 225 + rand() % (2 * grain + 1) - grain + 0.5);
    }
    const result r = normalize(&c);
    ck_assert_uint_eq(r.ink, DIGIT_INK_DARK);
    ck_assert_double_le(unlikeness(expected.sample, r.sample), 0.25);
    free(c.pixels);
}
END_TEST

START_TEST(nothing_gives_nothing)
{
    enum { BLACK, WHITE, GREY, PAPER, SHADE, SPECK, ONE };
    static const uint8_t zeros[BYTES];
    canvas c = canvas_new(_i == ONE ? 1 : 120, _i == ONE ? 1 : 90, _i == BLACK ? 0 : 255);
    for (int i = 0; i < c.width * c.height && (_i == GREY || _i == PAPER); i++)
        c.pixels[i] = 140;
    for (int i = 0; i < c.width * c.height && _i == SHADE; i++)
        c.pixels[i] = (uint8_t)(60 + i % 120);
    if (_i == PAPER)
        add_noise(&c, 25, 9);
    if (_i == SPECK)
        c.pixels[50 * 120 + 40] = 0;
    const result r = normalize(&c);
    ck_assert_uint_eq(r.flags, DIGIT_FLAG_BLANK);
    ck_assert_mem_eq(r.sample, zeros, BYTES);
    ck_assert(r.box.x == 0 && r.box.y == 0 && r.box.width == 0 && r.box.height == 0);
    ck_assert(r.ink == DIGIT_INK_DARK || r.ink == DIGIT_INK_LIGHT);
    free(c.pixels);
}
END_TEST

START_TEST(any_shape_of_picture_will_do)
{
    static const int shapes[][2] = {{1, 1},  {2, 3}, {1, 65535}, {65535, 1}, {3, 9000},
                                    {40, 5}, {7, 7}, {4000, 16}, {17, 33}};
    canvas c = canvas_new(shapes[_i][0], shapes[_i][1], 128);
    for (unsigned seed = 0; seed < 3; seed++) {
        add_noise(&c, 255, seed);
        for (int i = 0; i < c.width * c.height && seed == 2; i++)
            c.pixels[i] = c.pixels[i] < 8 ? 0 : 255;
        const result first = normalize(&c), again = normalize(&c);
        ck_assert_mem_eq(&first, &again, sizeof first);
        ck_assert_int_le(first.box.x + first.box.width, c.width);
        ck_assert_int_le(first.box.y + first.box.height, c.height);
    }
    free(c.pixels);
}
END_TEST

/* ---- What only the second can do --------------------------------------- */

START_TEST(salt_and_pepper_is_taken_out)
{
    const result reference = reference_four();
    canvas c = four_on_paper(100, 60, 8);
    srand(3);
    for (int i = 0; i < c.width * c.height; i++)
        if (rand() % 100 < 12)
            c.pixels[i] = rand() % 2 ? 255 : 0;
    const result r = normalize(&c);
    ck_assert_double_lt(unlikeness(reference.sample, r.sample), 0.25);
    free(c.pixels);
}
END_TEST

/* As they are, or the middle third inverted: vertical or level. */
START_TEST(stripes_do_not_matter)
{
    canvas c = four_on_paper(84, 50, 7);
    const result plain = normalize(&c);
    for (int y = 0; y < c.height; y++)
        for (int x = 0; x < c.width; x++) {
            const int at = _i ? y : x;
            if (at >= 28 && at < 56)
                c.pixels[y * c.width + x] ^= 255;
        }
    const result striped = normalize(&c);
    ck_assert_double_lt(unlikeness(plain.sample, striped.sample), 0.25);
    free(c.pixels);
}
END_TEST

/* One corner in shadow, half, a strip: aslant, so that it is no stripe; either polarity, with
 * noise. */
START_TEST(a_hard_shadow_does_not_matter)
{
    static const double edges[][3] = {{1, 0.6, 90}, {0.3, 1, 130}, {-0.8, 1, 20}, {1, -0.4, 130}};
    canvas c = four_on_paper(200, 100, 10);
    for (int i = 0; i < 200 * 200; i++)
        c.pixels[i] = (uint8_t)(60 + c.pixels[i] * 0.65);
    const result plain = normalize(&c);
    for (int y = 0; y < 200; y++)
        for (int x = 0; x < 200; x++) {
            const double *edge = edges[_i % 4];
            uint8_t *pixel = &c.pixels[y * 200 + x];
            *pixel = (uint8_t)(edge[0] * x + edge[1] * y < edge[2] ? *pixel * 0.5 : *pixel);
            *pixel = _i >= 4 ? (uint8_t)(255 - *pixel) : *pixel;
        }
    add_noise(&c, 4, 7);
    const result shadowed = normalize(&c);
    ck_assert_uint_eq(shadowed.ink, _i >= 4 ? DIGIT_INK_LIGHT : DIGIT_INK_DARK);
    ck_assert_int_le(abs(shadowed.box.width - plain.box.width), 4);
    ck_assert_int_le(abs(shadowed.box.x - plain.box.x), 3);
    ck_assert_double_lt(unlikeness(plain.sample, shadowed.sample), 0.25);
    free(c.pixels);
}
END_TEST

/* A digit that fills its picture, with a pen so broad that its strokes are areas: no paper. */
START_TEST(a_broad_pen_is_no_paper)
{
    canvas c = canvas_new(160, 200, 220);
    draw_four(&c, 10, 4, 190, 44, 40);
    const result broad = normalize(&c);
    ck_assert_int_ge(broad.box.width, 130);
    ck_assert_int_ge(broad.box.height, 170);
    free(c.pixels);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("normalize");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, fits_and_centres_as_mnist, 0, 5);
    tcase_add_test(tcase, a_sample_stays_as_it_is);
    tcase_add_loop_test(tcase, where_it_stands_does_not_matter, 0, 6);
    tcase_add_loop_test(tcase, its_size_hardly_matters, 0, 5);
    tcase_add_loop_test(tcase, the_negative_gives_the_same_sample, 0, KINDS);
    tcase_add_test(tcase, ink_may_be_told);
    tcase_add_loop_test(tcase, thin_strokes_stay, 0, 5);
    tcase_add_test(tcase, specks_and_neighbours_are_left_out);
    tcase_add_test(tcase, separate_strokes_stay_together);
    tcase_add_loop_test(tcase, light_and_noise_are_taken_away, 0, 5);
    tcase_add_loop_test(tcase, nothing_gives_nothing, 0, 7);
    tcase_add_loop_test(tcase, any_shape_of_picture_will_do, 0, 9);
    tcase_add_test(tcase, salt_and_pepper_is_taken_out);
    tcase_add_loop_test(tcase, stripes_do_not_matter, 0, 2);
    tcase_add_loop_test(tcase, a_hard_shadow_does_not_matter, 0, 8);
    tcase_add_test(tcase, a_broad_pen_is_no_paper);
    return suite_run("normalize", tcase);
}
