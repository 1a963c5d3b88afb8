/* A digit of the dataset, written by the hand of the line. */
#include "data/augment_parts.h"
#include "data/line_parts.h"
#include "data/pen.h"

#include <math.h>

#define SIDE DG_FIELD_SIDE
#define INK  64.0f /* as in field.c */

#define HAND 0.5f /* of the strength: how far one digit differs from the next of the same hand */

/* Likewise, either way: logarithm; in parts of a digit's size; tangent. */
#define SIZE_JITTER 0.14f
#define BASE_JITTER 0.05f
#define LEAN_JITTER 0.08f

/* A digit lower than this, in pixels of its sample, is as low on the line: flat ones. */
#define LOWEST 14.0f

/* Percent of 1s that are one straight stroke, which leans more than the rest, and is higher. */
#define STRAIGHT_PERCENT 10.0f
#define STRAIGHT_LEAN    0.28f
#define STRAIGHT_HIGH    1.25f

/* Percent of 0s that are one quick ring, and of all 0s that are not quite closed; the gap in
 * radians, about the top. Amounts end in such. */
#define OPEN_PERCENT 14.0f
#define RING_WIDEST  10.0f /* pixels: half its width */
#define RING_SLIMMEST 6.0f
#define RING_HIGH    9.5f
#define GAP_MOST     1.1f
#define GAP_LEFT     0.7f /* of the top; a hand that begins at the upper right leaves it there */
#define GAP_RIGHT    1.4f
#define GAP_INSIDE   3.0f /* pixels from the centre: a slash or dot there stays */
#define RING_PIECES  24

/* Of an 8, pixels: half a ring's width, from the middle to a ring sideways, from one to the other.
 */
#define RINGS_SLIMMEST 4.5f
#define RINGS_WIDEST   6.5f
#define RINGS_LEAN     4.5f
#define RINGS_APART    2.0f

#define SEVEN_SLIMMEST 4.0f /* likewise: half of a 7's width */
#define SEVEN_WIDEST   7.0f
#define PI           3.14159265f

typedef struct box {
    int left, right, top, bottom; /* left > right: no ink */
} box;

static box find_box(const dg_field *field)
{
    box b = {SIDE, -1, SIDE, -1};
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            if (field->at[y][x] < INK)
                continue;
            b.left = dg_min_i32(b.left, x);
            b.right = dg_max_i32(b.right, x);
            b.top = dg_min_i32(b.top, y);
            b.bottom = y;
        }
    return b;
}

static void draw_straight(dg_rng *rng, float radius, dg_field *field)
{
    const float bow = dg_rng_around(rng, 0.6f);
    *field = (dg_field){{{0}}};
    dg_pen_line(13.5f, 4 + radius, 13.5f + bow, 13.5f, radius, field);
    dg_pen_line(13.5f + bow, 13.5f, 13.5f, 23 - radius, radius, field);
}

typedef struct ring {
    float x, y, wide, high; /* centre, half axes: of the middle of the stroke */
    float first, turn;      /* radians */
} ring;

static void ink_ring(const ring *r, float radius, dg_field *field)
{
    for (int i = 0; i < RING_PIECES; i++) {
        const float a = r->first + r->turn * (float)i / RING_PIECES;
        const float b = r->first + r->turn * (float)(i + 1) / RING_PIECES;
        dg_pen_line(r->x + r->wide * cosf(a), r->y + r->high * sinf(a), r->x + r->wide * cosf(b),
                    r->y + r->high * sinf(b), radius, field);
    }
}

/* A 0, from the right of its gap to the left. */
static void draw_ring(dg_rng *rng, float radius, dg_field *field)
{
    const float middle = (SIDE - 1) / 2.0f;
    const float gap = dg_rng_between(rng, -0.2f, GAP_MOST);
    const ring r = {
        .x = middle,
        .y = middle,
        .wide = dg_rng_between(rng, RING_SLIMMEST, RING_WIDEST) - radius,
        .high = RING_HIGH - radius,
        .first = -PI / 2 + dg_rng_between(rng, -GAP_LEFT, GAP_RIGHT) + gap / 2,
        .turn = 2 * PI - gap,
    };
    *field = (dg_field){{{0}}};
    ink_ring(&r, radius, field);
}

/* An 8 as two rings, which lean and need not meet. */
static void draw_rings(dg_rng *rng, float radius, dg_field *field)
{
    const float middle = (SIDE - 1) / 2.0f, lean = dg_rng_between(rng, 0, RINGS_LEAN);
    const float apart = dg_rng_between(rng, -1, RINGS_APART) / 2;
    const float wide = dg_rng_between(rng, RINGS_SLIMMEST, RINGS_WIDEST);
    const float high = (RING_HIGH - apart) / 2;
    *field = (dg_field){{{0}}};
    for (int side = -1; side <= 1; side += 2) { /* the upper one first */
        const ring r = {
            .x = middle - (float)side * lean,
            .y = middle + (float)side * (high + apart),
            .wide = dg_max_f32(wide * dg_rng_between(rng, 0.8f, 1.1f) - radius, 1),
            .high = dg_max_f32(high - radius, 1),
            .turn = 2 * PI,
        };
        ink_ring(&r, radius, field);
    }
}

