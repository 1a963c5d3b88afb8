#include "data/pen.h"

#include "base/number.h"

#include <math.h>
#include <string.h>

#define SIDE DG_FIELD_SIDE
#define FIT 20.0f /* pixels: the longer side of what is drawn */

#define POINTS_MOST 24
#define UNITS 8.0f      /* the grid's side */
#define STEPS 5         /* straight pieces between two points of a curve */
#define WOBBLE 0.45f    /* units: how far a point may stray */
#define SERIF 1.1f      /* units, half a bar */

typedef struct point {
    float x, y;
} point;

typedef struct piece {
    point from, to;
    float press; /* the stroke's width here, as a part of the pen's */
} piece;

/* What is to be drawn, in units of a grid or of a tablet: pieces, straight each. */
typedef struct drawing {
    piece pieces[DG_PEN_POINTS_MOST];
    int count;
} drawing;

static void add_pressed_piece(drawing *d, point from, point to, float press)
{
    if (d->count < DG_PEN_POINTS_MOST)
        d->pieces[d->count++] = (piece){from, to, press};
}

static void add_piece(drawing *d, point from, point to)
{
    add_pressed_piece(d, from, to, 1);
}

/* Catmull and Rom's spline, `part` of the way from b to c. */
static point between(point a, point b, point c, point d, float part)
{
    const float p2 = part * part, p3 = p2 * part;
    const float wa = -p3 + 2 * p2 - part, wb = 3 * p3 - 5 * p2 + 2;
    const float wc = -3 * p3 + 4 * p2 + part, wd = p3 - p2;
    return (point){(wa * a.x + wb * b.x + wc * c.x + wd * d.x) / 2,
                   (wa * a.y + wb * b.y + wc * c.y + wd * d.y) / 2};
}

static void add_curve(drawing *d, const point *points, int count)
{
    for (int i = 0; i + 1 < count; i++) {
        const point before = points[i > 0 ? i - 1 : 0];
        const point after = points[i + 2 < count ? i + 2 : count - 1];
        point last = points[i];
        for (int step = 1; step <= STEPS; step++) {
            const point next =
                between(before, points[i], points[i + 1], after, (float)step / STEPS);
            add_piece(d, last, next);
            last = next;
        }
    }
}

static void add_line(drawing *d, const point *points, int count)
{
    for (int i = 0; i + 1 < count; i++)
        add_piece(d, points[i], points[i + 1]);
}

static void add_serif(drawing *d, point end)
{
    add_piece(d, (point){end.x - SERIF, end.y}, (point){end.x + SERIF, end.y});
}

static bool at_edge(point p)
{
    return p.y < 1 || p.y > UNITS - 1;
}

static void add_stroke(dg_rng *rng, drawing *d, const char *text, size_t length, bool serifs)
{
    const bool smooth = text[0] == '~';
    point points[POINTS_MOST];
    int count = 0;
    for (size_t i = smooth; i + 1 < length && count < POINTS_MOST; i += 2, count++)
        points[count] = (point){(float)(text[i] - '0') + dg_rng_around(rng, WOBBLE),
                                (float)(text[i + 1] - '0') + dg_rng_around(rng, WOBBLE)};
    if (smooth)
        add_curve(d, points, count);
    else
        add_line(d, points, count);
    if (serifs && at_edge(points[0]))
        add_serif(d, points[0]);
    if (serifs && count > 1 && at_edge(points[count - 1]))
        add_serif(d, points[count - 1]);
}

/* ---- Ink -------------------------------------------------------------- */

static float distance(point p, point from, point to)
{
    const float dx = to.x - from.x, dy = to.y - from.y;
    const float length = dx * dx + dy * dy;
    const float part = length > 0 ? ((p.x - from.x) * dx + (p.y - from.y) * dy) / length : 0;
    const float at = dg_clamp_f32(part, 0, 1);
    const float x = from.x + at * dx - p.x, y = from.y + at * dy - p.y;
    return sqrtf(x * x + y * y);
}

/* One straight piece of a round pen, antialiased; only where it can reach. */
static void ink_piece(point from, point to, float radius, dg_field *field)
{
    const float reach = radius + 1;
    const int left = (int)dg_clamp_f32(dg_min_f32(from.x, to.x) - reach, 0, SIDE - 1);
    const int right = (int)dg_clamp_f32(dg_max_f32(from.x, to.x) + reach, 0, SIDE - 1);
    const int top = (int)dg_clamp_f32(dg_min_f32(from.y, to.y) - reach, 0, SIDE - 1);
    const int bottom = (int)dg_clamp_f32(dg_max_f32(from.y, to.y) + reach, 0, SIDE - 1);
    for (int y = top; y <= bottom; y++)
        for (int x = left; x <= right; x++) {
            const float away = distance((point){(float)x, (float)y}, from, to);
            dg_level_darken(&field->at[y][x], 255 * dg_clamp_f32(radius + 0.5f - away, 0, 1));
        }
}

typedef struct span {
    float low, high;
} span;

static span widen(span s, float a, float b)
{
    return (span){dg_min_f32(s.low, dg_min_f32(a, b)), dg_max_f32(s.high, dg_max_f32(a, b))};
}

