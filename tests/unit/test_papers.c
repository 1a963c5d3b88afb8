/* Paper of several levels: found where edges are hard, not where light fades or a pen is broad. */
#include "vision/ink/papers.h"

#include "../support/suite.h"
#include "drawing.h"

enum { WIDTH = 240, HEIGHT = 160 };

static bool found_on(const dg_plane *plane, dg_papers *papers)
{
    bool found;
    ck_assert_int_eq(dg_papers_find(plane, DIGIT_INK_AUTO, papers, &found), DIGIT_OK);
    return found;
}

/* A dark 7 on light paper. */
static dg_plane seven(void)
{
    dg_plane plane = drawing(WIDTH, HEIGHT, 210);
    draw_bar(&plane, 90, 50, 50, 8, 60);
    for (int step = 0; step < 60; step++)
        draw_bar(&plane, 130 - step / 2, 50 + step, 8, 1, 60);
    return plane;
}

static void darken(const dg_plane *plane, double slope, int from)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            if (x + slope * y > from)
                plane->pixels[y * WIDTH + x] = (uint8_t)(plane->pixels[y * WIDTH + x] * 0.5);
}

static void negate(const dg_plane *plane)
{
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++)
        plane->pixels[i] ^= 255;
}

START_TEST(two_papers_become_one)
{
    const dg_threads one = {.count = 1};
    dg_plane plane = seven();
    dg_papers papers;
    darken(&plane, 0.4, 150);
    add_noise(&plane, 5, 3);
    if (_i)
        negate(&plane);
    ck_assert(found_on(&plane, &papers));
    ck_assert_int_eq(papers.light, _i);
    ck_assert_int_eq(dg_papers_flatten(&plane, &papers, one), DIGIT_OK);
    for (int y = 4; y < HEIGHT; y += 8)
        for (int x = 4; x < WIDTH; x += 8)
            if (x < 80 || x > 150 || y < 40 || y > 120)
                ck_assert_int_gt(level_at(&plane, x, y), 220);
    ck_assert_int_lt(level_at(&plane, 100, 54), 110);
    ck_assert_int_lt(level_at(&plane, 130, 54), 110);
    free(plane.pixels);
}
END_TEST

START_TEST(the_negative_has_the_same_papers)
{
    dg_plane plane = seven();
    dg_papers papers, negative;
    darken(&plane, -0.7, 40);
    add_noise(&plane, 9, 5);
    ck_assert(found_on(&plane, &papers));
    negate(&plane);
    ck_assert(found_on(&plane, &negative));
    ck_assert(papers.light != negative.light);
    for (size_t row = 0; row < papers.rows; row++)
        for (size_t column = 0; column < papers.columns; column++)
            ck_assert(papers.level[row][column] == -negative.level[row][column]);
    free(plane.pixels);
}
END_TEST

/* One paper; light that fades; noise that hides all; a stroke as broad as strokes are; a picture
 * too small; dark ink on the light and light ink on the dark. */
START_TEST(anything_else_is_left_alone)
{
    dg_plane plane = seven();
    dg_papers papers;
    for (int i = 0; i < WIDTH * HEIGHT && _i == 1; i++)
        plane.pixels[i] = (uint8_t)(plane.pixels[i] * (240 - i % WIDTH / 2) / 240);
    if (_i == 2) {
        darken(&plane, 0.4, 150);
        add_noise(&plane, 120, 3);
    }
    if (_i == 3)
        draw_bar(&plane, 100, 0, 34, HEIGHT, 60);
    if (_i == 4)
        plane.height = 39;
    for (int x = 115; x < WIDTH && _i == 5; x++)
        for (int y = 0; y < HEIGHT; y++)
            plane.pixels[y * WIDTH + x] ^= 255;
    ck_assert(!found_on(&plane, &papers));
    free(plane.pixels);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("papers");
    tcase_add_loop_test(tcase, two_papers_become_one, 0, 2);
    tcase_add_test(tcase, the_negative_has_the_same_papers);
    tcase_add_loop_test(tcase, anything_else_is_left_alone, 0, 6);
    return suite_run("papers", tcase);
}
