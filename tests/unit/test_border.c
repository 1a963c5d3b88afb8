/* What lies beside the paper becomes paper; writing does not, nor paper in a shadow with
 * writing. */
#include "vision/ink/border.h"

#include "../support/suite.h"
#include "drawing.h"

#include <stdbool.h>

enum { WIDTH = 240, HEIGHT = 160, PAPER = 210 };

/* Two rings on light paper, in noise. */
static dg_plane page(void)
{
    dg_plane plane = drawing(WIDTH, HEIGHT, PAPER);
    draw_ring(&plane, 90, 60, 26, 40, 5, 70);
    draw_ring(&plane, 130, 60, 26, 40, 5, 70);
    add_noise(&plane, 4, 1);
    return plane;
}

/* The level of what lies left of a slanted edge, and above it if the picture is turned; the edge
 * has a dark line. */
static void draw_beside(const dg_plane *plane, bool above, uint8_t level)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const double away = above ? y - (20 + 0.05 * x) : x - (30 + 0.1 * y);
            if (away < 2)
                draw_bar(plane, x, y, 1, 1, away > 0 ? 40 : level);
        }
}

static void blank(const dg_plane *plane)
{
    dg_plane small = drawing(WIDTH, HEIGHT, 0);
    memcpy(small.pixels, plane->pixels, WIDTH * HEIGHT);
    ck_assert_int_eq(dg_border_blank(plane, &small, 1, NULL), DIGIT_OK);
    ck_assert_int_eq(memcmp(plane->pixels, small.pixels, WIDTH * HEIGHT), 0);
    free(small.pixels);
}

/* A lid, a table darker or lighter than the paper, along the left or the upper side. */
START_TEST(what_lies_beside_the_paper_goes)
{
    static const uint8_t levels[] = {8, 170, 250};
    const bool above = _i % 2;
    dg_plane plane = page(), plain = page();
    draw_beside(&plane, above, levels[_i / 2]);
    blank(&plane);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            ck_assert_int_le(abs(level_at(&plane, x, y) - level_at(&plain, x, y)), 10);
    free(plane.pixels);
    free(plain.pixels);
}
END_TEST

/* All around: the corners go, too. */
START_TEST(a_sheet_on_a_table_is_left)
{
    dg_plane plane = drawing(WIDTH, HEIGHT, 160), inner = page();
    for (int y = 20; y < HEIGHT - 14; y++)
        memcpy(plane.pixels + y * WIDTH + 30, inner.pixels + y * WIDTH + 30, WIDTH - 60);
    blank(&plane);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            ck_assert_int_le(abs(level_at(&plane, x, y) - level_at(&inner, x, y)), 10);
    free(plane.pixels);
    free(inner.pixels);
}
END_TEST

/* A stroke along most of a side; a shadow with a digit in it; light that fades; a picture too
 * small; a stroke so broad that the middle is ink. */
START_TEST(anything_else_is_left_alone)
{
    dg_plane plane = page(), before = page();
    if (_i == 0)
        draw_bar(&plane, 0, 8, 12, HEIGHT - 24, 60);
    for (int y = 0; y < HEIGHT && (_i == 1 || _i == 2); y++)
        for (int x = 0; x < WIDTH; x++) {
            uint8_t *pixel = &plane.pixels[y * WIDTH + x];
            *pixel = (uint8_t)(*pixel * (_i == 2 ? 0.5 + x * 0.5 / WIDTH : x < 100 ? 0.6 : 1));
        }
    if (_i == 3) {
        draw_beside(&plane, true, 8);
        plane.height = 39;
    }
    if (_i == 4)
        draw_bar(&plane, 70, 4, 100, HEIGHT - 8, 60);
    memcpy(before.pixels, plane.pixels, WIDTH * HEIGHT);
    dg_plane small = drawing(WIDTH, HEIGHT, 0);
    small.height = plane.height;
    memcpy(small.pixels, plane.pixels, WIDTH * HEIGHT);
    ck_assert_int_eq(dg_border_blank(&plane, &small, 1, NULL), DIGIT_OK);
    ck_assert_int_eq(memcmp(plane.pixels, before.pixels, WIDTH * HEIGHT), 0);
    free(small.pixels);
    free(plane.pixels);
    free(before.pixels);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("border");
    tcase_add_loop_test(tcase, what_lies_beside_the_paper_goes, 0, 6);
    tcase_add_test(tcase, a_sheet_on_a_table_is_left);
    tcase_add_loop_test(tcase, anything_else_is_left_alone, 0, 5);
    return suite_run("border", tcase);
}
