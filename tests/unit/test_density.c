/* Pages to ink: light and shadow go, ink stays, blank pages stay blank. */
#include "vision/ink/background.h"
#include "vision/ink/density.h"
#include "vision/ink/polarity.h"

#include "../support/suite.h"
#include "drawing.h"

#include <math.h>

static uint8_t ink_of(const dg_plane *plane, bool light, uint32_t threads)
{
    dg_pool pool = {0};
    uint8_t least;
    const dg_density_plan plan = {.light = light, .shade = 0.15};
    ck_assert_int_eq(dg_ink_density(plane, &plan, (dg_threads){&pool, threads, NULL}, &least),
                     DIGIT_OK);
    dg_pool_close(&pool);
    return least;
}

START_TEST(ground_follows_the_edge_of_a_shadow)
{
    dg_plane page = drawing(400, 300, 220);
    uint8_t line[400], part[33];
    dg_background background;
    dg_background_row row;
    draw_bar(&page, 200, 0, 200, 300, 110);
    for (int x = 20; x < 380; x += 40) /* strokes do not count as paper */
        draw_bar(&page, x, 20, 6, 260, 15);
    ck_assert_int_eq(dg_background_find(&page, 0, NULL, one_thread, &background), DIGIT_OK);
    dg_background_row_at(&background, 150, &row);
    dg_background_levels(&row, 0, page.width, line);
    ck_assert_int_eq(line[100], 220);
    ck_assert_int_eq(line[23], 220);
    ck_assert_int_eq(line[300], 110);
    for (size_t x = 0; x + sizeof part <= sizeof line; x++) {
        dg_background_levels(&row, x, x + sizeof part, part);
        ck_assert_mem_eq(part, line + x, sizeof part);
        for (size_t i = 0; i < sizeof part; i++)
            ck_assert_uint_le(part[i], dg_background_most(&row, x, x + sizeof part));
    }
    dg_background_free(&background);
    free(page.pixels);
}
END_TEST

/* Light that falls to 40 % from left to right takes nothing away from the ink. */
START_TEST(ink_is_even_in_uneven_light)
{
    const bool light = _i % 2;
    dg_plane page = drawing(600, 200, 240);
    for (int x = 40; x < 580; x += 60)
        draw_bar(&page, x, 60, 8, 80, 40);
    for (int y = 0; y < 200; y++)
        for (int x = 0; x < 600; x++) {
            uint8_t *level = &page.pixels[y * 600 + x];
            *level = (uint8_t)(*level * (1 - 0.6 * x / 600));
            *level = light ? (uint8_t)(255 - *level) : *level;
        }
    add_noise(&page, 3, 1);
    const uint8_t least = ink_of(&page, light, 1);
    ck_assert_int_gt(least, 0);
    for (int x = 40; x < 580; x += 60) {
        ck_assert_int_ge(level_at(&page, x + 4, 100), 200);
        ck_assert_int_lt(level_at(&page, x + 30, 100), least);
    }
    free(page.pixels);
}
END_TEST

/* A lamp on one corner of the page: it is lighter than the rest, and no ink. */
START_TEST(a_lamp_is_no_ink)
{
    const bool negative = _i % 2;
    dg_plane page = drawing(600, 400, 100);
    for (int x = 60; x < 560; x += 50)
        draw_bar(&page, x, 170, 6, 60, 40);
    for (int y = 0; y < 400; y++)
        for (int x = 0; x < 600; x++) {
            uint8_t *level = &page.pixels[y * 600 + x];
            *level = (uint8_t)(*level + 100 / (1 + exp((hypot(x - 100, y - 420) - 200) / 31)));
            *level = negative ? (uint8_t)(255 - *level) : *level;
        }
    dg_levels grid;
    dg_surface surface;
    dg_polarity local;
    dg_levels_measure(&grid, &page);
    dg_levels_fit(&surface, &grid);
    const dg_polarity all = dg_polarity_judge(&page, &grid, &surface);
    ck_assert_int_eq(dg_polarity_judge_locally(&page, &local), DIGIT_OK);
    ck_assert(all.light != negative); /* misled */
    ck_assert(local.light == negative && local.clear > 0.9);
    free(page.pixels);
}
END_TEST

START_TEST(blank_pages_have_no_ink)
{
    static const struct { int level, noise; } pages[] = {{255, 0}, {0, 0}, {128, 4}, {200, 25}};
    dg_plane page = drawing(300, 200, (uint8_t)pages[_i].level);
    add_noise(&page, pages[_i].noise, 7);
    const uint8_t least = ink_of(&page, false, 1);
    size_t inked = 0;
    for (size_t i = 0; least > 0 && i < 300 * 200; i++)
        inked += page.pixels[i] >= least;
    ck_assert_uint_eq(inked, 0);
    free(page.pixels);
}
END_TEST

START_TEST(threads_do_not_matter)
{
    dg_plane one = drawing(700, 500, 230);
    for (int x = 10; x < 690; x += 30)
        draw_bar(&one, x, x / 2, 9, 40, (uint8_t)(x / 8));
    add_noise(&one, 9, 3);
    dg_plane many = drawing(700, 500, 0);
    memcpy(many.pixels, one.pixels, 700 * 500);
    ck_assert_int_eq(ink_of(&one, false, 1), ink_of(&many, false, 5));
    ck_assert_int_eq(memcmp(one.pixels, many.pixels, 700 * 500), 0);
    free(one.pixels);
    free(many.pixels);
}
END_TEST

START_TEST(any_shape_will_do)
{
    static const size_t sides[][2] = {{1, 1}, {1, 900}, {900, 1}, {3, 2}, {65535, 2}, {2, 65535}};
    dg_plane page = drawing(sides[_i][0], sides[_i][1], 200);
    for (size_t i = 0; i < page.width * page.height; i += 3)
        page.pixels[i] = 10;
    ink_of(&page, false, 2);
    free(page.pixels);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("page");
    tcase_add_test(tcase, ground_follows_the_edge_of_a_shadow);
    tcase_add_loop_test(tcase, a_lamp_is_no_ink, 0, 2);
    tcase_add_loop_test(tcase, ink_is_even_in_uneven_light, 0, 2);
    tcase_add_loop_test(tcase, blank_pages_have_no_ink, 0, 4);
    tcase_add_test(tcase, threads_do_not_matter);
    tcase_add_loop_test(tcase, any_shape_will_do, 0, 6);
    return suite_run("page", tcase);
}
