/* Pieces of ink: against a flood fill, and shapes that break recursion and tables. */
#include "vision/sample/pieces.h"

#include "../support/suite.h"

#include <stdlib.h>
#include <string.h>

static uint8_t *blank(size_t width, size_t height)
{
    uint8_t *pixels = calloc(width, height);
    ck_assert_ptr_nonnull(pixels);
    return pixels;
}

/* Empty one piece from (x, y) on with an explicit stack; returns its strong pixels. */
static uint32_t flood(uint8_t *pixels, int width, int height, int x, int y, uint8_t strong)
{
    int *stack = malloc(sizeof *stack * (size_t)(width * height));
    int depth = 0;
    uint32_t area = pixels[y * width + x] >= strong;
    ck_assert_ptr_nonnull(stack);
    pixels[y * width + x] = 0;
    stack[depth++] = y * width + x;
    while (depth > 0) {
        const int at = stack[--depth];
        for (int j = at / width - 1; j <= at / width + 1; j++)
            for (int i = at % width - 1; i <= at % width + 1; i++) {
                if (i < 0 || j < 0 || i >= width || j >= height || !pixels[j * width + i])
                    continue;
                area += pixels[j * width + i] >= strong;
                pixels[j * width + i] = 0;
                stack[depth++] = j * width + i;
            }
    }
    free(stack);
    return area;
}

/* Both number pieces by their first pixel in reading order. */
START_TEST(finds_what_a_flood_fill_finds)
{
    enum { STRONG = 200 };
    const int width = 1 + _i * 7 % 61, height = 1 + _i * 11 % 53, rarity = 1 + _i % 9;
    uint8_t *pixels = blank((size_t)width, (size_t)height);
    srand((unsigned)_i);
    for (int i = 0; i < width * height; i++)
        pixels[i] = rand() % 10 < rarity ? (uint8_t)(1 + rand() % 255) : 0;
    const dg_plane plane = {pixels, (size_t)width, (size_t)height};
    dg_pieces found;
    ck_assert_int_eq(dg_pieces_find(&plane, STRONG, &found), DIGIT_OK);
    size_t count = 0;
    for (int i = 0; i < width * height; i++) {
        if (!pixels[i])
            continue;
        ck_assert_uint_lt(count, found.count);
        const uint32_t area = flood(pixels, width, height, i % width, i / width, STRONG);
        ck_assert_uint_eq(found.items[count++].area, area);
    }
    ck_assert_uint_eq(count, found.count);
    dg_pieces_free(&found);
    free(pixels);
}
END_TEST

START_TEST(boxes_hold_the_strong_pixels_and_erasing_leaves_the_rest)
{
    uint8_t pixels[5 * 8] = {
        0, 9, 0, 0, 0, 0, 0, 9, /**/
        9, 0, 9, 9, 0, 0, 9, 0, /**/
        0, 0, 0, 9, 0, 0, 0, 0, /**/
        0, 5, 0, 0, 0, 0, 5, 5, /**/
        0, 0, 0, 0, 0, 0, 5, 9, /**/
    };
    const dg_plane plane = {pixels, 8, 5};
    dg_pieces found;
    ck_assert_int_eq(dg_pieces_find(&plane, 9, &found), DIGIT_OK);
    ck_assert_uint_eq(found.count, 4);
    const dg_ink_piece *first = &found.items[0], *last = &found.items[3];
    ck_assert_uint_eq(first->area, 5);
    ck_assert(first->left == 0 && first->right == 3 && first->top == 0 && first->bottom == 2);
    ck_assert_uint_eq(found.items[2].area, 0);
    ck_assert_uint_eq(last->area, 1);
    ck_assert(last->left == 7 && last->right == 7 && last->top == 4 && last->bottom == 4);
    found.items[1].keep = false;
    found.items[3].keep = false;
    dg_pieces_erase(&found, &plane);
    ck_assert_uint_eq(pixels[7], 0);
    ck_assert_uint_eq(pixels[8 + 6], 0);
    ck_assert_uint_eq(pixels[1], 9);
    ck_assert_uint_eq(pixels[3 * 8 + 1], 5);
    ck_assert_uint_eq(pixels[4 * 8 + 6], 0);
    dg_pieces_free(&found);
}
END_TEST

enum { CHECKERBOARD, DOTS, SPIRAL, COMB, FULL, EMPTY, SHAPES };

/* One arm of one pixel that winds from the corner to the middle, as long as half
 * the picture has pixels. */
static void draw_spiral(uint8_t *pixels, int side)
{
    static const int step_x[] = {1, 0, -1, 0}, step_y[] = {0, 1, 0, -1};
    int x = 0, y = 0, direction = 0, turns = 0;
    pixels[0] = 255;
    while (turns < 2) {
        const int next_x = x + step_x[direction], next_y = y + step_y[direction];
        const int far_x = next_x + step_x[direction], far_y = next_y + step_y[direction];
        const bool outside = next_x < 0 || next_y < 0 || next_x >= side || next_y >= side;
        const bool taken = !outside && far_x >= 0 && far_y >= 0 && far_x < side && far_y < side &&
                           pixels[far_y * side + far_x];
        if (outside || taken) {
            direction = (direction + 1) % 4;
            turns++;
            continue;
        }
        turns = 0;
        x = next_x;
        y = next_y;
        pixels[y * side + x] = 255;
    }
}

START_TEST(survives_hostile_shapes)
{
    enum { SIDE = 2001 };
    static const size_t pieces[SHAPES] = {1, 1001 * 1001, 1, 1, 1, 0};
    uint8_t *pixels = blank(SIDE, SIDE);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const bool ink = (_i == CHECKERBOARD && (x + y) % 2 == 0) ||
                             (_i == DOTS && x % 2 == 0 && y % 2 == 0) ||
                             (_i == COMB && (x % 2 == 0 || y == SIDE - 1)) || _i == FULL;
            pixels[y * SIDE + x] = ink ? 255 : 0;
        }
    if (_i == SPIRAL)
        draw_spiral(pixels, SIDE);
    const dg_plane plane = {pixels, SIDE, SIDE};
    dg_pieces found;
    ck_assert_int_eq(dg_pieces_find(&plane, 1, &found), DIGIT_OK);
    ck_assert_uint_eq(found.count, pieces[_i]);
    dg_pieces_free(&found);
    free(pixels);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("components");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, finds_what_a_flood_fill_finds, 0, 200);
    tcase_add_test(tcase, boxes_hold_the_strong_pixels_and_erasing_leaves_the_rest);
    tcase_add_loop_test(tcase, survives_hostile_shapes, 0, SHAPES);
    return suite_run("components", tcase);
}
