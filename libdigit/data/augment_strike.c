/* A strike-through: dotted, zigzag or straight, as a hand or a form leaves it. */
#include "base/number.h"
#include "data/augment_parts.h"

#include <math.h>
#include <stdbool.h>

#define SIDE DG_FIELD_SIDE

#define SHARE 0.16f /* of samples, at full strength */

/* Offset of a zigzag: from -1 to 1 and back over eight pixels. */
static float zigzag_at(int i)
{
    return fabsf((float)(i % 8) - 4) / 2 - 1;
}

static void ink(float *at, float level, float inside)
{
    if (inside > 0)
        dg_level_darken(at, level * dg_min_f32(inside, 1));
}

static void draw_strike(dg_rng *rng, dg_field *field)
{
    const bool vertical = dg_rng_unit(rng) < 0.2f, dotted = dg_rng_unit(rng) < 0.4f;
    const bool zigzag = !dotted && dg_rng_unit(rng) < 0.7f;
    const float start = dg_rng_between(rng, 2, SIDE - 2), end = dg_rng_between(rng, 2, SIDE - 2);
    const float slope = (end - start) / SIDE * (zigzag ? 0.4f : 1);
    const float half = dg_rng_between(rng, 0.4f, 1.2f), level = dg_rng_between(rng, 120, 255);
    const float swing = zigzag ? dg_rng_between(rng, 1, 2.5f) : 0;
    const int pace = 2 + (int)dg_rng_below(rng, 3);
    for (int i = 0; i < SIDE; i++) {
        const float middle = start + slope * (float)i + swing * zigzag_at(i);
        for (int j = 0; j < SIDE && !(dotted && i / pace % 2); j++)
            ink(vertical ? &field->at[i][j] : &field->at[j][i], level,
                half + 0.5f - fabsf((float)j - middle));
    }
}

/* Preprocessing takes the strike-through for ink and frames both: one in two samples has it so. */
void dg_augment_strike(dg_rng *rng, float strength, dg_field *field)
{
    if (dg_rng_unit(rng) >= SHARE * strength)
        return;
    draw_strike(rng, field);
    if (dg_rng_u32(rng) & 1)
        dg_field_frame(field);
}
