/*
 * MNIST's digits are by Americans. Elsewhere a 1 has an upstroke, often a long one, and perhaps
 * a foot; a 7 is crossed.
 */
#include "data/augment_parts.h"
#include "data/pen.h"

#define SIDE DG_FIELD_SIDE

/* Shares of the 1s and 7s, at full strength. */
#define ONE_SHARE 0.15f
#define SEVEN_SHARE 0.20f

#define INK 128.0f

/* As pen.h writes them. */
static const char *const ones[] = {
    "144048", "054048", "055058", "235058", "144048 2868", "055048 1878",
};

#define ONES (sizeof ones / sizeof ones[0])

static void draw_one(dg_rng *rng, dg_field *field)
{
    const char *glyph = ones[dg_rng_below(rng, ONES)];
    *field = (dg_field){{{0}}};
    dg_pen_glyph(rng, glyph, false, dg_rng_between(rng, 0.5f, 1.1f), field);
    dg_field_frame(field);
}

/* Where the ink of a row is, on average; below 0 if there is none. */
static float middle_of_row(const dg_field *field, int row)
{
    float mass = 0, sum = 0;
    for (int x = 0; x < SIDE; x++) {
        mass += field->at[row][x];
        sum += field->at[row][x] * (float)x;
    }
    return mass >= INK ? sum / mass : -1;
}

static void cross_seven(dg_rng *rng, dg_field *field)
{
    const int row = 13 + (int)dg_rng_below(rng, 4);
    const float middle = middle_of_row(field, row), reach = dg_rng_between(rng, 3, 6.5f);
    const float rise = dg_rng_between(rng, -0.5f, 1.5f), radius = dg_rng_between(rng, 0.6f, 1.3f);
    if (middle >= 0)
        dg_pen_line(middle - reach, (float)row + rise, middle + reach, (float)row - rise, radius,
                    field);
}

void dg_augment_style(dg_rng *rng, float strength, uint8_t label, dg_field *field)
{
    if (label == 1 && dg_rng_unit(rng) < ONE_SHARE * strength)
        draw_one(rng, field);
    if (label == 7 && dg_rng_unit(rng) < SEVEN_SHARE * strength)
        cross_seven(rng, field);
}
