/* Writing that leans far is set more upright; other writing stays, and all of the ink. */
#include "vision/page/lean.h"

#include "../support/suite.h"
#include "base/mem.h"
#include "finding.h"

#include <math.h>

/* Two strokes that lean by so many pixels a row, with a horizontal one. */
static dg_sheet leaning(double lean)
{
    dg_sheet sheet = {.ink = {dg_alloc_zero(200, 60), 200, 60},
                      .whole = {dg_alloc_zero(200, 60), 200, 60},
                      .digit_height = 40};
    for (int y = 10; y < 50; y++)
        for (int i = 0; i < 2; i++)
            draw_bar(&sheet.ink, (int)lround(60 + 50 * i + lean * (30 - y)), y, 5, 1, 255);
    draw_bar(&sheet.ink, (int)lround(60 + lean * 20), 10, 20, 4, 255);
    ck_assert_int_eq(find_components(&sheet.ink, 1, 2, one_thread, &sheet.components), DIGIT_OK);
    return sheet;
}

START_TEST(half_of_a_far_lean_is_taken_out)
{
    static const double leans[] = {0.8, -0.8, 0.3, 0};
    dg_sheet sheet = leaning(leans[_i]);
    size_t area = 0, ink = 0;
    ck_assert_int_eq(dg_lean_right(&sheet), DIGIT_OK);
    if (fabs(leans[_i]) > 0.5)
        ck_assert_double_eq_tol(sheet.lean, leans[_i] / 2, 0.05);
    else
        ck_assert(sheet.lean == 0 && sheet.ink.width == 200);
    for (size_t i = 0; i < sheet.components.count; i++) {
        const dg_component *component = &sheet.components.items[i];
        area += component->area;
        for (uint32_t r = component->first; r < component->first + component->count; r++) {
            const dg_run *run = &sheet.components.runs[r];
            ck_assert(run->start >= component->left && run->end <= component->right + 1);
            for (int x = run->start; x < run->end; x++)
                ink += level_at(&sheet.ink, x, run->y) == 255;
        }
    }
    ck_assert_uint_eq(area, ink);
    dg_sheet_free(&sheet);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("lean");
    tcase_add_loop_test(tcase, half_of_a_far_lean_is_taken_out, 0, 4);
    return suite_run("lean", tcase);
}
