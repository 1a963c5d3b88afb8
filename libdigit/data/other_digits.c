/* What bad cuts make of digits: two taken for one, one taken apart. */
#include "data/other_parts.h"

#include <math.h>
#include <stdlib.h>

#define SIDE DG_FIELD_SIDE
#define CENTRE ((SIDE - 1) / 2.0f)

/* `digit` as large as `scale` says, its centre at (x, y), darker of the two kept. */
static void lay(const uint8_t digit[DIGIT_SAMPLE_BYTES], float scale, float x, float y,
                dg_field *field)
{
    dg_field still;
    dg_bordered_field source;
    dg_field_from_bytes(digit, &still);
    dg_field_border(&still, &source);
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            const float level = dg_field_between(&source, CENTRE + ((float)column - x) / scale,
                                                 CENTRE + ((float)row - y) / scale);
            if (level > field->at[row][column])
                field->at[row][column] = level;
        }
}

/* Half the width of the ink, in pixels from the middle of the sample. */
static float half_width(const uint8_t digit[DIGIT_SAMPLE_BYTES])
{
    int most = 1;
    for (int i = 0; i < DIGIT_SAMPLE_BYTES; i++) {
        const int away = abs(2 * (i % SIDE) - (SIDE - 1));
        if (digit[i] >= 128 && away > most)
            most = away;
    }
    return (float)most / 2;
}

void dg_other_pair(dg_rng *rng, const uint8_t left[DIGIT_SAMPLE_BYTES],
                   const uint8_t right[DIGIT_SAMPLE_BYTES], dg_field *field)
{
    const float scale = dg_rng_between(rng, 0.6f, 0.72f);
    const float apart = (half_width(left) + half_width(right) + dg_rng_between(rng, -1, 5)) * scale;
    const float drop = dg_rng_around(rng, 2.0f);
    lay(left, scale, CENTRE - apart / 2, CENTRE - drop, field);
    lay(right, scale, CENTRE + apart / 2, CENTRE + drop, field);
}

/* Cut off-centre, nearly upright as segmenters cut, or level. */
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
