/*
 * line_parts.h - the steps of line_draw.c: a hand writes glyphs, a form and dirt lie under and
 * beside them, a camera takes it all.
 *
 * All draw what they need from `rng`; lengths and places are in pixels of the strip.
 */
#ifndef DG_DATA_LINE_PARTS_H
#define DG_DATA_LINE_PARTS_H

#include "data/line_canvas.h"

/* ---- line_text.c ------------------------------------------------------ */

/* Bytes of the longest, with its end. */
#define DG_FORMAT_MOST 16

/* A number as people write it: '0' is any digit, ' ' a gap, each other character a sign: x times,
 * ~ divided by, the rest itself. Without `signs`: digits alone. */
void dg_line_format(dg_rng *rng, bool signs, char format[DG_FORMAT_MOST]);

/* ---- line_hand.c ------------------------------------------------------ */

/* What the glyphs of a group share. */
typedef struct dg_line_hand {
    float strength;
    float size;     /* of a digit, vertical */
    float base;     /* row of the base line at column 0 */
    float slope;    /* rows a column, downwards */
    float wave;     /* rows: the base line's waviness */
    float wave_turn, wave_start; /* radians a column, radians */
    float overhang; /* rows: how far a glyph may stand beyond the strip */
    float lean;     /* tangent */
    float stretch;
    float gap_least, gap_most; /* between outlines */
    float level;    /* of the ink, 0 .. 255 */
    float radius;   /* of the pen for signs and letters, where a digit is 20 high */
    float width;    /* dg_augment_width() by so much */
    enum { DG_LINE_STROKES, DG_LINE_RIDGES, DG_LINE_OUTLINES } look;
    bool rings; /* writes 0s as quick rings, and many of them */
    uint64_t pen_seed, pen_name; /* of the pen that draws strokes: dg_dataset_draw() */
} dg_line_hand;

/* The field by this hand's pen: its stroke width, its look. */
void dg_line_hand_pen(const dg_line_hand *hand, dg_field *field);

/* One that writes on a strip. */
void dg_line_hand_draw(dg_rng *rng, float strength, dg_line_hand *hand);

/* The same line goes on: another group, perhaps by somebody else. */
void dg_line_hand_go_on(dg_rng *rng, dg_line_hand *hand);

/* The base line at a column, or `drop` rows below, such that something so high fits into the
 * strip. */
float dg_line_hand_base(const dg_line_hand *hand, float column, float drop, float height);

/* ---- line_glyph.c, line_signs.c, line_words.c ------------------------- */

/* Glyphs on stamps, for use near `column`. Blank, if the sample is. */
void dg_line_digit(dg_rng *rng, const dg_line_hand *hand, const digit_dataset *dataset,
                   size_t index, float column, dg_stamp *stamp);
void dg_line_sign(dg_rng *rng, const dg_line_hand *hand, char sign, float column,
                  dg_stamp *stamp);

/* Of a sign in a format; DG_LINE_LETTER of those without a label of their own. */
uint8_t dg_line_label(char sign);

/* Letters that belong together. */
typedef struct dg_line_word {
    uint32_t letters;
    bool capitals, first_capital; /* all, or the first */
    bool prefix;                  /* no letter but a sign before a number */
    bool serifs;
    float size;                   /* of a digit as high as its capitals */
    float squeeze, radius;
} dg_line_word;

void dg_line_word_draw(dg_rng *rng, const dg_line_hand *hand, bool prefix, dg_line_word *word);

/* The letter number `i` of the word. */
void dg_line_letter(dg_rng *rng, const dg_line_hand *hand, const dg_line_word *word, uint32_t i,
                    float column, dg_stamp *stamp);

/* ---- line_form.c ------------------------------------------------------ */

/* A stroke of a form: along x, its middle at y = at + tilt * (x - from), or with both swapped. */
typedef struct dg_line_rule {
    float at, tilt;
    float from, to; /* pixels */
    float half;     /* of its width */
    float level;
    int dash;       /* pixels of a dash and of the gap behind it; 0: none */
} dg_line_rule;

void dg_line_rule_horizontal(const dg_line_rule *rule, const dg_line_canvas *canvas);
void dg_line_rule_vertical(const dg_line_rule *rule, const dg_line_canvas *canvas);

/* Its width, level, tilt and dashes. */
void dg_line_rule_draw(dg_rng *rng, dg_line_rule *rule);

/* Round a group from column `from` to `to`: a box, its walls, or what remains of them. */
void dg_line_box(dg_rng *rng, const dg_line_hand *hand, float from, float to,
                 const dg_line_canvas *canvas);

/* Cells `pitch` wide for a digit each. */
void dg_line_comb(dg_rng *rng, const dg_line_hand *hand, float from, float pitch, uint32_t cells,
                  const dg_line_canvas *canvas);

/* Right through the strip. */
void dg_line_wall(dg_rng *rng, float column, const dg_line_canvas *canvas);

/* Rules all along the strip, at the digits' feet and above their heads. */
void dg_line_rules(dg_rng *rng, const dg_line_hand *hand, const dg_line_canvas *canvas);

/* ---- line_dirt.c ------------------------------------------------------ */

/* What a pencil leaves out: for ink alone that lies on the canvas. */
void dg_line_pencil(dg_rng *rng, float strength, const dg_line_canvas *canvas);

/* What the strip ends with on a `side` (-1 left, 1 right): nothing, a wall, a cut digit, the dark
 * beyond the paper. Returns how many pixels it takes. */
float dg_line_end(dg_rng *rng, const dg_line_hand *hand, const digit_dataset *dataset, int side,
                  const dg_line_canvas *canvas);

/* Feet of the line above, heads of the line below. */
void dg_line_neighbours(dg_rng *rng, const dg_line_hand *hand, const digit_dataset *dataset,
                        const dg_line_canvas *canvas);

/* Specks and scratches, stains, shade. */
void dg_line_dirt(dg_rng *rng, float strength, const dg_line_canvas *canvas);

/* ---- line_camera.c ---------------------------------------------------- */

/* Blur, motion, low resolution, contrast, blocks of a JPEG file; then grain, shot noise, salt and
 * pepper. Levels stay in 0 .. 255. */
void dg_line_camera(dg_rng *rng, float strength, const dg_line_canvas *canvas);

/* Does what comes in `percent` of all cases at full strength? */
static inline bool dg_line_comes(dg_rng *rng, float strength, float percent)
{
    return dg_rng_unit(rng) * 100 < percent * strength;
}

#endif
