/* Letters, signs and scribbles: what a pen leaves between points. */
#include "data/other_parts.h"

#include <math.h>
#include <string.h>

#define SIDE DG_FIELD_SIDE
#define FIT 20.0f /* pixels: the longer side of what is drawn */

/*
 * Our own alphabet, without what a digit may look like too (B D I l O o q S Z, b g s z, and
 * brackets). A glyph is strokes separated by blanks, a stroke its points, two figures each:
 * x from 0 left, y from 0 top. '~' in front: a smooth curve through them; else straight.
 */
static const char *const glyphs[] = {
    "084088 1575",                                /* A */
    "084088 2666",                                /* A, lower bar */
    "~71503012040613185877",                      /* C */
    "70000878 0454",                              /* E */
    "700008 0454",                                /* F */
    "~7150301204061838577674 744454",             /* G */
    "~71503012040618587764 6444",                 /* G, no spur */
    "0008 7078 0474",                             /* H */
    "~606066482806 4080",                         /* J */
    "~50505648382616",                            /* j, no dot */
    "0008 700478 0404",                           /* K */
    "0008 7005 2578",                             /* K */
    "000868",                                     /* L */
    "0800458088",                                 /* M */
    "0820468088",                                 /* M, slanted legs */
    "08007870",                                   /* N */
    "0800 ~0040626344 4404",                      /* P */
    "0800 ~00405153434404",                       /* P, small bowl */
    "~40120416486876741240 5588",                 /* Q */
    "0800 ~00406162534404 3478",                  /* R */
    "0080 4048",                                  /* T */
    "~00051738576560",                            /* U */
    "004880",                                     /* V */
    "0028436880",                                 /* W */
    "~0018284044486880",                          /* w, round */
    "0088 8008",                                  /* X */
    "004480 4448",                                /* Y */
    "~62411315174866 6268",                       /* a, one storey */
    "~1231526468 ~646413061848",                  /* a, two storeys */
    "6068 ~64421315174866",                       /* d */
    "~056553321305173867",                        /* e */
    "~60403238 1353",                             /* f */
    "0008 ~05234355 5558",                        /* h */
    "4348 4041",                                  /* i, clear dot */
    "~50535749 5050",                             /* j */
    "0008 520558",                                /* k */
    "0308 ~05133345 4548 ~45537385 8588",         /* m */
    "0208 ~0422526468",                           /* n */
    "0209 ~03225264562605",                       /* p */
    "0208 ~05133252",                             /* r */
    "30363848 1353",                              /* t */
    "~3037486867 1353",                           /* t, curled */
    "~0206285765 6268",                           /* u */
    "0235 6219",                                  /* y */
    "~02154564 ~62656839191808",                  /* y, curled */
    "4048 0484",                                  /* + */
    "0282 0686",                                  /* = */
    "2028 6068 0383 0686",                        /* # */
    "4048 0286 0682",                             /* asterisk */
    "~021040526344 4445 4849",                    /* ? */
    "~30516268 ~383818 3808",                     /* a hook */
    "~26041202264688",                            /* & */
    "~40120416486876741240 ~53343546555353 5385", /* @ */
    "8008 ~10203120100011 ~67788776656667",       /* % */
    "700478",                                     /* < */
    "044880",                                     /* tick */
    "~0420364484",                                /* tilde */
    "00800888 0088",                              /* crossed box */
    "4008888840 0888",                            /* triangle */
    "4088 8848 4808 0840",                        /* rhombus */
    "~40444844 ~04448444",                        /* star */
    "0484",                                       /* dash */
    "0080 0888 4048",                             /* I with serifs, wide */
};

#define GLYPHS (sizeof glyphs / sizeof glyphs[0])
#define POINTS_MOST 24
#define UNITS 8.0f      /* the grid's side */
#define STEPS 5         /* straight pieces between two points of a curve */
#define WOBBLE 0.45f    /* units: how far a point may stray */
#define SERIF_SHARE 0.25f
#define SERIF 1.1f      /* units, half a bar */

