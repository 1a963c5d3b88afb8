/* Form lines: found and taken out, digits left whole. */
#include "vision/rules/rules.h"

#include "../support/suite.h"
#include "base/error.h"
#include "base/rng.h"
#include "finding.h"
#include "vision/rules/rules_parts.h"

#include <math.h>

static size_t find_and_erase(const dg_plane *page, dg_rules *rules)
{
    dg_pool pool = {0};
    const dg_threads threads = {&pool, 2};
    ck_assert_int_eq(find_rules(page, 1, 8, threads, rules), DIGIT_OK);
    ck_assert_int_eq(erase_rules(rules, page, 1), DIGIT_OK);
    dg_pool_close(&pool);
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
    ck_assert_uint_ge(find_and_erase(&page, &rules), 2);
    for (size_t i = 0; i < rules.count; i++)
        ck_assert(!rules.items[i].vertical && fabs(rules.items[i].slope - slope) < 0.01);
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
    ck_assert_uint_eq(find_and_erase(&page, &rules), 1);
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
    ck_assert_uint_gt(find_and_erase(&page, &rules), 5);
    for (int y = 0; y < 160; y++)
        for (int x = 0; x < 400; x++)
            if (level_at(&page, x, y) != level_at(&plain, x, y))
                ck_abort_msg("kind %d differs at %d, %d", _i, x, y);
    dg_rules_free(&rules);
    free(page.pixels);
    free(plain.pixels);
}
END_TEST

/* Print beside a comb, no higher than its walls: they go all the same. */
START_TEST(combs_beside_small_print_go)
{
    dg_plane page = drawing(700, 160, 0), plain = drawing(700, 160, 0);
    dg_rules rules;
    draw_digits(&page, 50);
    draw_digits(&plain, 50);
    for (int i = 0; i < 40; i++) { /* letters */
        draw_ring(&page, 370 + 16 * (i % 20), 40 + 40 * (i / 20), 12, 20, 3, 255);
        draw_ring(&plain, 370 + 16 * (i % 20), 40 + 40 * (i / 20), 12, 20, 3, 255);
    }
    draw_bar(&page, 28, 112, 302, 2, 255);
    for (int i = 0; i <= 5; i++)
        draw_bar(&page, 28 + 60 * i, 92, 2, 20, 255);
    find_and_erase(&page, &rules);
    ck_assert_uint_eq(count_ink(&page), count_ink(&plain));
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
    ck_assert_uint_eq(find_and_erase(&page, &rules), 0);
    ck_assert_uint_eq(count_ink(&page), before);
    dg_rules_free(&rules);
    free(page.pixels);
}
END_TEST

/* Three 7s whose bars make one line, drawn by hand: 5 pixels thick, now higher, now lower. With
 * a ruler it were a form's. */
START_TEST(bars_of_digits_that_touch_stay)
{
    const bool by_hand = _i;
    dg_plane page = drawing(200, 120, 0);
    dg_rules rules;
    for (int x = 30; x < 126; x++)
        draw_bar(&page, x, 30 + (by_hand ? (int)lround(2 * sin(x / 9.0)) : 0), 1, 5, 255);
    for (int i = 0; i < 3; i++)
        draw_bar(&page, 57 + 32 * i, 30, 5, 40, 255);
    const size_t before = count_ink(&page);
    find_and_erase(&page, &rules);
    ck_assert(by_hand == (rules.count == 0));
    ck_assert(by_hand == (count_ink(&page) == before));
    dg_rules_free(&rules);
    free(page.pixels);
}
END_TEST

/* At most so many pixels differ from the digits as they were drawn. */
static void expect_only_digits(const dg_plane *page, const dg_plane *plain, size_t most)
{
    size_t off = 0;
    for (size_t i = 0; i < page->width * page->height; i++)
        off += page->pixels[i] != plain->pixels[i];
    ck_assert_uint_le(off, most);
}

/* Squares smaller than the digits, whose height the lines hide; broken by noise. */
START_TEST(squared_paper_goes)
{
    dg_plane page = drawing(330, 120, 0), plain = drawing(330, 120, 0);
    dg_rules rules;
    draw_digits(&page, 40);
    draw_digits(&plain, 40);
    for (int y = 10; y < 120; y += 22)
        draw_bar(&page, 0, y, 330, 1, 255);
    for (int x = 12; x < 330; x += 22)
        draw_bar(&page, x, 0, 1, 120, 255);
    for (int x = 17; _i == 1 && x < 330; x += 22) /* no run is as long as a square */
        draw_bar(&page, x, 10, 2, 1, 0);
    ck_assert_uint_ge(find_and_erase(&page, &rules), 5 + 15);
    expect_only_digits(&page, &plain, 250); /* where strokes meet lines */
    dg_rules_free(&rules);
    free(page.pixels);
    free(plain.pixels);
}
END_TEST

