#include "data/augment_parts.h"

#include <math.h>

#define SIDE DG_FIELD_SIDE
#define CENTRE ((SIDE - 1) / 2.0f)

/* How far, at full strength. */
#define TURN (20.0f * 3.14159265f / 180) /* either way */
#define SHEAR 0.30f                       /* slant: tangent of its angle */
#define SCALE 0.18f                       /* both axes together */
#define STRETCH 0.12f                     /* one axis against the other */
#define SHIFT 2.2f                        /* pixels */
#define BEND 1.3f                         /* pixels, standard deviation */

/* The bend is a smooth field through random vectors on a coarse grid (cubic B-spline), which is
 * what Simard's blurred noise comes to, at a fraction of the price. */
#define CELL 6.0f
#define KNOTS 8 /* an axis: enough for 28 pixels and the spline's reach */

typedef struct affine {
    float xx, xy, yx, yy; /* from a place in the new picture to one in the old, about the centre */
    float x, y;
} affine;

/* Draws an affine map and returns its inverse, which is what resampling asks for. */
static affine draw_affine(dg_rng *rng, float strength)
{
    const float turn = dg_rng_around(rng, TURN * strength);
    const float shear = dg_rng_around(rng, SHEAR * strength);
    const float size = expf(dg_rng_around(rng, SCALE * strength));
    const float stretch = expf(dg_rng_around(rng, STRETCH * strength));
    const float c = cosf(turn), s = sinf(turn);
    const float width = size * stretch, height = size / stretch;
    /* the map: turn x shear x scale */
    const float a = c * width, b = (c * shear - s) * height;
    const float d = s * width, e = (s * shear + c) * height;
    const float determinant = a * e - b * d;
    const affine back = {
        .xx = e / determinant,
        .xy = -b / determinant,
        .yx = -d / determinant,
        .yy = a / determinant,
        .x = dg_rng_around(rng, SHIFT * strength),
        .y = dg_rng_around(rng, SHIFT * strength),
    };
    return back;
}

/* Weights of the four knots round a place, `part` of the way from the second to the third. */
static void spline(float part, float weights[4])
{
    const float rest = 1 - part;
    weights[0] = rest * rest * rest / 6;
    weights[1] = (4 - 6 * part * part + 3 * part * part * part) / 6;
    weights[2] = (4 - 6 * rest * rest + 3 * rest * rest * rest) / 6;
    weights[3] = part * part * part / 6;
}

/* The four knots that pixels 0 .. SIDE-1 of an axis lie between: the first, and all weights. */
typedef struct axis {
    uint32_t first[SIDE];
    float weights[SIDE][4];
} axis;

static void lay_axis(axis *a)
{
    for (uint32_t x = 0; x < SIDE; x++) {
        const float place = (float)x / CELL;
        a->first[x] = (uint32_t)place;
        spline(place - (float)a->first[x], a->weights[x]);
    }
}

/* bend[row][column]: one component of the displacement, in pixels. */
static void draw_bend(dg_rng *rng, float strength, const axis *a, float bend[SIDE][SIDE])
{
    float knots[KNOTS][KNOTS], rows[KNOTS][SIDE];
    const float most = BEND * strength * 1.7320508f; /* uniform: deviation = most / sqrt(3) */
    for (int i = 0; i < KNOTS * KNOTS; i++)
        knots[i / KNOTS][i % KNOTS] = dg_rng_around(rng, most);
    for (uint32_t k = 0; k < KNOTS; k++)
        for (uint32_t x = 0; x < SIDE; x++) {
            const float *from = knots[k] + a->first[x], *w = a->weights[x];
            rows[k][x] = w[0] * from[0] + w[1] * from[1] + w[2] * from[2] + w[3] * from[3];
        }
    for (uint32_t y = 0; y < SIDE; y++) {
        const float(*from)[SIDE] = (const float(*)[SIDE])rows + a->first[y], *w = a->weights[y];
        for (uint32_t x = 0; x < SIDE; x++)
            bend[y][x] =
                w[0] * from[0][x] + w[1] * from[1][x] + w[2] * from[2][x] + w[3] * from[3][x];
    }
}

void dg_augment_hand(dg_rng *rng, float strength, const dg_field *in, dg_field *out)
{
    float horizontal[SIDE][SIDE], vertical[SIDE][SIDE]; /* displacements, in pixels */
    dg_bordered_field source;
    axis a;
    const affine back = draw_affine(rng, strength);
    lay_axis(&a); /* both axes are alike */
    draw_bend(rng, strength, &a, horizontal);
    draw_bend(rng, strength, &a, vertical);
    dg_field_border(in, &source);
    for (int row = 0; row < SIDE; row++) {
        for (int column = 0; column < SIDE; column++) {
            const float x = (float)column - CENTRE - back.x, y = (float)row - CENTRE - back.y;
            out->at[row][column] = dg_field_interpolate(
                &source, back.xx * x + back.xy * y + CENTRE + horizontal[row][column],
                back.yx * x + back.yy * y + CENTRE + vertical[row][column]);
        }
    }
}