typedef struct point {
    float x, y;
} point;

/* What is to be drawn, in units of the grid: pieces, straight each. */
typedef struct drawing {
    point from[256], to[256];
    int count;
} drawing;

static void add_piece(drawing *d, point from, point to)
{
    if (d->count < (int)(sizeof d->from / sizeof d->from[0])) {
        d->from[d->count] = from;
        d->to[d->count++] = to;
    }
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

static float clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

static float distance(point p, point from, point to)
{
    const float dx = to.x - from.x, dy = to.y - from.y;
    const float length = dx * dx + dy * dy;
    const float part = length > 0 ? ((p.x - from.x) * dx + (p.y - from.y) * dy) / length : 0;
    const float at = clamp(part, 0, 1);
    const float x = from.x + at * dx - p.x, y = from.y + at * dy - p.y;
    return sqrtf(x * x + y * y);
}

/* One straight piece of a round pen, antialiased; only where it can reach. */
static void ink_piece(point from, point to, float radius, dg_field *field)
{
    const float reach = radius + 1;
    const int left = (int)clamp(fminf(from.x, to.x) - reach, 0, SIDE - 1);
    const int right = (int)clamp(fmaxf(from.x, to.x) + reach, 0, SIDE - 1);
    const int top = (int)clamp(fminf(from.y, to.y) - reach, 0, SIDE - 1);
    const int bottom = (int)clamp(fmaxf(from.y, to.y) + reach, 0, SIDE - 1);
    for (int y = top; y <= bottom; y++)
        for (int x = left; x <= right; x++) {
            const float away = distance((point){(float)x, (float)y}, from, to);
            const float level = 255 * clamp(radius + 0.5f - away, 0, 1);
            if (level > field->at[y][x])
                field->at[y][x] = level;
        }
}

typedef struct span {
    float low, high;
} span;

static span widen(span s, float a, float b)
{
    return (span){fminf(s.low, fminf(a, b)), fmaxf(s.high, fmaxf(a, b))};
}

/* The drawing, its longer side FIT pixels, `squeeze` times as wide as it was. */
static void ink(const drawing *d, float squeeze, float radius, dg_field *field)
{
    span across = {INFINITY, -INFINITY}, down = {INFINITY, -INFINITY};
    for (int i = 0; i < d->count; i++) {
        across = widen(across, d->from[i].x, d->to[i].x);
        down = widen(down, d->from[i].y, d->to[i].y);
    }
    const float width = (across.high - across.low) * squeeze, height = down.high - down.low;
    const float longer = fmaxf(fmaxf(width, height), 0.1f);
    const float scale = (FIT - 2 * radius) / longer;
    const float left = (SIDE - 1 - width * scale) / 2, top = (SIDE - 1 - height * scale) / 2;
    for (int i = 0; i < d->count; i++) {
        const point from = {left + (d->from[i].x - across.low) * squeeze * scale,
                            top + (d->from[i].y - down.low) * scale};
        const point to = {left + (d->to[i].x - across.low) * squeeze * scale,
                          top + (d->to[i].y - down.low) * scale};
        ink_piece(from, to, radius, field);
    }
}

static float draw_radius(dg_rng *rng)
{
    const float thick = dg_rng_unit(rng);
    return 0.8f + 1.9f * thick * thick;
}

void dg_other_letter(dg_rng *rng, dg_field *field)
{
    const char *text = glyphs[dg_rng_below(rng, GLYPHS)];
    const bool serifs = dg_rng_unit(rng) < SERIF_SHARE;
    drawing d = {.count = 0};
    while (*text) {
        const size_t length = strcspn(text, " ");
        add_stroke(rng, &d, text, length, serifs);
        text += length + (text[length] == ' ');
    }
    const float squeeze = dg_rng_between(rng, 0.6f, 1.25f);
    ink(&d, squeeze, draw_radius(rng), field);
}

void dg_other_scribble(dg_rng *rng, dg_field *field)
{
    point points[POINTS_MOST];
    drawing d = {.count = 0};
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