/* The drawing, its longer side FIT pixels, `squeeze` times as wide as it was. */
static void ink(const drawing *d, float squeeze, float radius, dg_field *field)
{
    span horizontal = {INFINITY, -INFINITY}, vertical = {INFINITY, -INFINITY};
    for (int i = 0; i < d->count; i++) {
        horizontal = widen(horizontal, d->pieces[i].from.x, d->pieces[i].to.x);
        vertical = widen(vertical, d->pieces[i].from.y, d->pieces[i].to.y);
    }
    const float width = (horizontal.high - horizontal.low) * squeeze;
    const float height = vertical.high - vertical.low;
    const float longer = dg_max_f32(dg_max_f32(width, height), 0.1f);
    const float scale = (FIT - 2 * radius) / longer;
    const float left = (SIDE - 1 - width * scale) / 2, top = (SIDE - 1 - height * scale) / 2;
    for (int i = 0; i < d->count; i++) {
        const piece *p = &d->pieces[i];
        const point from = {left + (p->from.x - horizontal.low) * squeeze * scale,
                            top + (p->from.y - vertical.low) * scale};
        const point to = {left + (p->to.x - horizontal.low) * squeeze * scale,
                          top + (p->to.y - vertical.low) * scale};
        ink_piece(from, to, radius * p->press, field);
    }
}

void dg_pen_line(float from_x, float from_y, float to_x, float to_y, float radius,
                 dg_field *field)
{
    ink_piece((point){from_x, from_y}, (point){to_x, to_y}, radius, field);
}

static float draw_radius(dg_rng *rng)
{
    const float thick = dg_rng_unit(rng);
    return 0.8f + 1.9f * thick * thick;
}

/* The strokes of a glyph, on its grid. */
static void add_glyph(dg_rng *rng, const char *glyph, bool serifs, drawing *d)
{
    d->count = 0; /* its pieces stay unset: they are many */
    while (*glyph) {
        const size_t length = strcspn(glyph, " ");
        add_stroke(rng, d, glyph, length, serifs);
        glyph += length + (glyph[length] == ' ');
    }
}

void dg_pen_glyph(dg_rng *rng, const char *glyph, bool serifs, float squeeze, dg_field *field)
{
    drawing d;
    add_glyph(rng, glyph, serifs, &d);
    ink(&d, squeeze, draw_radius(rng), field);
}

void dg_pen_glyph_by(dg_rng *rng, const char *glyph, bool serifs, float squeeze, float radius,
                     dg_field *field)
{
    drawing d;
    add_glyph(rng, glyph, serifs, &d);
    ink(&d, squeeze, radius, field);
}

void dg_pen_scribble(dg_rng *rng, dg_field *field)
{
    point points[POINTS_MOST];
    drawing d;
    d.count = 0;
    const int strokes = 1 + (int)dg_rng_below(rng, 3);
    for (int s = 0; s < strokes; s++) {
        const int count = 4 + (int)dg_rng_below(rng, 7);
        for (int i = 0; i < count; i++)
            points[i] = (point){UNITS * dg_rng_unit(rng), UNITS * dg_rng_unit(rng)};
        if (dg_rng_unit(rng) < 0.7f)
            add_curve(&d, points, count);
        else
            add_line(&d, points, count);
    }
    ink(&d, 1, draw_radius(rng), field);
}

/* ---- Strokes of a hand ------------------------------------------------ */

/* From a hairline to a felt-tip pen; the middle is that of MNIST's strokes. Preparation brings
 * widths into nearly this range (docs/normalize.md). */
#define HAND_RADIUS 1.05f   /* pixels, the median */
#define HAND_SPREAD 0.38f   /* standard deviation of its logarithm */
#define HAND_THINNEST 0.6f  /* pixels */
#define HAND_THICKEST 2.4f

#define PRESS_SHARE 0.67f /* of digits whose stroke width varies along a stroke */
#define PRESS 0.30f       /* by so much of itself, either way */

static float draw_hand_radius(dg_rng *rng)
{
    /* The sum of three uniform numbers is near enough to a normal one; its deviation is 1/2. */
    const float sum = dg_rng_unit(rng) + dg_rng_unit(rng) + dg_rng_unit(rng);
    return dg_clamp_f32(HAND_RADIUS * expf(HAND_SPREAD * 2 * (sum - 1.5f)), HAND_THINNEST,
                        HAND_THICKEST);
}

static point at_pen(dg_pen_point p)
{
    return (point){p.x, p.y};
}

/* One stroke; its pressure is a slow wave. A single point is a dot. */
static void add_hand_stroke(dg_rng *rng, drawing *d, const dg_pen_point *points, uint32_t count,
                            float press)
{
    const float phase = dg_rng_between(rng, 0, 6.2831853f), turns = dg_rng_between(rng, 1, 6);
    if (count == 1)
        add_piece(d, at_pen(points[0]), at_pen(points[0]));
    for (uint32_t i = 0; i + 1 < count; i++) {
        const float wave = sinf(phase + turns * (float)i / (float)count);
        add_pressed_piece(d, at_pen(points[i]), at_pen(points[i + 1]), 1 + press * wave);
    }
}

void dg_pen_strokes(dg_rng *rng, const dg_pen_point *points, const uint32_t *first,
                    uint32_t count, dg_field *field)
{
    const float radius = draw_hand_radius(rng);
    const float press = dg_rng_unit(rng) < PRESS_SHARE ? PRESS * dg_rng_unit(rng) : 0;
    drawing d;
    d.count = 0;
    for (uint32_t i = 0; i < count; i++)
        add_hand_stroke(rng, &d, points + first[i], first[i + 1] - first[i], press);
    ink(&d, 1, radius, field);
}
