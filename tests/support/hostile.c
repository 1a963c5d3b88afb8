/*
 * Most of these pictures have more of the same the larger they are, and some of them therefore
 * exceed a limit at once; those drawn in units of the shorter side stay within the limits and have
 * more pixels of everything instead.
 */
#include "hostile.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The longest side that a picture may have. */
#define SIDE_MOST 65535

/* Strokes of pictures that are drawn in units have this width at 4 megapixels. */
#define UNIT_SIDE 2048

static int random_below(uint32_t *state, int below)
{
    *state = *state * 1664525u + 1013904223u;
    return (int)((*state >> 8) % (uint32_t)below);
}

static int shorter(const canvas *c)
{
    return c->width < c->height ? c->width : c->height;
}

static int unit(const canvas *c)
{
    return shorter(c) > UNIT_SIDE ? shorter(c) / UNIT_SIDE : 1;
}

/* A line with a square pen of `thick` pixels. */
static void stroke(const canvas *c, int x0, int y0, int x1, int y1, int thick)
{
    const int across = abs(x1 - x0), down = abs(y1 - y0);
    const int steps = across > down ? across : down;
    for (int i = 0; i <= steps; i++)
        bar(c, x0 + (int)((int64_t)(x1 - x0) * i / (steps > 0 ? steps : 1)),
            y0 + (int)((int64_t)(y1 - y0) * i / (steps > 0 ? steps : 1)), thick, thick);
}

static void ring(const canvas *c, int x, int y, int width, int height)
{
    bar(c, x, y, width, 1);
    bar(c, x, y + height - 1, width, 1);
    bar(c, x, y, 1, height);
    bar(c, x + width - 1, y, 1, height);
}

/* ---- Every pixel by its place ---------------------------------------------- */

static uint8_t noise_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)c, (void)x, (void)y;
    return (uint8_t)random_below(state, 256);
}

static uint8_t salt_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)c, (void)x, (void)y;
    const int chance = random_below(state, 20);
    return chance == 0 ? 0 : chance == 1 ? 255 : 160;
}

static uint8_t noise_block_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)c;
    return x % 169 < 160 && y % 169 < 160 && random_below(state, 8) > 0 ? 0 : 255;
}

static uint8_t grain_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)c;
    return x % 6 < 4 && y % 6 < 4 && random_below(state, 4) > 0
               ? (uint8_t)random_below(state, 200) : 255;
}

static uint8_t checkerboard_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)c, (void)state;
    return (x + y) % 2 ? 255 : 0;
}

static uint8_t square_at(const canvas *c, int x, int y, uint32_t *state)
{
    const int side = 8 * unit(c);
    (void)state;
    return (x / side + y / side) % 2 ? 255 : 0;
}

static uint8_t dot_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)c, (void)state;
    return x % 7 < 3 && y % 7 < 3 ? 0 : 255;
}

/* 65,536 of them at any size, as many components as there may be. */
static uint8_t blot_at(const canvas *c, int x, int y, uint32_t *state)
{
    const int pitch = shorter(c) / 250;
    (void)state;
    return x % pitch < pitch / 2 && y % pitch < pitch / 2 ? 0 : 255;
}

static uint8_t comb_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)c, (void)state;
    return x % 6 > 2 && y > 3 ? 255 : 0;
}

static uint8_t fine_comb_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)c, (void)state;
    return x % 10 && y > 0 ? 255 : 0;
}

static uint8_t stripe_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)c, (void)x, (void)state;
    return y % 3 ? 255 : 0;
}

static uint8_t stairs_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)c, (void)state;
    return (x + y) / 7 % 3 ? 255 : 0;
}

static uint8_t circle_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)state;
    return (int)hypot(x - c->width / 2, y - c->height / 2) / 4 % 3 ? 255 : 0;
}

/* One line of ink, rolled up: 8 on, 8 off. */
static uint8_t spiral_at(const canvas *c, int x, int y, uint32_t *state)
{
    const int from_x = x < c->width - 1 - x ? x : c->width - 1 - x;
    const int from_y = y < c->height - 1 - y ? y : c->height - 1 - y;
    const int turn = (from_x < from_y ? from_x : from_y) / 8;
    const int gap = y / 8 == turn && x / 8 == turn + 1;
    (void)state;
    return (turn % 2) ^ gap ? 255 : 0;
}

