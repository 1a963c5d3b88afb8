/* What bad segmentation makes of digits: several taken for one, one taken apart. */
#include "data/other_parts.h"

#include <math.h>

#define SIDE DG_FIELD_SIDE
#define CENTRE ((SIDE - 1) / 2.0f)

/* Neighbours' edges are so far apart, or in each other, in pixels of the sample. */
#define NEAREST  (-4.0f)
#define FARTHEST 5.0f

/* Digits narrower than this, in pixels of the sample, have no half to speak of. */
#define NARROW 9.0f

/* Share of pairs cut through the middle of one of the two. */
#define HALVED 0.4f

/* The far part of the digit that stands on a `side` (-1 left, 1 right), its middle at x. */
static void erase_far_half(dg_rng *rng, float x, float side, dg_field *field)
{
    const float tilt = dg_rng_around(rng, 0.3f), at = x + side * dg_rng_between(rng, 0.5f, 2.5f);
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++)
            if (side * ((float)column - at - tilt * ((float)row - CENTRE)) > 0)
                field->at[row][column] = 0;
}

static float width(const uint8_t digit[DIGIT_SAMPLE_BYTES])
{
    return dg_sample_reach(digit, -1) + dg_sample_reach(digit, 1);
}

/* How far apart the middles of neighbours stand, in pixels of the sample. */
static float distance(dg_rng *rng, const uint8_t left[DIGIT_SAMPLE_BYTES],
                      const uint8_t right[DIGIT_SAMPLE_BYTES])
{
    return dg_sample_reach(left, 1) + dg_sample_reach(right, -1) +
           dg_rng_between(rng, NEAREST, FARTHEST);
}

void dg_other_pair(dg_rng *rng, const digit_dataset *dataset, dg_field *field)
{
    const size_t left = dg_dataset_any(dataset, rng), right = dg_dataset_any(dataset, rng);
    const uint8_t *digits[2] = {dataset->samples + left * DIGIT_SAMPLE_BYTES,
                                dataset->samples + right * DIGIT_SAMPLE_BYTES};
    const float scale = dg_rng_between(rng, 0.6f, 0.72f);
    const float apart = distance(rng, digits[0], digits[1]) * scale;
    const float drop = dg_rng_around(rng, 2.0f), side = dg_rng_u32(rng) & 1 ? 1 : -1;
    const uint8_t *last = digits[side > 0];
    dg_field_lay(digits[0], scale, CENTRE - apart / 2, CENTRE - drop, field);
    dg_field_lay(digits[1], scale, CENTRE + apart / 2, CENTRE + drop, field);
    if (dg_rng_unit(rng) < HALVED && width(last) >= NARROW)
        erase_far_half(rng, CENTRE + side * apart / 2, side, field);
}

/* Cut off-centre, nearly vertical as segmentation cuts, or horizontal. */
void dg_other_piece(dg_rng *rng, const uint8_t digit[DIGIT_SAMPLE_BYTES], dg_field *field)
{
    const float angle = dg_rng_around(rng, 0.3f) + 1.5707963f * (float)dg_rng_below(rng, 4);
    const float c = cosf(angle), s = sinf(angle), at = dg_rng_between(rng, 1.5f, 4.0f);
    dg_field_from_bytes(digit, field);
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++)
            if (((float)column - CENTRE) * c + ((float)row - CENTRE) * s < at)
                field->at[row][column] = 0;
}
