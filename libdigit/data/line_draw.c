/* A line of writing, piece after piece from the left to the right: numbers and words. */
#include "data/line_parts.h"

#include <math.h>
#include <string.h>

/* Percent at full strength. Shares are guesses at what cuts of forms, ledgers and notes have. */
#define NO_DIGIT_PERCENT 4.0f  /* of lines: ruled or dirty paper, or words */
#define WORDS_PERCENT    60.0f /* of those */
#define WORD_PERCENT     16.0f /* of pieces */
#define PREFIX_PERCENT   5.0f  /* of numbers: a currency's sign before them */
#define COMB_PERCENT     12.0f /* of numbers */
#define BOX_PERCENT      8.0f
#define WALL_PERCENT     12.0f /* of gaps between pieces */
#define STOP_PERCENT     8.0f  /* of pieces are the last, whatever room there is */
#define GAPPED_PERCENT   25.0f /* of combs have empty cells: HOLE_PERCENT of their cells */
#define HOLE_PERCENT     25.0f

/* In parts of a digit's size. */
#define MARGIN_MOST      1.1f
#define APART_LEAST      0.6f /* pieces */
#define APART_MOST       2.0f
#define UNIT_LEAST       0.12f /* a number and the word behind it */
#define NAME_LEAST       0.35f /* a word and the number behind it: l behind l is no 1 */
#define LETTER_GAP_LEAST 0.03f
#define LETTER_GAP_MOST  0.16f
#define BLANK_LEAST      0.3f /* the gap inside a number */
#define BLANK_MOST       0.7f
#define PITCH_LEAST      1.0f /* cells of a comb */
#define PITCH_MOST       1.8f
#define BOX_LEAST        0.1f /* from the side of a box to the digits */
#define BOX_MOST         0.5f
#define ROOM             2.6f /* for the first digit, whatever stands before it */
#define BEHIND_SLASH     1.8f /* for a digit: without one, a slash is a 1 */
#define LEAN_IN_CELLS    0.3f /* tangent */

#define AGAIN_PERCENT 12.0f /* of digits are the one before once more */
#define ZERO_AGAIN    60.0f /* of 0s, by a hand that writes rings */
#define ZERO_PERCENT  20.0f /* of such a hand's digits are 0s */
#define TRIES         24    /* to find one in the dataset */

/* Of the narrower of two glyphs, at most: how far they share columns when upright, and how far one
 * is in the other. */
#define NEST    0.45f
#define OVERLAP 0.35f

#define ENDS_LEAST 96 /* columns of a strip that has more than paper at its ends */

#define NO_INK (-10000)

typedef struct writer {
    const digit_dataset *dataset;
    size_t index;
    bool started; /* the sample `index` is written */
    dg_rng *rng;
    dg_line_hand hand;
    dg_line_canvas canvas;
    dg_line_text *text;
    float x;   /* where the next piece begins */
    float end; /* no ink from here on */
    /* Of the piece so far: */
    int last[DG_LINE_ROWS];    /* as dg_stamp_shift() takes it */
    float side, width, middle; /* of the last glyph, as if it were upright */
    uint8_t digit;             /* the last one */
    int reach;                 /* the last column with ink; NO_INK: none yet */
} writer;

static void begin_piece(writer *w, float x)
{
    for (int row = 0; row < DG_LINE_ROWS; row++)
        w->last[row] = NO_INK;
    w->reach = NO_INK;
    w->x = x;
}

static bool is_blank(const dg_stamp *stamp)
{
    return stamp->first > stamp->last;
}

static void lay(writer *w, const dg_stamp *stamp, int column)
{
    dg_stamp_lay(stamp, column, w->hand.level, &w->canvas);
    for (int row = 0; row < DG_LINE_ROWS; row++)
        if (stamp->left[row] <= stamp->right[row])
            w->last[row] = dg_max_i32(w->last[row], column + stamp->right[row]);
    w->side = (float)column + stamp->to;
    w->width = stamp->to - stamp->from;
    w->middle = w->side - w->width / 2;
    w->reach = dg_max_i32(w->reach, column + stamp->last);
}