static uint8_t gradient_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)state;
    return (uint8_t)(255 * ((double)x / c->width + (double)y / c->height) / 2);
}


static uint8_t white_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)c, (void)x, (void)y, (void)state;
    return 255;
}

static uint8_t black_at(const canvas *c, int x, int y, uint32_t *state)
{
    (void)c, (void)x, (void)y, (void)state;
    return 0;
}

/* ---- Form lines -------------------------------------------------------------- */

/* A mesh of lines 4 pixels apart. */
static void mesh(const canvas *c, int x, int y, int width, int height)
{
    for (int j = 0; j < height; j += 4)
        bar(c, x, y + j, width, 1);
    for (int i = 0; i < width; i += 4)
        bar(c, x + i, y, 1, height);
}

static void one_mesh(const canvas *c)
{
    mesh(c, 0, 0, c->width, c->height);
}

static void small_meshes(const canvas *c)
{
    for (int y = 3; y + 20 < c->height; y += 23)
        for (int x = 3; x + 40 < c->width; x += 43)
            mesh(c, x, y, 40, 20);
}

static void large_meshes(const canvas *c)
{
    const int u = unit(c);
    for (int y = 3 * u; y + 20 * u < c->height; y += 23 * u)
        for (int x = 3 * u; x + 40 * u < c->width; x += 43 * u)
            mesh(c, x, y, 40 * u, 20 * u);
}

static void nested_rectangles(const canvas *c)
{
    for (int k = 0; 2 * k + 8 < shorter(c); k += 4)
        ring(c, k, k, c->width - 2 * k, c->height - 2 * k);
}

static void small_rectangles(const canvas *c)
{
    for (int y = 3; y + 16 < c->height; y += 19)
        for (int x = 3; x + 24 < c->width; x += 27)
            ring(c, x, y, 24, 16);
}

static void combs(const canvas *c)
{
    for (int y = 3; y + 30 < c->height; y += 33)
        for (int x = 3; x + 200 < c->width; x += 204) {
            bar(c, x, y + 29, 200, 1);
            for (int i = 0; i < 200; i += 4)
                bar(c, x + i, y + 15, 1, 15);
        }
}

static void hatching(const canvas *c)
{
    for (int x = -c->height; x < c->width; x += 9) {
        stroke(c, x, 0, x + c->height, c->height, 1);
        stroke(c, x + c->height, 0, x, c->height, 1);
    }
}

/* Lines as far from horizontal and vertical as they are looked for. */
static void steep_lines(const canvas *c)
{
    for (int y = -c->width / 8; y < c->height; y += 7) {
        stroke(c, 0, y, c->width - 1, y + c->width / 8, 1);
        stroke(c, 0, y + c->width / 8, c->width - 1, y, 1);
    }
    for (int x = -c->height / 8; x < c->width; x += 7)
        stroke(c, x, 0, x + c->height / 8, c->height - 1, 1);
}

static void dashes(const canvas *c)
{
    for (int y = 1; y < c->height; y += 5)
        for (int x = y % 9; x + 30 < c->width; x += 39)
            bar(c, x, y, 30, 1);
}

static void waves(const canvas *c)
{
    for (int y = 9; y + 11 < c->height; y += 6)
        for (int x = 0; x < c->width; x++)
            bar(c, x, y + (int)(9 * sin(x / 100.0)), 1, 2);
}

static void lines_at_random(const canvas *c)
{
    uint32_t state = 1;
    for (int i = 0; i < c->width / 40 * (c->height / 15); i++) {
        const int x = random_below(&state, c->width), y = random_below(&state, c->height);
        const int along = 20 + random_below(&state, 200), across = random_below(&state, 25) - 12;
        stroke(c, x, y, x + (i % 2 ? along : across), y + (i % 2 ? across : along), 1);
    }
}

/* ---- What may be digits ------------------------------------------------------ */

static void ones(const canvas *c)
{
    for (int y = 3; y + 20 < c->height; y += 24)
        for (int x = 3; x < c->width; x += 5)
            bar(c, x, y, 1, 20);
}

