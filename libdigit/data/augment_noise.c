/* What light, sensors and dirt add or take away, without regard to the digit. */
#include "data/augment_parts.h"

#include <math.h>

#define SIDE DG_FIELD_SIDE

/* Shares of samples, at full strength. */
#define GRAIN_SHARE 0.20f
#define SHOT_SHARE 0.05f
#define IMPULSE_SHARE 0.08f
#define FOG_SHARE 0.08f
#define SPATTER_SHARE 0.06f

#define GRAIN_MOST 45.0f   /* standard deviation, grey levels */
#define IMPULSE_MOST 0.20f /* of the pixels */
#define FOG_MOST 110.0f    /* grey levels */
#define HOLES_MOST 0.55f   /* of the spatter's range */

/* The sum of a word's four bytes is near enough to a normal distribution. */
static float noise(dg_rng *rng)
{
    const uint32_t word = dg_rng_u32(rng);
    const uint32_t sum = (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
    return ((float)sum - 510) / 147.8f; /* to a deviation of 1 */
}

static void add_grain(dg_rng *rng, dg_field *field, float deviation)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            field->at[y][x] = dg_level_clamp(field->at[y][x] + deviation * noise(rng));
}

/* Few photons: the more ink, the more it varies. */
static void add_shot(dg_rng *rng, dg_field *field)
{
    const float photons = dg_rng_between(rng, 2.5f, 20);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const float share = field->at[y][x] / 255;
            const float spread = share > 0 ? sqrtf(share / photons) : 0;
            field->at[y][x] = dg_level_clamp(255 * (share + spread * noise(rng)));
        }
}

/* Salt and pepper. */
static void add_impulses(dg_rng *rng, dg_field *field)
{
    const float share = dg_rng_between(rng, 0.01f, IMPULSE_MOST);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            if (dg_rng_unit(rng) < share)
                field->at[y][x] = dg_rng_u32(rng) & 1 ? 255 : 0;
}

/* ---- Value noise ------------------------------------------------------ */

#define KNOTS_MOST 9

/* cloud[row][column] in 0 .. 1: random knots `apart` pixels apart, interpolated between them. */
static void draw_cloud(dg_rng *rng, float apart, float cloud[SIDE][SIDE])
{
    float knots[KNOTS_MOST][KNOTS_MOST];
    for (int i = 0; i < KNOTS_MOST * KNOTS_MOST; i++)
        knots[i / KNOTS_MOST][i % KNOTS_MOST] = dg_rng_unit(rng);
    for (int y = 0; y < SIDE; y++) {
        const float down = (float)y / apart;
        const int row = (int)down;
        const float y_part = down - (float)row;
        for (int x = 0; x < SIDE; x++) {
            const float right = (float)x / apart;
            const int column = (int)right;
            const float x_part = right - (float)column;
            const float *upper = &knots[row][column], *lower = &knots[row + 1][column];
            const float top = upper[0] + (upper[1] - upper[0]) * x_part;
            const float low = lower[0] + (lower[1] - lower[0]) * x_part;
            cloud[y][x] = top + (low - top) * y_part;
        }
    }
}

static void add_fog(dg_rng *rng, dg_field *field)
{
    float coarse[SIDE][SIDE], fine[SIDE][SIDE];
    const float most = dg_rng_between(rng, 0, FOG_MOST);
    draw_cloud(rng, dg_rng_between(rng, 7, 14), coarse);
    draw_cloud(rng, dg_rng_between(rng, 3.6f, 6), fine);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const float fog = most * (coarse[y][x] + 0.5f * fine[y][x] - 0.6f);
            field->at[y][x] = dg_level_clamp(field->at[y][x] + fog);
        }
}

/* Blobs of one grey over ink and paper. */
static void add_spatter(dg_rng *rng, dg_field *field)
{
    float cloud[SIDE][SIDE];
    const float level = dg_rng_between(rng, 0, 130);
    const float over = 1 - dg_rng_between(rng, 0.2f, HOLES_MOST);
    draw_cloud(rng, dg_rng_between(rng, 3.6f, 6), cloud);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            if (cloud[y][x] > over)
                field->at[y][x] = level;
}

void dg_augment_noise(dg_rng *rng, float strength, dg_field *field)
{
    if (dg_rng_unit(rng) < FOG_SHARE * strength)
        add_fog(rng, field);
    if (dg_rng_unit(rng) < SPATTER_SHARE * strength)
        add_spatter(rng, field);
    if (dg_rng_unit(rng) < SHOT_SHARE * strength)
        add_shot(rng, field);
    if (dg_rng_unit(rng) < GRAIN_SHARE * strength)
        add_grain(rng, field, dg_rng_between(rng, 0, GRAIN_MOST * strength));
    if (dg_rng_unit(rng) < IMPULSE_SHARE * strength)
        add_impulses(rng, field);
}
