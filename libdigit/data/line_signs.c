/* Signs, by the pen that wrote the digits; on a field where a digit stands from row 4 to 24. */
#include "data/line_parts.h"
#include "data/pen.h"

#include <math.h>
#include <string.h>

#define TOP    4.0f
#define FOOT   24.0f
#define MIDDLE 13.5f
#define TAIL   3.5f /* of a comma, at most: rows below the foot */

#define LEAST_INK 128.0f /* of the darkest pixel: a point must not vanish */

typedef struct drawer {
    dg_rng *rng;
    float radius;
    dg_field *field;
} drawer;

static float between(const drawer *d, float from, float to)
{
    return dg_rng_between(d->rng, from, to);
}

/* From (x, y) to there, by the pen `press` times as thick. */
static void stroke(const drawer *d, float x, float y, float to_x, float to_y, float press)
{
    dg_pen_line(x, y, to_x, to_y, d->radius * press, d->field);
}

/* A dot, a tick, or a short stroke; at most a fifth of a digit high. */
static void dot(const drawer *d, float x, float y)
{
    const float long_one = dg_rng_unit(d->rng) < 0.3f ? between(d, 0, 2.2f) : 0;
    const float angle = between(d, 0, 3.1415927f), press = between(d, 0.9f, 1.5f);
    stroke(d, x, y, x + cosf(angle) * long_one, y + sinf(angle) * long_one * 0.6f, press);
}

static void draw_point(const drawer *d)
{
    dot(d, MIDDLE, FOOT - between(d, 0.5f, 3));
}

/* With a tail below the base line, bent or straight. */
static void draw_comma(const drawer *d)
{
    const float x = MIDDLE + between(d, 0, 1), y = FOOT - between(d, 0.5f, 3.5f);
    const float long_one = between(d, 3.2f, 6.5f), low = dg_min_f32(y + long_one, FOOT + TAIL);
    const float left = x - between(d, 0.8f, 3.2f), bend = between(d, 0, 1.2f);
    const float press = between(d, 1, 1.4f);
    const float half_x = (x + left) / 2 + bend, half_y = (y + low) / 2;
    stroke(d, x, y, half_x, half_y, press);
    stroke(d, half_x, half_y, left, low, between(d, 0.6f, 1));
}

static void draw_dash(const drawer *d)
{
    const float half = between(d, 3, 6.5f), y = MIDDLE + between(d, -1, 3.5f);
    const float rise = between(d, -0.8f, 1.2f);
    stroke(d, MIDDLE - half, y + rise, MIDDLE + half, y - rise, 1);
}

/* From below the base line to above the digits; never as upright or as short as a 1. */
static void draw_slash(const drawer *d)
{
    const float half = between(d, 3.5f, 7), bow = between(d, -0.8f, 0.8f);
    const float low = between(d, 24.5f, 27), high = between(d, 0.5f, 4);
    stroke(d, MIDDLE - half, low, MIDDLE + bow, (low + high) / 2, 1);
    stroke(d, MIDDLE + bow, (low + high) / 2, MIDDLE + half, high, 1);
}

static void draw_colon(const drawer *d)
{
    const float apart = between(d, 6.5f, 11.5f), low = FOOT - between(d, 1, 4);
    dot(d, MIDDLE, low);
    dot(d, MIDDLE + between(d, -0.7f, 1.2f), low - apart);
}

static void draw_plus(const drawer *d)
{
    const float x = between(d, 4, 7), y = between(d, 4, 7.5f), middle = between(d, 13, 16);
    const float aside = between(d, -0.9f, 0.9f);
    stroke(d, MIDDLE - x, middle + between(d, -0.7f, 0.7f), MIDDLE + x, middle, 1);
    stroke(d, MIDDLE + aside, middle - y, MIDDLE + between(d, -0.9f, 0.9f), middle + y, 1);
}

#define RING_PIECES 10

/* An oval, not quite closed or with its ends crossing. */
static void ring(const drawer *d, float x, float y, float width, float height)
{
    const float start = between(d, 3, 6), turn = between(d, 5.6f, 7);
    float last_x = x + width * cosf(start), last_y = y + height * sinf(start);
    for (int i = 1; i <= RING_PIECES; i++) {
        const float angle = start + turn * (float)i / RING_PIECES;
        const float to_x = x + width * cosf(angle), to_y = y + height * sinf(angle);
        stroke(d, last_x, last_y, to_x, to_y, 0.9f);
        last_x = to_x;
        last_y = to_y;
    }
}

static void draw_percent(const drawer *d)
{
    const float size = between(d, 2.2f, 3.4f), apart = between(d, 4.8f, 7);
    const float lean = between(d, 4, 6.5f);
    ring(d, MIDDLE - apart, between(d, 7, 10), size, size * between(d, 0.9f, 1.3f));
    ring(d, MIDDLE + apart, between(d, 18, 21), size, size * between(d, 0.9f, 1.3f));
    stroke(d, MIDDLE - lean, between(d, 23, 25), MIDDLE + lean, between(d, 3, 6), 1);
}

