#include "base/number.h"
#include "data/augment_parts.h"

#include <math.h>

#define SIDE DG_FIELD_SIDE

/* Shares of samples, at full strength. */
#define LINE_SHARE 0.08f
#define NEIGHBOUR_SHARE 0.08f
#define SPECK_SHARE 0.10f

#define BORDER 4.0f /* pixels from the edge where foreign ink may lie */
#define SPECKS_MOST 5

/* A form line along one of the four sides, nearly straight: part of a box or of a ruled line. */
static void draw_form_line(dg_rng *rng, dg_field *field)
{
    const uint32_t side = dg_rng_below(rng, 4);
    const float level = dg_rng_between(rng, 60, 255), half = dg_rng_between(rng, 0.4f, 1.0f);
    const float tilt = dg_rng_around(rng, 0.06f), start = dg_rng_between(rng, 0, BORDER);
    for (int i = 0; i < SIDE; i++) {
        const float from_edge = start + tilt * (float)(i - SIDE / 2);
        for (int j = 0; j < (int)BORDER + 3; j++) {
            const float inside = half + 0.5f - fabsf((float)j - from_edge);
            const int k = side < 2 ? j : SIDE - 1 - j;
            float *at = side % 2 ? &field->at[i][k] : &field->at[k][i];
            if (inside > 0)
                dg_level_darken(at, level * dg_min_f32(inside, 1));
        }
    }
}

/* The edge of a digit beside, above or below: this one's own, upside down, will do. */
static void draw_neighbour(dg_rng *rng, dg_field *field)
{
    const dg_field old = *field;
    const int apart = 18 + (int)dg_rng_below(rng, 6);
    const uint32_t side = dg_rng_below(rng, 4);
    const int reach = (int)BORDER;
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < reach; j++) {
            const int k = side < 2 ? j : SIDE - 1 - j;
            const int from = side < 2 ? k + apart : k - apart;
            if (side % 2)
                dg_level_darken(&field->at[i][k], old.at[SIDE - 1 - i][from]);
            else
                dg_level_darken(&field->at[k][i], old.at[from][SIDE - 1 - i]);
        }
    }
}

static void draw_specks(dg_rng *rng, dg_field *field)
{
    const uint32_t count = 1 + dg_rng_below(rng, SPECKS_MOST);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t row = dg_rng_below(rng, SIDE), column = dg_rng_below(rng, SIDE);
        const float level = dg_rng_between(rng, 40, 255);
        dg_level_darken(&field->at[row][column], level);
        if (column + 1 < SIDE)
            dg_level_darken(&field->at[row][column + 1], level * dg_rng_unit(rng));
        if (row + 1 < SIDE)
            dg_level_darken(&field->at[row + 1][column], level * dg_rng_unit(rng));
    }
}

void dg_augment_paper(dg_rng *rng, float strength, dg_field *field)
{
    if (dg_rng_unit(rng) < LINE_SHARE * strength)
        draw_form_line(rng, field);
    if (dg_rng_unit(rng) < NEIGHBOUR_SHARE * strength)
        draw_neighbour(rng, field);
    if (dg_rng_unit(rng) < SPECK_SHARE * strength)
        draw_specks(rng, field);
}
