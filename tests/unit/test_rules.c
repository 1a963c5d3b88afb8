/* Form lines: found and taken out, digits left whole. */
#include "vision/rules.h"

#include "../support/suite.h"
#include "drawing.h"

#include <math.h>

static size_t erase_rules(const dg_plane *page, dg_rules *rules)
{
    dg_blobs blobs;
    ck_assert_int_eq(dg_blobs_find(page, 1, 8, &blobs), DIGIT_OK);
    ck_assert_int_eq(dg_rules_find(page, 1, &blobs, rules), DIGIT_OK);
    ck_assert_int_eq(dg_rules_erase(rules, page, 1), DIGIT_OK);
    dg_blobs_free(&blobs);
    return rules->count;
}

static size_t count_ink(const dg_plane *page)
{
    size_t count = 0;
    for (size_t i = 0; i < page->width * page->height; i++)
        count += page->pixels[i] > 0;
    return count;
}

static void draw_digits(const dg_plane *page, int y)
{
    for (int i = 0; i < 5; i++)
        draw_ring(page, 40 + 60 * i, y, 26, 40, 5, 255);
}

START_TEST(ruled_paper_at_any_slope)
{
    const double slope = (_i - 3) * 0.028;
    dg_plane page = drawing(400, 300, 0), plain = drawing(400, 300, 0);
    dg_rules rules;
    draw_digits(&page, 130);
    draw_digits(&plain, 130);
    draw_line(&page, 0, 399, 60 - 200 * slope, slope, 2, 255);
    draw_line(&page, 0, 399, 230 - 200 * slope, slope, 2, 255);
    ck_assert_uint_ge(erase_rules(&page, &rules), 2);
    for (size_t i = 0; i < rules.count; i++)
        ck_assert(!rules.items[i].upright && fabs(rules.items[i].slope - slope) < 0.01);
    ck_assert_int_eq(memcmp(page.pixels, plain.pixels, 400 * 300), 0);
    dg_rules_free(&rules);
    free(page.pixels);
    free(plain.pixels);
}
END_TEST

START_TEST(strokes_that_cross_stay_whole)
{
    dg_plane page = drawing(400, 120, 0), plain = drawing(400, 120, 0);
    dg_rules rules;
    draw_digits(&page, 40);
    draw_digits(&plain, 40);
    draw_line(&page, 0, 399, 58, 0, 2, 255);
    ck_assert_uint_eq(erase_rules(&page, &rules), 1);
    /* Strokes are as they were where the line went through them, but for a corner. */
    for (int i = 0; i < 5; i++)
        for (int x = 41 + 60 * i; x < 44 + 60 * i; x++)
            for (int y = 40; y < 80; y++)
                ck_assert_int_eq(level_at(&page, x, y), 255);
    ck_assert_uint_le(count_ink(&page), count_ink(&plain) + 5 * 4 * 4);
    dg_rules_free(&rules);
    free(page.pixels);
    free(plain.pixels);
}
END_TEST

enum { BOXES, COMB, GRID, KINDS };

START_TEST(boxes_combs_and_grids_go)
{
    dg_plane page = drawing(400, 160, 0), plain = drawing(400, 160, 0);
    dg_rules rules;
    draw_digits(&page, 50);
    draw_digits(&plain, 50);
    for (int i = 0; i < 5; i++) {
        const int x = 28 + 60 * i;
        if (_i == BOXES)
            draw_ring(&page, x, 36, 52, 68, 2, 255);
        if (_i == GRID)
            draw_ring(&page, x, 36, 62, 68, 2, 255);
        if (_i == COMB) {
            draw_bar(&page, x, 104, 62, 2, 255);
            draw_bar(&page, x, 84, 2, 20, 255);
            draw_bar(&page, x + 60, 84, 2, 20, 255);
        }
    }
    ck_assert_uint_gt(erase_rules(&page, &rules), 5);
    for (int y = 0; y < 160; y++)
        for (int x = 0; x < 400; x++)
            if (level_at(&page, x, y) != level_at(&plain, x, y))
                ck_abort_msg("kind %d differs at %d, %d", _i, x, y);
    dg_rules_free(&rules);
    free(page.pixels);
    free(plain.pixels);
}
END_TEST

START_TEST(digits_alone_have_no_lines)
{
    dg_plane page = drawing(400, 120, 0);
    dg_rules rules;
    for (int i = 0; i < 5; i++) { /* 7 and 1 and 4 of straight strokes */
        draw_bar(&page, 20 + 70 * i, 30, 40, 5, 255);
        draw_bar(&page, 55 + 70 * i, 30, 5, 60, 255);
    }
    const size_t before = count_ink(&page);
    ck_assert_uint_eq(erase_rules(&page, &rules), 0);
    ck_assert_uint_eq(count_ink(&page), before);
    dg_rules_free(&rules);
    free(page.pixels);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("rules");
    tcase_add_loop_test(tcase, ruled_paper_at_any_slope, 0, 7);
    tcase_add_test(tcase, strokes_that_cross_stay_whole);
    tcase_add_loop_test(tcase, boxes_combs_and_grids_go, 0, KINDS);
    tcase_add_test(tcase, digits_alone_have_no_lines);
    return suite_run("rules", tcase);
}