/* The walls of a comb lean with it; one is hidden by a stroke along most of it. */
START_TEST(a_wall_that_a_digit_hides_goes)
{
    dg_plane page = drawing(400, 160, 0);
    dg_rules rules;
    draw_bar(&page, 20, 100, 362, 2, 255);
    for (int i = 0; i <= 6; i++)
        draw_bar(&page, 20 + 60 * i, 80, 2, 20, 255);
    for (int i = 0; i < 6; i++)
        draw_ring(&page, i == 2 ? 134 : 36 + 60 * i, 50, 28, 42, 5, 255);
    ck_assert_uint_eq(find_and_erase(&page, &rules), 1 + 7);
    for (int y = 93; y < 100; y++) /* below the digit: its wall */
        ck_assert_int_eq(level_at(&page, 140, y), 0);
    dg_rules_free(&rules);
    free(page.pixels);
}
END_TEST

START_TEST(ones_on_a_line_are_no_comb)
{
    dg_plane page = drawing(400, 160, 0);
    dg_rules rules;
    draw_bar(&page, 0, 100, 400, 3, 255);
    for (int i = 0; i < 5; i++)
        draw_bar(&page, 30 + 70 * i, 60, 4, 40, 255);
    draw_ring(&page, 330, 60, 26, 40, 4, 255);
    ck_assert_uint_eq(find_and_erase(&page, &rules), 1);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(level_at(&page, 31 + 70 * i, 80), 255);
    dg_rules_free(&rules);
    free(page.pixels);
}
END_TEST

/* A narrow cut of a form: the wall of a cell beside digits, from edge to edge. A 1 that is as high
 * ends there, or stands beside others or dirt. */
START_TEST(a_wall_that_both_edges_cut_off_goes)
{
    enum { WALL, STROKE, DIGITS, BESIDE_DIRT };
    dg_plane page = drawing(110, 34, 0);
    dg_rules rules;
    draw_bar(&page, 8, 0, 3, 34, 255);
    for (int i = 0; i < 3; i++)
        if (_i == DIGITS)
            draw_ring(&page, 20 + 26 * i, 1, 20, 32, 6, 255);
        else if (_i != BESIDE_DIRT)
            draw_ring(&page, 20 + 26 * i, 7, 14, 20, 3, 255);
    if (_i == STROKE)
        draw_bar(&page, 8, 0, 3, 1, 100);
    if (_i == BESIDE_DIRT)
        draw_ring(&page, 60, 20, 8, 8, 2, 255);
    find_and_erase(&page, &rules);
    ck_assert_uint_eq(rules.count, _i == WALL);
    ck_assert_int_eq(level_at(&page, 9, 17), _i == WALL ? 0 : 255);
    dg_rules_free(&rules);
    free(page.pixels);
}
END_TEST

/* Lines of 1 pixel, on pages wide and high, all over a place or beyond its edges. */
static void scatter(dg_rules *rules, size_t count, uint32_t width, uint32_t height, dg_pace *pace)
{
    dg_rng rng;
    dg_rng_init(&rng, 1, DG_RNG_WEIGHTS, 0);
    *rules = (dg_rules){0};
    for (size_t i = 0; i < count; i++) {
        const bool vertical = i % 2;
        const int32_t from = (int32_t)dg_rng_below(&rng, vertical ? height : width);
        const dg_rule rule = {.vertical = vertical,
                              .from = from,
                              .to = from + 5 + (int32_t)dg_rng_below(&rng, 200),
                              .offset = dg_rng_below(&rng, vertical ? width : height) - 3.0,
                              .thick = 1};
        ck_assert_int_eq(dg_rules_add(rules, &rule), DIGIT_OK);
    }
    ck_assert_int_eq(dg_rules_sort(pace, rules), DIGIT_OK);
}

/* Ends may miss by 1.5 pixels and half of what both are thick. */
static bool touches(const dg_rule *horizontal, const dg_rule *vertical)
{
    const double x = vertical->offset, y = horizontal->offset;
    return x >= horizontal->from - 2.5 && x <= horizontal->to + 2.5 && y >= vertical->from - 2.5 &&
           y <= vertical->to + 2.5;
}