/* The column of a stamp `gap` from the outline of what the piece has. */
static int find_column(const writer *w, const dg_stamp *stamp, float gap)
{
    if (w->reach == NO_INK)
        return (int)ceilf(w->x) - stamp->first;
    const float narrower = dg_min_f32(w->width, stamp->to - stamp->from);
    const float apart = dg_max_f32(gap, -OVERLAP * narrower);
    const float beside = w->side - stamp->from;
    const float shift = dg_stamp_shift(stamp, w->last, apart, beside + apart);
    const float advanced = w->middle + DG_LINE_ADVANCE_LEAST - (stamp->from + stamp->to) / 2;
    return (int)ceilf(dg_max_f32(dg_max_f32(shift, beside - NEST * narrower), advanced));
}

/* Whether it was laid: not where it would reach `end`. */
static bool put(writer *w, const dg_stamp *stamp, float gap, float end)
{
    const int column = find_column(w, stamp, gap);
    if ((float)(column + stamp->last) >= end)
        return false;
    lay(w, stamp, column);
    return true;
}

/* What stands before the first digit leaves room for it. */
static float end_of_others(const writer *w)
{
    return w->started ? w->end : w->end - ROOM * w->hand.size;
}

static bool is_full(const writer *w)
{
    return w->text->count == DG_LINE_LABELS_MOST;
}

static void say(writer *w, uint8_t label)
{
    w->text->labels[w->text->count++] = label;
}

static float draw_gap(writer *w)
{
    return dg_rng_between(w->rng, w->hand.gap_least, w->hand.gap_most);
}

/* ---- Digits and signs ------------------------------------------------- */

/* The line's own sample first, then any. Runs of one digit come more often than by chance: amounts
 * end in zeros, and equal neighbours are what a network that reads along a line tells apart worst.
 */
static size_t choose_digit(writer *w)
{
    if (!w->started)
        return w->index;
    const bool zeros = w->hand.rings && w->digit == 0;
    const bool again = dg_line_comes(w->rng, w->hand.strength, zeros ? ZERO_AGAIN : AGAIN_PERCENT);
    const bool zero = w->hand.rings && dg_line_comes(w->rng, w->hand.strength, ZERO_PERCENT);
    const uint8_t wanted = again ? w->digit : 0;
    size_t index = dg_dataset_any(w->dataset, w->rng);
    for (int i = 0; (again || zero) && i < TRIES && w->dataset->labels[index] != wanted; i++)
        index = dg_dataset_any(w->dataset, w->rng);
    return index;
}

/* The first digit of a strip that is too narrow for it as it is: upright, at the end. */
static void force(writer *w, dg_stamp *stamp)
{
    dg_line_hand upright = w->hand;
    upright.lean = 0;
    upright.stretch = 1;
    dg_line_digit(w->rng, &upright, w->dataset, w->index, w->x, stamp);
    lay(w, stamp, dg_max_i32(w->canvas.columns - 1 - stamp->last, -stamp->first));
}

static bool write_digit(writer *w, float gap)
{
    dg_stamp stamp;
    const size_t index = choose_digit(w);
    const float near = dg_max_f32(w->x, (float)w->reach);
    dg_line_digit(w->rng, &w->hand, w->dataset, index, near, &stamp);
    if (is_blank(&stamp)) { /* a sample without ink says nothing */
        w->started = true;
        return true;
    }
    if (!put(w, &stamp, gap, w->end)) {
        if (w->started)
            return false;
        force(w, &stamp);
    }
    w->started = true;
    w->digit = w->dataset->labels[index];
    say(w, w->digit);
    return true;
}

static bool write_sign(writer *w, char sign, float gap)
{
    dg_stamp stamp;
    dg_line_sign(w->rng, &w->hand, sign, dg_max_f32(w->x, (float)w->reach), &stamp);
    const float behind = sign == '/' ? BEHIND_SLASH * w->hand.size : 0;
    if (!put(w, &stamp, gap, end_of_others(w) - behind))
        return !w->started;
    say(w, dg_line_label(sign));
    return true;
}