/* 120 x 120 at any size: what may be digits, with room for no more. */
static void bars(const canvas *c)
{
    const int pitch = shorter(c) / 120;
    for (int y = 0; y + pitch <= c->height; y += pitch)
        for (int x = 0; x + pitch <= c->width; x += pitch)
            bar(c, x + pitch / 3, y + pitch / 8, pitch / 4, pitch - pitch / 4);
}

/* Pieces as high as digits, many digits wide. */
static void draw_zigzags(const canvas *c, int u)
{
    for (int y = 2 * u; y + 20 * u < c->height; y += 23 * u)
        for (int x = 2 * u; x + 54 * u < c->width; x += 56 * u)
            for (int i = 0; i < 12; i++)
                stroke(c, x + 9 * i * u / 2, y + i % 2 * 19 * u, x + 9 * (i + 1) * u / 2,
                       y + (i + 1) % 2 * 19 * u, u);
}

static void zigzags(const canvas *c)
{
    draw_zigzags(c, 1);
}

static void large_zigzags(const canvas *c)
{
    draw_zigzags(c, unit(c));
}

/* Marks too low for a digit alone, as close as broken digits' parts, and as many digits as make
 * them so: each mark may be one with the next two. */
static void marks(const canvas *c)
{
    for (int y = 2; y + 20 < c->height; y += 24)
        for (int x = 2; x + 16 < c->width; x += 20) {
            bar(c, x, y, 5, 20);
            bar(c, x + 7, y + 11, 2, 8);
            bar(c, x + 11, y + 11, 2, 8);
            bar(c, x + 15, y + 11, 2, 8);
        }
}

/* As a hand that fills a page: eight strokes at random, a word's width. */
static void scribbles(const canvas *c)
{
    const int u = unit(c), width = 45 * u, height = 20 * u;
    uint32_t state = 7;
    for (int top = 2 * u; top + height < c->height; top += height + 2 * u)
        for (int left = 2 * u; left + width < c->width; left += width + 2 * u) {
            int x = left + random_below(&state, width), y = top;
            for (int i = 0; i < 8; i++) {
                const int to_x = left + random_below(&state, width);
                const int to_y = i == 7 ? top + height - 1 : top + random_below(&state, height);
                stroke(c, x, y, to_x, to_y, u);
                x = to_x;
                y = to_y;
            }
        }
}

/* 7s and 4s, of three strokes at most. */
static void draw_digit(const canvas *c, int x, int y, int width, int height, bool seven, int thick)
{
    if (seven) {
        bar(c, x, y, width, thick);
        stroke(c, x + width - thick, y, x + width / 3, y + height - thick, thick);
        return;
    }
    stroke(c, x + width / 2, y, x, y + height / 2, thick);
    bar(c, x, y + height / 2, width, thick);
    bar(c, x + 2 * width / 3, y + height / 4, thick, height - height / 4);
}

/* 64 x 64, the most that a reading has, in a form's boxes. */
static void form(const canvas *c)
{
    const int pitch = shorter(c) / 64, thick = pitch / 12;
    for (int row = 0; row < 64; row++)
        for (int column = 0; column < 64; column++) {
            ring(c, column * pitch, row * pitch, pitch, pitch);
            draw_digit(c, column * pitch + pitch / 4, row * pitch + pitch / 6, pitch / 2,
                       2 * pitch / 3, (row + column) % 2, thick > 0 ? thick : 1);
        }
}

static void dense_digits(const canvas *c)
{
    for (int y = 2; y + 14 < c->height; y += 16)
        for (int x = 2; x + 8 < c->width; x += 10)
            draw_digit(c, x, y, 8, 14, (x + y) % 4 < 2, 2);
}

/* One long line of digits, and specks over and under all of it. */
static void specks(const canvas *c)
{
    for (int x = 2; x + 8 < c->width; x += 10) {
        draw_digit(c, x, 20, 7, 18, x % 4 < 2, 2);
        for (int y = 0; y < 4; y++)
            bar(c, x, 3 + 4 * y, 2, 2);
    }
}

/* Marks as high as digits and as close as they can be, and specks between them: one line each, for
 * none is beside another. */
static void column_of_marks(const canvas *c)
{
    for (int y = 0; y + 4 < c->height; y += 4)
        bar(c, c->width / 2, y, 2, 3);
}

