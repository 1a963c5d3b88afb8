/* What pen strokes never are: filled outlines and patterns without any. */
#include "data/other_parts.h"

#include <math.h>

#define SIDE DG_FIELD_SIDE
#define CENTRE ((SIDE - 1) / 2.0f)
#define CORNERS_MOST 9
#define PI 3.14159265f

/* ---- Patterns: levels 0 .. 1 everywhere ------------------------------- */

typedef struct pattern {
    float base, slope_x, slope_y; /* shading */
    float depth;                  /* of the waves */
    float wave_x, wave_y, phase;
    float grain;
} pattern;

static pattern draw_pattern(dg_rng *rng, float depth, float grain)
{
    const float angle = dg_rng_unit(rng) * PI, length = dg_rng_between(rng, 2.5f, 12);
    return (pattern){
        .base = dg_rng_between(rng, 0.3f, 1),
        .slope_x = dg_rng_around(rng, 0.02f),
        .slope_y = dg_rng_around(rng, 0.02f),
        .depth = dg_rng_unit(rng) < 0.5f ? dg_rng_unit(rng) * depth : 0,
        .wave_x = 2 * PI * cosf(angle) / length,
        .wave_y = 2 * PI * sinf(angle) / length,
        .phase = dg_rng_unit(rng) * 2 * PI,
        .grain = dg_rng_unit(rng) * grain,
    };
}

static float pattern_at(dg_rng *rng, const pattern *p, int row, int column)
{
    const float x = (float)column - CENTRE, y = (float)row - CENTRE;
    const float wave = sinf(p->wave_x * x + p->wave_y * y + p->phase);
    return p->base + p->slope_x * x + p->slope_y * y + p->depth * wave +
           dg_rng_around(rng, p->grain);
}

/* ---- Shapes ----------------------------------------------------------- */

/* A closed outline round a centre: a distance for each of `corners` directions. */
typedef struct outline {
    float x, y, wide, high; /* centre; scale of both axes */
    float away[CORNERS_MOST];
    int corners;
} outline;

static outline draw_outline(dg_rng *rng)
{
    outline o = {
        .x = CENTRE + dg_rng_around(rng, 4),
        .y = CENTRE + dg_rng_around(rng, 4),
        .wide = dg_rng_between(rng, 5, 14),
        .high = dg_rng_between(rng, 5, 14),
        .corners = 3 + (int)dg_rng_below(rng, CORNERS_MOST - 2),
    };
    for (int i = 0; i < o.corners; i++)
        o.away[i] = dg_rng_between(rng, 0.45f, 1.1f);
    return o;
}

static bool inside(const outline *o, int row, int column)
{
    const float x = ((float)column - o->x) / o->wide, y = ((float)row - o->y) / o->high;
    const float turn = (atan2f(y, x) / (2 * PI) + 0.5f) * (float)o->corners;
    const int first = (int)turn % o->corners, second = (first + 1) % o->corners;
    const float part = turn - floorf(turn);
    return sqrtf(x * x + y * y) < o->away[first] + (o->away[second] - o->away[first]) * part;
}

void dg_other_shape(dg_rng *rng, dg_field *field)
{
    const int shapes = 1 + (int)dg_rng_below(rng, 3);
    for (int s = 0; s < shapes; s++) {
        const outline o = draw_outline(rng);
        const pattern p = draw_pattern(rng, 0.4f, 0.3f);
        for (int row = 0; row < SIDE; row++)
            for (int column = 0; column < SIDE; column++)
                if (inside(&o, row, column))
                    field->at[row][column] = dg_level_clamp(255 * pattern_at(rng, &p, row, column));
    }
}

/* ---- Textures --------------------------------------------------------- */

/* Two patterns, one on top of the other, as they are or in black and white. */
void dg_other_texture(dg_rng *rng, dg_field *field)
{
    const pattern one = draw_pattern(rng, 1, 1), two = draw_pattern(rng, 1, 0.5f);
    const bool hard = dg_rng_unit(rng) < 0.4f;
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            const float level =
                pattern_at(rng, &one, row, column) + pattern_at(rng, &two, row, column) - 0.65f;
            field->at[row][column] = hard ? (level > 0.5f ? 255 : 0) : dg_level_clamp(255 * level);
        }
}