static void write_format(writer *w, const char *format)
{
    float blank = 0;
    for (bool fits = true; *format && fits && !is_full(w); format++) {
        const float gap = draw_gap(w) + blank;
        blank = 0;
        if (*format == ' ')
            blank = dg_rng_between(w->rng, BLANK_LEAST, BLANK_MOST) * w->hand.size;
        else if (*format == '0')
            fits = write_digit(w, gap);
        else
            fits = write_sign(w, *format, gap);
    }
}

/* A digit in the middle of its cell, or nearly so. */
static void write_cell(writer *w, float from, float pitch)
{
    dg_stamp stamp;
    const size_t index = choose_digit(w);
    const float middle = from + pitch / 2 + dg_rng_around(w->rng, 0.12f * pitch);
    dg_line_digit(w->rng, &w->hand, w->dataset, index, middle, &stamp);
    w->started = true;
    if (is_blank(&stamp))
        return;
    const int column = (int)lrintf(middle - (stamp.from + stamp.to) / 2);
    const int least = -stamp.first, most = (int)w->end - 1 - stamp.last;
    lay(w, &stamp, dg_max_i32(dg_min_i32(column, most), least));
    w->digit = w->dataset->labels[index];
    say(w, w->digit);
}

/* Returns false if there is no room for any. */
static bool write_comb(writer *w)
{
    char format[DG_FORMAT_MOST];
    dg_line_format(w->rng, false, format);
    const float pitch = w->hand.size * dg_rng_between(w->rng, PITCH_LEAST, PITCH_MOST);
    const float lean = w->hand.lean;
    const uint32_t room = (uint32_t)dg_max_f32((w->end - 2 - w->x) / pitch, 0);
    const uint32_t cells = dg_min_u32((uint32_t)strlen(format), room);
    const bool gapped = dg_line_comes(w->rng, 1, GAPPED_PERCENT);
    if (cells == 0)
        return false;
    w->hand.lean = dg_min_f32(lean, LEAN_IN_CELLS);
    for (uint32_t i = 0; i < cells && !is_full(w); i++)
        if (!w->started || !gapped || !dg_line_comes(w->rng, 1, HOLE_PERCENT))
            write_cell(w, w->x + pitch * (float)i, pitch);
    w->hand.lean = lean;
    dg_line_comb(w->rng, &w->hand, w->x, pitch, cells, &w->canvas);
    w->reach = dg_max_i32(w->reach, (int)(w->x + pitch * (float)cells));
    return true;
}

static void write_boxed(writer *w, const char *format)
{
    const float from = w->x, size = w->hand.size;
    w->x += dg_rng_between(w->rng, BOX_LEAST, BOX_MOST) * size;
    write_format(w, format);
    if (w->reach == NO_INK)
        return;
    const float to = (float)w->reach + dg_rng_between(w->rng, BOX_LEAST, BOX_MOST) * size;
    dg_line_box(w->rng, &w->hand, from, to, &w->canvas);
    w->reach = (int)to;
}

/* ---- Words ------------------------------------------------------------ */

static void write_word(writer *w, bool prefix)
{
    dg_line_word word;
    dg_stamp stamp;
    bool written = false;
    dg_line_word_draw(w->rng, &w->hand, prefix, &word);
    for (uint32_t i = 0; i < word.letters; i++) {
        const float gap = dg_rng_between(w->rng, LETTER_GAP_LEAST, LETTER_GAP_MOST);
        dg_line_letter(w->rng, &w->hand, &word, i, dg_max_f32(w->x, (float)w->reach), &stamp);
        if (is_blank(&stamp) || !put(w, &stamp, gap * w->hand.size, end_of_others(w)))
            break;
        written = true;
    }
    if (written)
        say(w, DG_LINE_LETTER);
}

/* ---- Pieces ----------------------------------------------------------- */

static float draw_apart(writer *w, float least)
{
    return dg_rng_between(w->rng, least, APART_MOST) * w->hand.size;
}

static void write_number(writer *w)
{
    const float s = w->hand.strength;
    char format[DG_FORMAT_MOST];
    if (dg_line_comes(w->rng, s, COMB_PERCENT) && write_comb(w))
        return;
    dg_line_format(w->rng, s > 0, format);
    if (dg_line_comes(w->rng, s, BOX_PERCENT)) {
        write_boxed(w, format);
        return;
    }
    const bool has_sign = dg_line_comes(w->rng, s, PREFIX_PERCENT);
    if (has_sign && *format != '(' && *format != '=' && w->text->count + 1 < DG_LINE_LABELS_MOST)
        write_word(w, true);
    write_format(w, format);
}

