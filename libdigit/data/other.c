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

/* Part of a 1, a 4 or a 7 is a 1. */
static bool has_straight_strokes(uint8_t label)
{
    return label == 1 || label == 4 || label == 7;
}

static void draw_piece(dg_rng *rng, const digit_dataset *dataset, dg_field *field)
{
    const size_t index = dg_dataset_any(dataset, rng);
    if (has_straight_strokes(dataset->labels[index]))
        dg_other_scribble(rng, field);
    else
        dg_other_piece(rng, dataset->samples + index * DIGIT_SAMPLE_BYTES, field);
}

/* Any kind; sets whether it is to be framed. */
static void draw(dg_rng *rng, const digit_dataset *dataset, dg_field *field, bool *framed)
{
    *framed = true;
    uint32_t kind = dg_rng_below(rng, 100);
    if (kind < LETTERS) {
        dg_other_letter(rng, field);
        return;
    }
    kind -= LETTERS;
    if (kind < SCRIBBLES) {
        dg_other_scribble(rng, field);
        return;
    }
    kind -= SCRIBBLES;
    if (kind < PAIRS) {
        dg_other_pair(rng, dataset, field);
        return;
    }
    kind -= PAIRS;
    if (kind < PIECES) {
        draw_piece(rng, dataset, field);
        return;
    }
    kind -= PIECES;
    if (kind < SHAPES) {
        dg_other_shape(rng, field);
        *framed = dg_rng_unit(rng) < FRAMED_SHARE;
        return;
    }
    dg_other_texture(rng, field);
    *framed = false;
}

void dg_other_draw(uint64_t seed, uint64_t name, const digit_dataset *dataset,
                   uint8_t out[DIGIT_SAMPLE_BYTES])
{
    dg_rng rng;
    dg_field field = {{{0}}};
    bool framed;
    dg_rng_init(&rng, seed, DG_RNG_OTHER, 2 * name + 1);
    draw(&rng, dataset, &field, &framed);
    if (framed)
        dg_field_frame(&field);
    dg_field_to_bytes(&field, out);
}
