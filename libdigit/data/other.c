#include "data/other.h"

#include "data/other_parts.h"

#include <string.h>

/* Shares of the kinds, in percent; the last takes the rest. */
#define LETTERS 46
#define SCRIBBLES 10
#define PAIRS 18
#define PIECES 6
#define SHAPES 13

/* Half of the shapes fill the sample, as pictures of things do; all else is framed as digits
 * are. */
#define FRAMED_SHARE 0.5f

bool dg_other_takes(uint64_t seed, uint64_t name)
{
    dg_rng rng;
    dg_rng_init(&rng, seed, DG_RNG_OTHER, 2 * name);
    return dg_rng_unit(&rng) < DG_OTHER_SHARE;
}

static size_t any_index(dg_rng *rng, const digit_dataset *dataset)
{
    const uint32_t count = dataset->count < UINT32_MAX ? (uint32_t)dataset->count : UINT32_MAX;
    return dg_rng_below(rng, count);
}

static const uint8_t *any_digit(dg_rng *rng, const digit_dataset *dataset)
{
    return dataset->samples + any_index(rng, dataset) * DIGIT_SAMPLE_BYTES;
}

/* Part of a 1, a 4 or a 7 is a 1. */
static bool has_straight_strokes(uint8_t label)
{
    return label == 1 || label == 4 || label == 7;
}

static void draw_piece(dg_rng *rng, const digit_dataset *dataset, dg_field *field)
{
    const size_t index = any_index(rng, dataset);
    if (has_straight_strokes(dataset->labels[index]))
        dg_other_scribble(rng, field);
    else
        dg_other_piece(rng, dataset->samples + index * DIGIT_SAMPLE_BYTES, field);
}

/* Returns whether it is to be framed. */
static bool draw(dg_rng *rng, const digit_dataset *dataset, dg_field *field)
{
    uint32_t kind = dg_rng_below(rng, 100);
    if (kind < LETTERS) {
        dg_other_letter(rng, field);
        return true;
    }
    kind -= LETTERS;
    if (kind < SCRIBBLES) {
        dg_other_scribble(rng, field);
        return true;
    }
    kind -= SCRIBBLES;
    if (kind < PAIRS) {
        const uint8_t *left = any_digit(rng, dataset);
        dg_other_pair(rng, left, any_digit(rng, dataset), field);
        return true;
    }
    kind -= PAIRS;
    if (kind < PIECES) {
        draw_piece(rng, dataset, field);
        return true;
    }
    kind -= PIECES;
    if (kind < SHAPES) {
        dg_other_shape(rng, field);
        return dg_rng_unit(rng) < FRAMED_SHARE;
    }
    dg_other_texture(rng, field);
    return false;
}

void dg_other_draw(uint64_t seed, uint64_t name, const digit_dataset *dataset,
                   uint8_t out[DIGIT_SAMPLE_BYTES])
{
    dg_rng rng;
    dg_field field = {{{0}}};
    dg_rng_init(&rng, seed, DG_RNG_OTHER, 2 * name + 1);
    if (draw(&rng, dataset, &field))
        dg_field_frame(&field);
    dg_field_to_bytes(&field, out);
}