/* Digits in a hard shadow, on a gradient, in noise. */
static void shadowed_digits(const canvas *c)
{
    uint32_t state = 3;
    dense_digits(c);
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++) {
            uint8_t *pixel = &c->pixels[(size_t)y * (size_t)c->width + (size_t)x];
            const int light = (2 * x + y > c->width ? 120 : 240) - 60 * y / c->height;
            *pixel = (uint8_t)(*pixel * light / 255 + random_below(&state, 12));
        }
}

/* ---- All ---------------------------------------------------------------------- */

const hostile_picture hostile_pictures[] = {
    {"white", .level = white_at},
    {"black", .level = black_at},
    {"gradient", .level = gradient_at},
    {"noise", .level = noise_at},
    {"salt and pepper", .level = salt_at},
    {"noise blocks", .level = noise_block_at},
    {"grains", .level = grain_at},
    {"checkerboard", .level = checkerboard_at},
    {"squares", .level = square_at},
    {"dots", .level = dot_at},
    {"blots", .level = blot_at},
    {"stripes", .level = stripe_at},
    {"stairs", .level = stairs_at},
    {"circles", .level = circle_at},
    {"spiral", .level = spiral_at},
    {"comb", .level = comb_at},
    {"fine comb", .level = fine_comb_at},
    {"combs", .draw = combs},
    {"one mesh", .draw = one_mesh},
    {"small meshes", .draw = small_meshes},
    {"large meshes", .draw = large_meshes},
    {"nested rectangles", .draw = nested_rectangles},
    {"small rectangles", .draw = small_rectangles},
    {"hatching", .draw = hatching},
    {"steep lines", .draw = steep_lines},
    {"dashes", .draw = dashes},
    {"waves", .draw = waves},
    {"lines at random", .draw = lines_at_random},
    {"ones", .draw = ones},
    {"bars", .draw = bars},
    {"zigzags", .draw = zigzags},
    {"large zigzags", .draw = large_zigzags},
    {"line of zigzags", .draw = zigzags, .layout = DIGIT_LAYOUT_LINE, .shape = HOSTILE_WIDE},
    {"marks", .draw = marks},
    {"scribbles", .draw = scribbles},
    {"dense digits", .draw = dense_digits},
    {"shadowed digits", .draw = shadowed_digits},
    {"form", .draw = form, .layout = DIGIT_LAYOUT_GRID},
    {"grid of blots", .level = blot_at, .layout = DIGIT_LAYOUT_GRID},
    {"one digit of noise", .level = noise_at, .layout = DIGIT_LAYOUT_SINGLE},
    {"line with specks", .draw = specks, .layout = DIGIT_LAYOUT_LINE, .shape = HOSTILE_WIDE},
    {"wide stripes", .level = stripe_at, .shape = HOSTILE_WIDE},
    {"column of marks", .draw = column_of_marks, .shape = HOSTILE_HIGH},
    {"high comb", .level = comb_at, .shape = HOSTILE_HIGH},
    {"one row", .level = comb_at, .layout = DIGIT_LAYOUT_LINE, .shape = HOSTILE_ROW},
    {"one column", .level = noise_at, .shape = HOSTILE_COLUMN},
};
const size_t hostile_count = sizeof hostile_pictures / sizeof *hostile_pictures;

static void fill(const canvas *c, hostile_level_fn level)
{
    uint32_t state = 1;
    uint8_t *pixel = c->pixels;
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++)
            *pixel++ = level(c, x, y, &state);
}

canvas hostile_draw(const hostile_picture *picture, size_t pixels)
{
    const int side = (int)sqrt((double)pixels), rest = (int)(pixels / SIDE_MOST);
    const int sides[][2] = {[HOSTILE_SQUARE] = {side, side},
                            [HOSTILE_WIDE] = {SIDE_MOST, rest},
                            [HOSTILE_HIGH] = {rest, SIDE_MOST},
                            [HOSTILE_ROW] = {SIDE_MOST, 1},
                            [HOSTILE_COLUMN] = {1, SIDE_MOST}};
    const canvas c = {malloc(pixels), sides[picture->shape][0], sides[picture->shape][1]};
    if (!c.pixels)
        return c;
    memset(c.pixels, 255, pixels);
    if (picture->level)
        fill(&c, picture->level);
    else
        picture->draw(&c);
    return c;
}