/* From the end of a piece to the next one; a form's wall may stand between them. */
static void pass_gap(writer *w, float least)
{
    const float gap = draw_apart(w, least);
    if (dg_line_comes(w->rng, w->hand.strength, WALL_PERCENT))
        dg_line_wall(w->rng, (float)w->reach + gap / 2, &w->canvas);
    begin_piece(w, (float)w->reach + 1 + gap);
}

/* Numbers, and words that never follow each other; until the strip is full. */
static void write_line(writer *w)
{
    bool word = false;
    for (bool first = true; !is_full(w); first = false) {
        const bool after_number = !first && !word;
        word = (first || after_number) && dg_line_comes(w->rng, w->hand.strength, WORD_PERCENT);
        if (w->reach != NO_INK)
            pass_gap(w, word ? UNIT_LEAST : after_number ? APART_LEAST : NAME_LEAST);
        if (word)
            write_word(w, false);
        else
            write_number(w);
        if (w->reach == NO_INK && w->started)
            return; /* there was no room */
        if (w->started && dg_line_comes(w->rng, w->hand.strength, STOP_PERCENT))
            return;
        dg_line_hand_go_on(w->rng, &w->hand);
    }
}

static void write_words(writer *w)
{
    w->started = true; /* no digit will come */
    while (!is_full(w)) {
        write_word(w, false);
        if (w->reach == NO_INK || dg_line_comes(w->rng, 1, 3 * STOP_PERCENT))
            return;
        pass_gap(w, APART_LEAST);
    }
}

static void write_any(writer *w)
{
    if (!dg_line_comes(w->rng, w->hand.strength, NO_DIGIT_PERCENT))
        write_line(w);
    else if (dg_line_comes(w->rng, 1, WORDS_PERCENT))
        write_words(w);
}

/* ------------------------------------------------------------------------ */

/* Where writing may be. */
static void prepare(writer *w)
{
    const int columns = w->canvas.columns;
    const bool ends = columns >= ENDS_LEAST;
    const float margin = dg_min_f32(MARGIN_MOST * w->hand.size, (float)columns / 16);
    float left = 0, right = 0;
    if (ends) {
        left = dg_line_end(w->rng, &w->hand, w->dataset, -1, &w->canvas);
        right = dg_line_end(w->rng, &w->hand, w->dataset, 1, &w->canvas);
    }
    w->end = (float)columns - 1 - right;
    begin_piece(w, left + dg_rng_between(w->rng, 1, 1 + margin));
}

static void to_bytes(const dg_line_canvas *canvas, uint8_t *pixels)
{
    for (size_t i = 0; i < dg_line_pixels(canvas); i++)
        pixels[i] = (uint8_t)(dg_level_clamp(canvas->at[i]) + 0.5f);
}

void dg_line_draw(const digit_dataset *dataset, size_t index, float strength, uint64_t seed,
                  uint64_t name, uint32_t columns, float *scratch, uint8_t *pixels,
                  dg_line_text *text)
{
    const size_t count = DG_LINE_ROWS * (size_t)columns;
    const dg_line_canvas canvas = {scratch, scratch + count, (int)columns};
    dg_rng rng;
    writer w = {dataset, index, .rng = &rng, .canvas = canvas, .text = text};
    *text = (dg_line_text){.count = 0};
    for (size_t i = 0; i < count; i++)
        scratch[i] = 0;
    dg_rng_init(&rng, seed, DG_RNG_LINE, name);
    dg_line_hand_draw(&rng, strength, &w.hand);
    prepare(&w);
    write_any(&w);
    dg_line_pencil(&rng, strength, &canvas);
    dg_line_rules(&rng, &w.hand, &canvas);
    dg_line_neighbours(&rng, &w.hand, dataset, &canvas);
    dg_line_dirt(&rng, strength, &canvas);
    dg_line_camera(&rng, strength, &canvas);
    to_bytes(&canvas, pixels);
}