/* What is found tile by tile is what is found pair by pair. */
START_TEST(all_crossings_are_found_once)
{
    static const uint32_t sizes[][2] = {{500, 300}, {20, 2000}, {3000, 10}, {30, 30}};
    const dg_deadline deadline = dg_deadline_begin(0);
    dg_pace pace = {.deadline = &deadline};
    dg_rules rules;
    dg_crossings crossings;
    scatter(&rules, 400, sizes[_i][0], sizes[_i][1], &pace);
    ck_assert_int_eq(dg_crossings_find(&rules, &pace, &crossings), DIGIT_OK);
    uint8_t *seen = calloc(rules.count * rules.count, 1);
    for (size_t i = 0; i < crossings.count; i++)
        seen[crossings.items[i].horizontal * rules.count + crossings.items[i].vertical]++;
    for (size_t h = 0; h < rules.count; h++)
        for (size_t v = 0; v < rules.count; v++)
            ck_assert_uint_eq(seen[h * rules.count + v],
                              !rules.items[h].vertical && rules.items[v].vertical &&
                                  touches(&rules.items[h], &rules.items[v]));
    ck_assert_uint_gt(crossings.count, 20);
    free(seen);
    dg_crossings_free(&crossings);
    dg_rules_free(&rules);
}
END_TEST

/* A line that was found twice, once shorter and a little aside, and one that only meets it. */
START_TEST(no_line_is_kept_twice)
{
    const dg_deadline deadline = dg_deadline_begin(0);
    dg_pace pace = {.deadline = &deadline};
    const dg_rule found[] = {
        {.from = 10, .to = 900, .offset = 63.5, .slope = 0.01, .thick = 2},
        {.from = 200, .to = 700, .offset = 64.8, .slope = 0.009, .thick = 3},
        {.from = 850, .to = 1400, .offset = 63.5, .slope = 0.01, .thick = 2},
        {.from = 10, .to = 900, .offset = 68, .slope = 0.01, .thick = 2},
        {.vertical = true, .from = 10, .to = 900, .offset = 63.5, .slope = 0.01, .thick = 2},
    };
    dg_rules rules = {0};
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(dg_rules_add(&rules, &found[i]), DIGIT_OK);
    ck_assert_int_eq(dg_rules_sort(&pace, &rules), DIGIT_OK);
    ck_assert_uint_eq(rules.count, 4);
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_ne(rules.items[i].from, 200);
    dg_rules_free(&rules);
}
END_TEST

START_TEST(time_ends_while_lines_are_sought)
{
    const dg_deadline past = dg_deadline_begin(1);
    const struct timespec wait = {0, 5000000};
    dg_plane page = drawing(400, 160, 0);
    dg_runs runs;
    dg_components components;
    dg_rules rules;
    dg_pool pool = {0};
    const dg_threads threads = {&pool, 2};
    draw_bar(&page, 20, 100, 362, 2, 255);
    ck_assert_int_eq(dg_runs_find(&page, 1, threads, &runs), DIGIT_OK);
    ck_assert_int_eq(dg_components_find(&runs, 8, &components), DIGIT_OK);
    nanosleep(&wait, NULL);
    ck_assert_int_eq(dg_rules_find(&page, 1, &runs, &components, threads, &past, &rules),
                     DIGIT_ERR_TIMEOUT);
    ck_assert_ptr_nonnull(strstr(dg_error_text(), "1 ms")); /* whichever thread saw it */
    dg_rules_free(&rules);
    dg_components_free(&components);
    dg_runs_free(&runs);
    dg_pool_close(&pool);
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
    tcase_add_loop_test(tcase, bars_of_digits_that_touch_stay, 0, 2);
    tcase_add_loop_test(tcase, squared_paper_goes, 0, 2);
    tcase_add_test(tcase, a_wall_that_a_digit_hides_goes);
    tcase_add_test(tcase, combs_beside_small_print_go);
    tcase_add_test(tcase, ones_on_a_line_are_no_comb);
    tcase_add_loop_test(tcase, a_wall_that_both_edges_cut_off_goes, 0, 4);
    tcase_add_loop_test(tcase, all_crossings_are_found_once, 0, 4);
    tcase_add_test(tcase, no_line_is_kept_twice);
    tcase_add_test(tcase, time_ends_while_lines_are_sought);
    return suite_run("rules", tcase);
}
