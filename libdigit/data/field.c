#include "data/field.h"

#include "base/number.h"

#include <math.h>

#define SIDE DG_FIELD_SIDE
#define CENTRE ((SIDE - 1) / 2.0f)

#define FIT 20.0f         /* pixels: the longer side of MNIST's ink */
#define INK 64.0f         /* a pixel of this level belongs to the bounding box */
#define STROKE 128        /* at least: in the middle of a stroke */
#define FITS_ALREADY 0.9f /* scales from here to its inverse: resampling would only blur */

void dg_field_from_bytes(const uint8_t in[DIGIT_SAMPLE_BYTES], dg_field *field)
{
    for (size_t i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        field->at[i / SIDE][i % SIDE] = in[i];
}

void dg_field_to_bytes(const dg_field *field, uint8_t out[DIGIT_SAMPLE_BYTES])
{
    for (size_t i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        out[i] = (uint8_t)(field->at[i / SIDE][i % SIDE] + 0.5f);
}

void dg_field_border(const dg_field *in, dg_bordered_field *out)
{
    *out = (dg_bordered_field){0};
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            out->at[y + 1][x + 1] = in->at[y][x];
}

/* The longer side of the ink's bounding box, in pixels; 0 if there is no ink. */
static float longer_side(const dg_field *field)
{
    int left = SIDE, right = -1, top = SIDE, bottom = -1;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            if (field->at[y][x] < INK)
                continue;
            left = dg_min_i32(left, x);
            right = dg_max_i32(right, x);
            top = dg_min_i32(top, y);
            bottom = y;
        }
    return right < 0 ? 0 : (float)(dg_max_i32(right - left, bottom - top) + 1);
}

static void centre_of_mass(const dg_field *field, float *x, float *y)
{
    float mass = 0, x_sum = 0, y_sum = 0;
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            const float level = field->at[row][column];
            mass += level;
            x_sum += level * (float)column;
            y_sum += level * (float)row;
        }
    *x = x_sum / mass;
    *y = y_sum / mass;
}

void dg_field_frame(dg_field *field)
{
    const float longer = longer_side(field);
    dg_bordered_field source;
    float x, y;
    if (longer == 0)
        return;
    float scale = FIT / longer;
    centre_of_mass(field, &x, &y);
    if (scale > FITS_ALREADY && scale < 1 / FITS_ALREADY) {
        scale = 1;
        x = CENTRE + rintf(x - CENTRE); /* by whole pixels: nothing is resampled */
        y = CENTRE + rintf(y - CENTRE);
    }
    dg_field_border(field, &source);
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++)
            field->at[row][column] =
                dg_field_interpolate(&source, x + ((float)column - CENTRE) / scale,
                                     y + ((float)row - CENTRE) / scale);
}

void dg_field_lay(const uint8_t digit[DIGIT_SAMPLE_BYTES], float scale, float x, float y,
                  dg_field *field)
{
    dg_field still;
    dg_bordered_field source;
    dg_field_from_bytes(digit, &still);
    dg_field_border(&still, &source);
    for (int row = 0; row < SIDE; row++)
        for (int column = 0; column < SIDE; column++) {
            const float level =
                dg_field_interpolate(&source, CENTRE + ((float)column - x) / scale,
                                     CENTRE + ((float)row - y) / scale);
            dg_level_darken(&field->at[row][column], level);
        }
}

float dg_sample_reach(const uint8_t digit[DIGIT_SAMPLE_BYTES], float side)
{
    float most = -CENTRE;
    for (int i = 0; i < DIGIT_SAMPLE_BYTES; i++) {
        if (digit[i] >= STROKE)
            most = dg_max_f32(most, side * ((float)(i % SIDE) - CENTRE));
    }
    return most + 0.5f;
}
