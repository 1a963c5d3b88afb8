/* A line of writing as 32 rows, whatever its size and slope. */
#include "vision/page/strip.h"

#include "../support/suite.h"
#include "base/mem.h"
#include "drawing.h"

#include <math.h>

/* A dot in a line of digits: its ink, as a segment that is as high as the digits. */
typedef struct page {
    dg_plane ink;
    dg_segment segment;
} page;

static page make_page(void)
{
    page p = {.ink = {dg_alloc_zero(400, 300), 400, 300}};
    p.segment = (dg_segment){.left = 100, .right = 299, .top = 100, .bottom = 183};
    return p;
}

/* Mean place of the ink of a strip. */
static void centre(const dg_strip *strip, double *row, double *column)
{
    double sum = 0;
    *row = *column = 0;
    for (uint32_t y = 0; y < DG_LINE_ROWS; y++)
        for (uint32_t x = 0; x < strip->columns; x++) {
            const double level = strip->pixels[(size_t)y * strip->columns + x];
            sum += level;
            *row += level * (y + 0.5);
            *column += level * (x + 0.5);
        }
    ck_assert_double_gt(sum, 0);
    *row /= sum;
    *column /= sum;
}

static const struct {
    double size, slope;
    int x, y; /* of a blot */
} cases[] = {{84, 0, 200, 142}, {84, 0, 120, 110}, {84, 0.08, 250, 170}, {21, 0, 150, 140},
             {12, 0, 150, 142}, {84, -0.05, 280, 120}};

START_TEST(shows_ink_where_it_is)
{
    page p = make_page();
    dg_strip strip;
    double row, column;
    const int half = (int)(cases[_i].size / 12) + 1;
    draw_bar(&p.ink, cases[_i].x - half, cases[_i].y - half, 2 * half, 2 * half, 255);
    ck_assert_int_eq(dg_strip_make(&p.ink, &p.segment, 1, cases[_i].size, cases[_i].slope, &strip),
                     DIGIT_OK);
    ck_assert_double_eq_tol(strip.scale, cases[_i].size / DG_STRIP_DIGIT, 1e-9);
    centre(&strip, &row, &column);
    ck_assert_double_eq_tol(dg_strip_x(&strip, column), cases[_i].x, 0.6 * strip.scale);
    const double middle = strip.middle + strip.slope * (cases[_i].x - strip.left);
    ck_assert_double_eq_tol(middle + (row - DG_LINE_ROWS / 2.0) * strip.scale, cases[_i].y,
                            0.6 * strip.scale);
    dg_strip_free(&strip);
    dg_free(p.ink.pixels);
}
END_TEST

/* As dark as the page, and its middle row on the middle of the line. */
START_TEST(keeps_levels)
{
    page p = make_page();
    dg_strip strip;
    draw_bar(&p.ink, 0, 0, 400, 300, 77);
    ck_assert_int_eq(dg_strip_make(&p.ink, &p.segment, 1, 84, 0, &strip), DIGIT_OK);
    for (uint32_t i = 0; i < DG_LINE_ROWS * strip.columns; i++)
        ck_assert_uint_eq(strip.pixels[i], 77);
    ck_assert_double_eq(strip.middle, 142);
    dg_strip_free(&strip);
    dg_free(p.ink.pixels);
}
END_TEST

/* Beyond the page there is paper. */
START_TEST(goes_beyond_the_page)
{
    page p = make_page();
    dg_strip strip;
    p.segment.left = 0;
    p.segment.top = 0;
    draw_bar(&p.ink, 0, 0, 400, 300, 200);
    ck_assert_int_eq(dg_strip_make(&p.ink, &p.segment, 1, 300, 0, &strip), DIGIT_OK);
    ck_assert_uint_eq(strip.pixels[0], 0);
    ck_assert_uint_eq(strip.pixels[16 * strip.columns + strip.columns / 2], 200);
    dg_strip_free(&strip);
    dg_free(p.ink.pixels);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("strip");
    tcase_add_loop_test(tcase, shows_ink_where_it_is, 0, (int)(sizeof cases / sizeof cases[0]));
    tcase_add_test(tcase, keeps_levels);
    tcase_add_test(tcase, goes_beyond_the_page);
    return suite_run("strip", tcase);
}