/* A 7 as a bar and a leg. */
static void draw_seven(dg_rng *rng, float radius, dg_field *field)
{
    const float wide = dg_rng_between(rng, SEVEN_SLIMMEST, SEVEN_WIDEST) - radius;
    const float middle = (SIDE - 1) / 2.0f, top = middle - RING_HIGH + radius;
    const float foot = middle + dg_rng_between(rng, -0.6f, 0.4f) * wide;
    const float drop = dg_rng_around(rng, 1);
    *field = (dg_field){{{0}}};
    dg_pen_line(middle - wide, top + drop, middle + wide, top, radius, field);
    dg_pen_line(middle + wide, top, foot, middle + RING_HIGH - radius, radius, field);
}

/* Takes the ink of a gap out of a 0. */
static void open_ring(dg_rng *rng, dg_field *field)
{
    const box b = find_box(field);
    const float x = (float)(b.left + b.right) / 2, y = (float)(b.top + b.bottom) / 2;
    const float at = dg_rng_between(rng, -GAP_LEFT, GAP_RIGHT);
    const float half = dg_rng_between(rng, 0, GAP_MOST) / 2;
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            const float right = (float)column - x, up = y - (float)row;
            if (fabsf(atan2f(right, up) - at) < half &&
                right * right + up * up > GAP_INSIDE * GAP_INSIDE)
                field->at[row][column] = 0;
        }
}

/* The sample as this hand writes it. Returns whether it is a straight 1. */
static bool write_sample(dg_rng *rng, const dg_line_hand *hand, const digit_dataset *dataset,
                         size_t index, dg_field *field)
{
    const float s = hand->strength;
    const uint8_t label = dataset->labels[index];
    const uint8_t *still = dataset->samples + index * DIGIT_SAMPLE_BYTES;
    uint8_t drawn[DIGIT_SAMPLE_BYTES];
    dg_field plain;
    if (label == 1 && dg_line_comes(rng, s, STRAIGHT_PERCENT)) {
        draw_straight(rng, hand->radius, field);
        return true;
    }
    if (hand->rings && label == 0) {
        draw_ring(rng, hand->radius, field);
        return false;
    }
    if (hand->rings && label == 8) {
        draw_rings(rng, hand->radius, field);
        return false;
    }
    if (hand->rings && label == 7) {
        draw_seven(rng, hand->radius, field);
        return false;
    }
    if (s > 0)
        dg_dataset_draw(dataset, index, hand->pen_seed, hand->pen_name, drawn);
    dg_field_from_bytes(s > 0 ? drawn : still, &plain);
    if (s > 0) {
        dg_augment_style(rng, s, label, &plain);
        if (label == 0 && dg_line_comes(rng, s, OPEN_PERCENT))
            open_ring(rng, &plain);
        dg_augment_hand(rng, HAND * s, &plain, field);
    } else {
        *field = plain;
    }
    return false;
}

/* Thin strokes may vanish: then they stay. */
static box change_pen(const dg_line_hand *hand, dg_field *field)
{
    const dg_field before = *field;
    dg_line_hand_pen(hand, field);
    const box b = find_box(field);
    if (b.left <= b.right)
        return b;
    *field = before;
    return find_box(field);
}

void dg_line_digit(dg_rng *rng, const dg_line_hand *hand, const digit_dataset *dataset,
                   size_t index, float column, dg_stamp *stamp)
{
    const float s = hand->strength;
    dg_field field;
    const bool straight = write_sample(rng, hand, dataset, index, &field);
    const box b = change_pen(hand, &field);
    const float high = straight ? dg_rng_between(rng, 1, STRAIGHT_HIGH) : 1;
    const float size = dg_min_f32(hand->size * high * expf(dg_rng_around(rng, SIZE_JITTER * s)),
                                  DG_LINE_ROWS - 2);
    const float rows = (float)(b.bottom - b.top + 1);
    const float scale = size / dg_max_f32(rows, LOWEST), height = rows * scale;
    const float drop = dg_rng_around(rng, BASE_JITTER * s) * size;
    const float lean = hand->lean + dg_rng_around(rng, LEAN_JITTER * s);
    const dg_line_place place = {
        .foot = (float)b.bottom + 0.5f,
        .middle = (float)(b.left + b.right) / 2,
        .scale = scale,
        .stretch = hand->stretch,
        .lean = straight ? lean + dg_rng_between(rng, 0, STRAIGHT_LEAN) : lean,
        .base = dg_line_hand_base(hand, column, drop, height),
        .height = height,
        .part = dg_rng_unit(rng) * (s > 0),
    };
    dg_stamp_draw(&field, &place, (float)b.left - 0.5f, (float)b.right + 0.5f, stamp);
}
