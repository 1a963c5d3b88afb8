#include "data/cut.h"

#include <math.h>

#define SIDE DG_FIELD_SIDE
#define CENTRE ((SIDE - 1) / 2.0f)

#define SHARE 0.2f /* of samples, at full strength */

/* In pixels of the sample, where a digit is 20 high. */
#define OVERLAP 4.0f /* neighbours share up to so much */
#define DROP 2.5f    /* a neighbour stands higher or lower */
#define ASTRAY 1.6f  /* the cut, beside the middle of what they share */
#define TILT 0.4f    /* of the cut: pixels a row */
#define BEND 0.02f   /* of the cut: pixels a row, squared */

/* Of the digit's ink. A cut that loses or adds more is a bad one: then the digit stays whole. */
#define DAMAGE 0.2f

bool dg_cut_takes(float strength, uint64_t seed, uint64_t name)
{
    dg_rng rng;
    dg_rng_init(&rng, seed, DG_RNG_CUT, 2 * name);
    return dg_rng_unit(&rng) < SHARE * strength;
}

/* Erases what lies on the `side` of a nearly vertical line through `at`. */
static void erase_beyond(dg_rng *rng, float at, float side, dg_field *field)
{
    const float tilt = dg_rng_around(rng, TILT), bend = dg_rng_around(rng, BEND);
    for (int row = 0; row < SIDE; row++) {
        const float y = (float)row - CENTRE, edge = at + tilt * y + bend * y * y;
        for (int column = 0; column < SIDE; column++)
            if (side * ((float)column - edge) > 0)
                field->at[row][column] = 0;
    }
}

static float mass(const dg_field *field)
{
    float sum = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        sum += field->at[i / SIDE][i % SIDE];
    return sum;
}

/*
 * What is left of a neighbour that stood in the ink of a digit, which ends `edge` pixels from the
 * middle on a `side` (-1 left, 1 right): any digit of the dataset.
 */
static void leave_neighbour(dg_rng *rng, const digit_dataset *dataset, float edge, float side,
                            dg_field *field)
{
    const uint8_t *other = dataset->samples + dg_dataset_any(dataset, rng) * DIGIT_SAMPLE_BYTES;
    const float size = dg_rng_between(rng, 0.85f, 1.15f);
    const float overlap = dg_rng_between(rng, 0, OVERLAP);
    const float apart = edge + dg_sample_reach(other, -side) * size - overlap;
    const float drop = dg_rng_around(rng, DROP);
    dg_field_lay(other, size, CENTRE + side * apart, CENTRE + drop, field);
    const float at = CENTRE + side * (edge - overlap / 2) + dg_rng_around(rng, ASTRAY);
    erase_beyond(rng, at, side, field);
}

void dg_cut_draw(uint64_t seed, uint64_t name, const digit_dataset *dataset,
                 const uint8_t digit[DIGIT_SAMPLE_BYTES], uint8_t out[DIGIT_SAMPLE_BYTES])
{
    dg_rng rng;
    dg_field whole, field;
    dg_rng_init(&rng, seed, DG_RNG_CUT, 2 * name + 1);
    dg_field_from_bytes(digit, &whole);
    field = whole;
    const uint32_t sides = 1 + dg_rng_below(&rng, 3); /* bit 0: left, bit 1: right */
    if (sides & 1)
        leave_neighbour(&rng, dataset, dg_sample_reach(digit, -1), -1, &field);
    if (sides & 2)
        leave_neighbour(&rng, dataset, dg_sample_reach(digit, 1), 1, &field);
    if (!(fabsf(mass(&field) / mass(&whole) - 1) <= DAMAGE)) /* a blank one, too */
        field = whole;
    dg_field_frame(&field);
    dg_field_to_bytes(&field, out);
}