static void draw_times(const drawer *d)
{
    const float x = between(d, 3, 5.5f), y = between(d, 3, 6), middle = between(d, 14, 18);
    stroke(d, MIDDLE - x, middle - y, MIDDLE + x, middle + y + between(d, -1, 1), 1);
    stroke(d, MIDDLE + x, middle - y + between(d, -1, 1), MIDDLE - x, middle + y, 1);
}

static void draw_equals(const drawer *d)
{
    const float half = between(d, 3.5f, 6), apart = between(d, 2, 3.2f);
    const float middle = between(d, 13, 17);
    stroke(d, MIDDLE - half, middle - apart, MIDDLE + half, middle - apart, 0.9f);
    stroke(d, MIDDLE - half, middle + apart, MIDDLE + half, middle + apart, 0.9f);
}

static void draw_divided(const drawer *d)
{
    const float half = between(d, 4, 6.5f), apart = between(d, 5.5f, 8);
    const float middle = between(d, 13, 16);
    stroke(d, MIDDLE - half, middle, MIDDLE + half, middle, 0.9f);
    dot(d, MIDDLE + between(d, -1, 1), middle - apart);
    dot(d, MIDDLE + between(d, -1, 1), middle + apart);
}

#define BRACKET_PIECES 8

/* An arc, its belly to the `side`; bent more than any 1. */
static void draw_bracket(const drawer *d, float side)
{
    const float bend = between(d, 3, 5), top = between(d, 1, 4), low = between(d, 24, 27);
    for (int i = 0; i < BRACKET_PIECES; i++) {
        const float from = (float)i / BRACKET_PIECES, to = (float)(i + 1) / BRACKET_PIECES;
        const float x = MIDDLE + side * bend * (4 * from * (1 - from) - 0.5f);
        const float to_x = MIDDLE + side * bend * (4 * to * (1 - to) - 0.5f);
        stroke(d, x, top + (low - top) * from, to_x, top + (low - top) * to, 0.9f);
    }
}

static void draw_opening(const drawer *d)
{
    draw_bracket(d, -1);
}

static void draw_closing(const drawer *d)
{
    draw_bracket(d, 1);
}

/* Those with labels first, in the order of the labels. */
static const char signs[] = ".,-/:+%x=~()";
static void (*const drawers[])(const drawer *) = {
    draw_point, draw_comma,   draw_dash,   draw_slash,   draw_colon,   draw_plus,
    draw_percent, draw_times, draw_equals, draw_divided, draw_opening, draw_closing,
};

static uint32_t number_of(char sign)
{
    return (uint32_t)(strchr(signs, sign) - signs);
}

uint8_t dg_line_label(char sign)
{
    return (uint8_t)dg_min_u32(DG_LINE_POINT + number_of(sign), DG_LINE_LETTER);
}

static float darkest(const dg_field *field)
{
    float most = 0;
    for (int i = 0; i < DG_FIELD_SIDE * DG_FIELD_SIDE; i++)
        most = dg_max_f32(most, field->at[i / DG_FIELD_SIDE][i % DG_FIELD_SIDE]);
    return most;
}

static void draw(dg_rng *rng, const dg_line_hand *hand, char sign, dg_field *field)
{
    const drawer d = {rng, hand->radius, field};
    *field = (dg_field){{{0}}};
    drawers[number_of(sign)](&d);
    const dg_field before = *field;
    dg_line_hand_pen(hand, field);
    if (darkest(field) < LEAST_INK)
        *field = before;
}

/* Sides of the ink, in columns of the field. */
static void find_sides(const dg_field *field, float *from, float *to)
{
    *from = DG_FIELD_SIDE;
    *to = 0;
    for (int i = 0; i < DG_FIELD_SIDE * DG_FIELD_SIDE; i++) {
        if (field->at[i / DG_FIELD_SIDE][i % DG_FIELD_SIDE] < DG_STAMP_INK)
            continue;
        *from = dg_min_f32(*from, (float)(i % DG_FIELD_SIDE));
        *to = dg_max_f32(*to, (float)(i % DG_FIELD_SIDE + 1));
    }
}

void dg_line_sign(dg_rng *rng, const dg_line_hand *hand, char sign, float column,
                  dg_stamp *stamp)
{
    dg_field field;
    float from, to;
    draw(rng, hand, sign, &field);
    find_sides(&field, &from, &to);
    const float scale = hand->size / (FOOT - TOP);
    const float base = dg_line_hand_base(hand, column, 0, hand->size);
    const float low = DG_LINE_ROWS - 1 - TAIL * scale; /* without its tail, a comma is a point */
    const bool slanted = sign == '/' || sign == '%';
    const dg_line_place place = {
        .foot = FOOT,
        .middle = MIDDLE,
        .scale = scale,
        .stretch = 1,
        .lean = hand->lean * (slanted ? 0.5f : 1),
        .base = sign == ',' ? dg_min_f32(base, low) : base,
        .height = hand->size,
        .part = dg_rng_unit(rng),
    };
    dg_stamp_draw(&field, &place, from - 0.5f, to - 0.5f, stamp);
}
