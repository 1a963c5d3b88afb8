#include "data/augment.h"

#include "data/augment_parts.h"

#include <string.h>

/* Some samples stay as they are, so that the plain ones are never far from what was trained. */
#define PLAIN_SHARE 0.10f

void dg_augment(const uint8_t in[DIGIT_SAMPLE_BYTES], uint8_t label, float strength,
                uint64_t seed, uint64_t name, uint8_t out[DIGIT_SAMPLE_BYTES])
{
    dg_field still, field;
    dg_rng rng;
    dg_rng_init(&rng, seed, DG_RNG_DISTORTION, name);
    if (strength <= 0 || dg_rng_unit(&rng) < PLAIN_SHARE) {
        memmove(out, in, DIGIT_SAMPLE_BYTES);
        return;
    }
    dg_field_from_bytes(in, &still);
    dg_augment_style(&rng, strength, label, &still);
    dg_augment_hand(&rng, strength, &still, &field);
    dg_augment_pen(&rng, strength, &field);
    dg_augment_strike(&rng, strength, &field);
    dg_augment_paper(&rng, strength, &field);
    dg_augment_camera(&rng, strength, &field);
    dg_augment_noise(&rng, strength, &field);
    dg_field_to_bytes(&field, out);
}
