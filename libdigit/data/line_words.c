/* Letters beside numbers, as in "Room 12" or "12 kg". */
#include "data/line_parts.h"
#include "data/other_parts.h"
#include "data/pen.h"

#include <math.h>

#define LETTERS_MOST 8
#define SHORT_PERCENT 60 /* of words have up to SHORT_MOST letters: units, abbreviations */
#define SHORT_MOST    3

/* Look-alikes stand behind so many letters that show what they are. */
#define CONTEXT 2

/* In parts of a digit's size. */
#define SMALL_LEAST 0.5f
#define SMALL_MOST  0.7f
#define HANG        0.3f
#define LOW_LEAST   0.55f /* words lower than the digits: captions */
#define LOW_MOST    0.9f
#define LOW_PERCENT 25

#define RADIUS_MOST 3.2f /* of a pen, in pixels of the field */
#define FIT         20.0f

void dg_line_word_draw(dg_rng *rng, const dg_line_hand *hand, bool prefix, dg_line_word *word)
{
    const uint32_t most = dg_rng_below(rng, 100) < SHORT_PERCENT ? SHORT_MOST : LETTERS_MOST;
    const bool small = !prefix && dg_rng_below(rng, 100) < LOW_PERCENT;
    *word = (dg_line_word){
        .letters = prefix ? 1 : 1 + dg_rng_below(rng, most),
        .prefix = prefix,
        .capitals = dg_rng_unit(rng) < 0.35f,
        .first_capital = dg_rng_unit(rng) < 0.5f,
        .serifs = dg_rng_unit(rng) < 0.2f, /* of capitals: printed */
        .size = hand->size * (small ? dg_rng_between(rng, LOW_LEAST, LOW_MOST) : 1),
        .squeeze = dg_rng_between(rng, 0.6f, 1.1f),
        .radius = hand->radius * dg_rng_between(rng, 0.8f, 1.2f),
    };
}

static const dg_letter *draw_letter(dg_rng *rng, const dg_line_word *word, uint32_t i)
{
    const bool alone = word->letters == 1; /* a small letter alone may be taken for a small digit */
    const bool capital = alone || word->capitals || (word->first_capital && i == 0);
    if (word->prefix)
        return dg_other_prefix_any(rng);
    return dg_other_letter_any(rng, capital, i >= CONTEXT);
}

/* How high it is, and how far below the base line it goes, in parts of a digit's size. */
static void measure(dg_rng *rng, dg_letter_kind kind, float *height, float *below)
{
    const float small = dg_rng_between(rng, SMALL_LEAST, SMALL_MOST);
    *below = kind == DG_LETTER_HANGING ? HANG : 0;
    *height = kind == DG_LETTER_SMALL ? small : kind == DG_LETTER_HANGING ? small + HANG : 1;
}

typedef struct span {
    int from, to;
} span;

static void find_ink(const dg_field *field, span *rows, span *columns)
{
    *rows = *columns = (span){DG_FIELD_SIDE, -1};
    for (int y = 0; y < DG_FIELD_SIDE; y++)
        for (int x = 0; x < DG_FIELD_SIDE; x++) {
            if (field->at[y][x] < DG_STAMP_INK)
                continue;
            *rows = (span){dg_min_i32(rows->from, y), y};
            *columns = (span){dg_min_i32(columns->from, x), dg_max_i32(columns->to, x)};
        }
}

void dg_line_letter(dg_rng *rng, const dg_line_hand *hand, const dg_line_word *word, uint32_t i,
                    float column, dg_stamp *stamp)
{
    const dg_letter *letter = draw_letter(rng, word, i);
    dg_field field = {{{0}}};
    span rows, columns;
    float height, below;
    measure(rng, letter->kind, &height, &below);
    const bool serifs = word->serifs && letter->kind == DG_LETTER_CAPITAL;
    dg_pen_glyph_by(rng, letter->strokes, serifs, word->squeeze,
                    dg_min_f32(word->radius / height, RADIUS_MOST), &field);
    find_ink(&field, &rows, &columns);
    const float size = word->size, base = dg_line_hand_base(hand, column, 0, size);
    const dg_line_place place = {
        .foot = (float)rows.to + 0.5f,
        .middle = (float)(columns.from + columns.to) / 2,
        .scale = size * height / dg_max_f32((float)(rows.to - rows.from + 1), FIT / 2),
        .stretch = 1,
        .lean = hand->lean,
        .base = base + below * size,
        .height = size * height,
        .part = dg_rng_unit(rng),
    };
    dg_stamp_draw(&field, &place, (float)columns.from - 0.5f, (float)columns.to + 0.5f, stamp);
}
