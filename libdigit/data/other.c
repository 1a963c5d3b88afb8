#include "data/other.h"

#include "data/other_parts.h"

#include <string.h>

/* Shares of the kinds, in percent; the last takes the rest. */
#define LETTERS 46
#define SCRIBBLES 10
#define PAIRS 18
#define PIECES 6
#define SHAPES 13

/* Of digits that touch: three of them; two cut from a third. */
#define TRIPLES 0.15f
#define CUT     0.4f

/* Half of the shapes fill the sample, as pictures of things do; all else is framed as digits
 * are. */
#define FRAMED_SHARE 0.5f

static float share(bool pairs)
{
    return DG_OTHER_SHARE + (pairs ? DG_OTHER_PAIRS_SHARE : 0);
}

bool dg_other_takes(bool pairs, uint64_t seed, uint64_t name)
{
    dg_rng rng;
    dg_rng_init(&rng, seed, DG_RNG_OTHER, 2 * name);
    return dg_rng_unit(&rng) < share(pairs);
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

/* For networks that read pairs. */
static int draw_touching(dg_rng *rng, const digit_dataset *dataset, dg_field *field)
{
    if (dg_rng_unit(rng) >= TRIPLES)
        return dg_other_pair(rng, dataset, CUT, field);
    dg_other_triple(rng, dataset, field);
    return DG_OTHER_PLAIN;
}

/* Any kind; sets whether it is to be framed, and returns what dg_other_draw() does. */
static int draw(dg_rng *rng, const digit_dataset *dataset, dg_field *field, bool *framed)
{
    *framed = true;
    uint32_t kind = dg_rng_below(rng, 100);
    if (kind < LETTERS) {
        dg_other_letter(rng, field);
        return DG_OTHER_PLAIN;
    }
    kind -= LETTERS;
    if (kind < SCRIBBLES) {
        dg_other_scribble(rng, field);
        return DG_OTHER_PLAIN;
    }
    kind -= SCRIBBLES;
    if (kind < PAIRS)
        return dg_other_pair(rng, dataset, 0, field);
    kind -= PAIRS;
    if (kind < PIECES) {
        draw_piece(rng, dataset, field);
        return DG_OTHER_PLAIN;
    }
    kind -= PIECES;
    if (kind < SHAPES) {
        dg_other_shape(rng, field);
        *framed = dg_rng_unit(rng) < FRAMED_SHARE;
        return DG_OTHER_PLAIN;
    }
    dg_other_texture(rng, field);
    *framed = false;
    return DG_OTHER_PLAIN;
}

int dg_other_draw(bool pairs, uint64_t seed, uint64_t name, const digit_dataset *dataset,
                  uint8_t out[DIGIT_SAMPLE_BYTES])
{
    dg_rng rng;
    dg_field field = {{{0}}};
    bool framed = true;
    dg_rng_init(&rng, seed, DG_RNG_OTHER, 2 * name + 1);
    const bool touching = pairs && dg_rng_unit(&rng) * share(pairs) < DG_OTHER_PAIRS_SHARE;
    const int drawn = touching ? draw_touching(&rng, dataset, &field)
                               : draw(&rng, dataset, &field, &framed);
    if (framed)
        dg_field_frame(&field);
    dg_field_to_bytes(&field, out);
    return drawn;
}
