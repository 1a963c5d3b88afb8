/* Lines: order, skew, small pieces, dirt. */
#include "vision/ink/digit_height.h"
#include "vision/page/lines.h"

#include "../support/suite.h"
#include "finding.h"

static void find(const dg_plane *page, bool single, dg_components *components, dg_lines *lines)
{
    dg_lines_plan plan = {.width = page->width, .height = page->height, .single = single};
    ck_assert_int_eq(find_components(page, 1, 2, one_thread, components), DIGIT_OK);
    ck_assert_int_eq(
        dg_digit_height(components, page->width, page->height, &plan.digit_height), DIGIT_OK);
    ck_assert_int_eq(dg_lines_find(components, &plan, lines), DIGIT_OK);
}

static void release(dg_plane *page, dg_components *components, dg_lines *lines)
{
    dg_lines_free(lines);
    dg_components_free(components);
    free(page->pixels);
}

/* Rows of rings that fall to the right by up to 5 degrees. */
START_TEST(lines_and_order_survive_skew)
{
    enum { ROWS = 4, COLUMNS = 12 };
    const double slope = (_i - 4) * 0.0215;
    dg_plane page = drawing(900, 500, 0);
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < COLUMNS; column++) {
            const int x = 40 + 70 * column, height = 32 + (row * 5 + column * 7) % 9;
            draw_ring(&page, x, (int)(120 + 70 * row + slope * (x - 450)), 24, height, 4, 255);
        }
    dg_components components;
    dg_lines lines;
    find(&page, false, &components, &lines);
    ck_assert_uint_eq(lines.count, ROWS);
    for (size_t i = 0; i < lines.count; i++) {
        const dg_line *line = &lines.items[i];
        ck_assert_uint_eq(line->count, COLUMNS);
        ck_assert(line->size >= 30 && line->size <= 42);
        for (size_t p = 1; p < line->count; p++)
            ck_assert_int_gt(lines.pieces[line->first + p].left,
                             lines.pieces[line->first + p - 1].left);
        if (i > 0)
            ck_assert_int_gt(lines.pieces[line->first].top,
                             lines.pieces[lines.items[i - 1].first].top);
    }
    release(&page, &components, &lines);
}
END_TEST

START_TEST(parts_join_marks_stay_dirt_goes)
{
    dg_plane page = drawing(400, 120, 0);
    dg_components components;
    dg_lines lines;
    for (int i = 0; i < 4; i++)
        draw_ring(&page, 20 + 80 * i, 30, 30, 50, 5, 255);
    draw_bar(&page, 24, 18, 24, 5, 255);  /* the bar of a 5 */
    draw_bar(&page, 70, 72, 7, 8, 255);   /* a dot */
    draw_bar(&page, 150, 70, 2, 2, 255);  /* dirt */
    draw_bar(&page, 0, 0, 400, 3, 255);   /* the edge of the paper */
    find(&page, false, &components, &lines);
    ck_assert_uint_eq(lines.count, 1);
    ck_assert_uint_eq(lines.items[0].count, 5);
    ck_assert_uint_eq(lines.pieces[0].components, 2);
    ck_assert_int_eq(lines.pieces[0].top, 18);
    ck_assert(lines.pieces[1].small && lines.pieces[1].left == 70);
    release(&page, &components, &lines);
}
END_TEST

START_TEST(one_line_is_one_line)
{
    dg_plane page = drawing(300, 200, 0);
    dg_components components;
    dg_lines lines;
    draw_ring(&page, 20, 20, 30, 50, 5, 255);
    draw_ring(&page, 120, 90, 30, 50, 5, 255);
    find(&page, _i, &components, &lines);
    ck_assert_uint_eq(lines.count, _i ? 1 : 2);
    release(&page, &components, &lines);
}
END_TEST

START_TEST(nothing_gives_nothing)
{
    dg_plane page = drawing(50, 50, 0);
    dg_components components;
    dg_lines lines;
    find(&page, false, &components, &lines);
    ck_assert_uint_eq(lines.count, 0);
    release(&page, &components, &lines);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("lines");
    tcase_add_loop_test(tcase, lines_and_order_survive_skew, 0, 9);
    tcase_add_test(tcase, parts_join_marks_stay_dirt_goes);
    tcase_add_loop_test(tcase, one_line_is_one_line, 0, 2);
    tcase_add_test(tcase, nothing_gives_nothing);
    return suite_run("lines", tcase);
}
