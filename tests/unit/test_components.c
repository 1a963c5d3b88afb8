/* Pieces of ink as runs: against a flood fill, limits, strengths made even. */
#include "vision/ink/density.h"
#include "vision/ink/even_ink.h"

#include "../support/suite.h"
#include "finding.h"

/* Empty one piece from (x, y) on; returns how many pixels it had. */
static uint32_t flood(const dg_plane *p, int x, int y, uint8_t least)
{
    const int width = (int)p->width, height = (int)p->height;
    int *stack = malloc(sizeof *stack * p->width * p->height);
    int depth = 0;
    uint32_t area = 0;
    ck_assert_ptr_nonnull(stack);
    p->pixels[y * width + x] = 0;
    stack[depth++] = y * width + x;
    while (depth > 0) {
        const int at = stack[--depth];
        area++;
        for (int j = at / width - 1; j <= at / width + 1; j++)
            for (int i = at % width - 1; i <= at % width + 1; i++) {
                if (i < 0 || j < 0 || i >= width || j >= height || p->pixels[j * width + i] < least)
                    continue;
                p->pixels[j * width + i] = 0;
                stack[depth++] = j * width + i;
            }
    }
    free(stack);
    return area;
}

START_TEST(finds_what_a_flood_fill_finds)
{
    enum { LEAST = 100 };
    const size_t width = 1 + (size_t)_i * 7 % 61, height = 1 + (size_t)_i * 11 % 53;
    dg_plane plane = drawing(width, height, 0);
    uint32_t state = (uint32_t)_i;
    for (size_t i = 0; i < width * height; i++) {
        state = state * 1664525u + 1013904223u;
        plane.pixels[i] = (int)(state >> 24) % 10 < 1 + _i % 9 ? (uint8_t)(state >> 16) : 0;
    }
    dg_components found;
    ck_assert_int_eq(find_components(&plane, LEAST, 1, one_thread, &found), DIGIT_OK);
    size_t count = 0;
    for (int i = 0; i < (int)(width * height); i++) {
        if (plane.pixels[i] < LEAST)
            continue;
        ck_assert_uint_lt(count, found.count);
        const dg_component *component = &found.items[count++];
        uint32_t area = 0;
        for (uint32_t r = component->first; r < component->first + component->count; r++) {
            const dg_run *run = &found.runs[r];
            area += (uint32_t)(run->end - run->start);
            ck_assert(run->y >= component->top && run->y <= component->bottom);
            ck_assert(run->start >= component->left && run->end - 1 <= component->right);
        }
        ck_assert_uint_eq(area, component->area);
        ck_assert_uint_eq(flood(&plane, i % (int)width, i / (int)width, LEAST), component->area);
    }
    ck_assert_uint_eq(count, found.count);
    dg_components_free(&found);
    free(plane.pixels);
}
END_TEST

/* Several bands of rows, each listed by whoever comes first. */
START_TEST(any_threads_find_the_same)
{
    dg_plane plane = drawing(2000, 300, 0), copy = drawing(2000, 300, 0);
    dg_pool pool = {0};
    const dg_threads three = {&pool, 3, NULL};
    dg_components one, many;
    add_noise(&plane, 30, 7);
    draw_ring(&plane, 40, 5, 700, 290, 9, 200);
    memcpy(copy.pixels, plane.pixels, plane.width * plane.height);
    ck_assert_int_eq(find_components(&plane, 29, 1, one_thread, &one), DIGIT_OK);
    ck_assert_int_eq(find_components(&copy, 29, 1, three, &many), DIGIT_OK);
    ck_assert_uint_gt(one.count, 1000);
    ck_assert_uint_eq(one.count, many.count);
    ck_assert_uint_eq(one.run_count, many.run_count);
    ck_assert_mem_eq(one.runs, many.runs, one.run_count * sizeof *one.runs);
    ck_assert_int_eq(dg_even_ink(&one, &plane, one_thread), DIGIT_OK);
    ck_assert_int_eq(dg_even_ink(&many, &copy, three), DIGIT_OK);
    ck_assert_mem_eq(plane.pixels, copy.pixels, plane.width * plane.height);
    dg_components_free(&one);
    dg_components_free(&many);
    dg_pool_close(&pool);
    free(plane.pixels);
    free(copy.pixels);
}
END_TEST

START_TEST(small_pieces_are_left_out)
{
    dg_plane plane = drawing(100, 100, 0);
    draw_bar(&plane, 10, 10, 3, 3, 255);
    draw_bar(&plane, 50, 10, 1, 20, 255);
    dg_components found;
    ck_assert_int_eq(find_components(&plane, 1, 4, one_thread, &found), DIGIT_OK);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_uint_eq(found.run_count, 20);
    ck_assert_int_eq(found.items[0].left, 50);
    dg_components_free(&found);
    free(plane.pixels);
}
END_TEST

START_TEST(too_many_are_refused_by_name)
{
    dg_plane plane = drawing(1200, 1200, 0);
    for (size_t y = 0; y < 1200; y += 4)
        for (size_t x = 0; x < 1200; x += 4)
            draw_bar(&plane, (int)x, (int)y, 2, 2, 255);
    dg_components found;
    ck_assert_int_eq(find_components(&plane, 1, 2, one_thread, &found), DIGIT_ERR_LIMIT);
    dg_components_free(&found);
    ck_assert_int_eq(find_components(&plane, 1, 3, one_thread, &found), DIGIT_OK);
    ck_assert_uint_eq(found.count, 0);
    dg_components_free(&found);
    free(plane.pixels);
}
END_TEST

START_TEST(a_pencil_beside_a_pen_comes_out_as_strong)
{
    dg_plane plane = drawing(200, 100, 0);
    draw_bar(&plane, 20, 20, 8, 60, 250);
    draw_bar(&plane, 60, 20, 8, 60, 140);
    draw_bar(&plane, 100, 20, 30, 60, 40); /* a shadow */
    dg_components found;
    ck_assert_int_eq(find_components(&plane, 30, 2, one_thread, &found), DIGIT_OK);
    ck_assert_int_eq(dg_even_ink(&found, &plane, one_thread), DIGIT_OK);
    ck_assert_int_eq(level_at(&plane, 24, 50), DG_INK_FULL);
    ck_assert_int_eq(level_at(&plane, 64, 50), DG_INK_FULL);
    ck_assert_int_eq(level_at(&plane, 110, 50), 0);
    dg_components_free(&found);
    free(plane.pixels);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("components");
    tcase_add_loop_test(tcase, finds_what_a_flood_fill_finds, 0, 200);
    tcase_add_test(tcase, any_threads_find_the_same);
    tcase_add_test(tcase, small_pieces_are_left_out);
    tcase_add_test(tcase, too_many_are_refused_by_name);
    tcase_add_test(tcase, a_pencil_beside_a_pen_comes_out_as_strong);
    return suite_run("components", tcase);
}
