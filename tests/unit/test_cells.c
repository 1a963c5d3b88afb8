/* Grids: cells by their lines, by number, by what stands in them. */
#include "vision/rules/cells.h"
#include "vision/ink/digit_height.h"

#include "../support/suite.h"
#include "finding.h"

enum { SIDE = 40 };

static dg_plane draw_grid(int rows, int columns, bool lines)
{
    dg_plane page = drawing((size_t)(columns * SIDE + 40), (size_t)(rows * SIDE + 40), 0);
    for (int i = 0; lines && i <= rows; i++)
        draw_bar(&page, 20, 20 + i * SIDE, columns * SIDE + 2, 2, 255);
    for (int i = 0; lines && i <= columns; i++)
        draw_bar(&page, 20 + i * SIDE, 20, 2, rows * SIDE + 2, 255);
    for (int row = 0; row < rows; row++)
        for (int column = row % 2 && lines; column < columns; column += lines ? 2 : 1)
            draw_ring(&page, 32 + column * SIDE, 30 + row * SIDE, 16, 24, 3, 255);
    return page;
}

static void find(dg_plane *page, uint32_t rows, uint32_t columns, dg_components *components,
                 dg_cells *cells)
{
    dg_rules rules;
    dg_cells_plan plan = {
        .width = page->width, .height = page->height, .rows = rows, .columns = columns};
    ck_assert_int_eq(find_rules(page, 1, 4, one_thread, &rules), DIGIT_OK);
    ck_assert_int_eq(erase_rules(&rules, page, 1), DIGIT_OK);
    ck_assert_int_eq(find_components(page, 1, 4, one_thread, components), DIGIT_OK);
    ck_assert_int_eq(
        dg_digit_height(components, page->width, page->height, &plan.digit_height), DIGIT_OK);
    ck_assert_int_eq(dg_cells_find(&rules, components, &plan, cells), DIGIT_OK);
    dg_rules_free(&rules);
}

/* With lines, found (0) or as told (1); without lines (2). */
START_TEST(every_digit_is_in_its_cell)
{
    enum { ROWS = 3, COLUMNS = 6 };
    dg_plane page = draw_grid(ROWS, COLUMNS, _i < 2);
    dg_components components;
    dg_cells cells;
    find(&page, _i == 1 ? ROWS : 0, _i == 1 ? COLUMNS : 0, &components, &cells);
    ck_assert_uint_eq(cells.rows, ROWS);
    ck_assert_uint_eq(cells.columns, COLUMNS);
    for (size_t i = 0; i < components.count; i++) {
        const dg_component *b = &components.items[i];
        const uint32_t cell = (uint32_t)((b->top - 20) / SIDE * COLUMNS + (b->left - 20) / SIDE);
        ck_assert_uint_eq(dg_cell_of(&cells, b), cell);
        const digit_box box = dg_cell_box(&cells, cell / COLUMNS, cell % COLUMNS);
        ck_assert(box.x <= b->left && box.x + box.width > b->right);
    }
    dg_cells_free(&cells);
    dg_components_free(&components);
    free(page.pixels);
}
END_TEST

START_TEST(a_blank_picture_is_divided_evenly)
{
    dg_plane page = drawing(90, 60, 0);
    dg_components components;
    dg_cells cells;
    find(&page, 2, 3, &components, &cells);
    const digit_box box = dg_cell_box(&cells, 1, 2);
    ck_assert(box.x == 60 && box.y == 30 && box.width == 30 && box.height == 30);
    dg_cells_free(&cells);
    dg_components_free(&components);
    free(page.pixels);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("cells");
    tcase_add_loop_test(tcase, every_digit_is_in_its_cell, 0, 3);
    tcase_add_test(tcase, a_blank_picture_is_divided_evenly);
    return suite_run("cells", tcase);
}
