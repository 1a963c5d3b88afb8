/*
 * All that the decoder may choose from when it reads a line, for fit_weights.py. Takes pictures,
 * each the bytes of two int32, width and height, and width x height x RGB; gives for each the
 * number of atoms, the number of arcs, and the arcs.
 *
 * Linked with --wrap=dg_decode: the pictures are read as ever, and the first line of each shows.
 */
#include "api/model.h"
#include "read/decode.h"

#include <digit/digit.h>
#include <stdio.h>
#include <stdlib.h>

digit_status __real_dg_decode(const dg_decode_plan *plan, size_t most, dg_ways *ways);
digit_status __wrap_dg_decode(const dg_decode_plan *plan, size_t most, dg_ways *ways);

/* As fit_weights.py has it: ARC. */
typedef struct shown_arc {
    int32_t from, to, count, digits[2], whole, cuts;
    float cost, shape, width, aspect;
    float top, digit, other; /* the model's probabilities: the likeliest digit, this one, none */
    float one, all, pair;    /* the pairs network's: one digit, any two, these two */
    float parts;             /* what the parts of a pair cost */
} shown_arc;

static bool seen; /* this picture's first line */

static void give(const void *bytes, size_t size)
{
    if (fwrite(bytes, 1, size, stdout) != size)
        exit(1);
}

/* What its form alone costs: that of a whole guess which nobody doubts. */
static float aspect_cost(const dg_decode_plan *plan, const dg_guess *guess, int digit)
{
    dg_guess sure = {.first = guess->first, .count = guess->count, .whole = true};
    sure.answer.digit = digit;
    sure.answer.probabilities[digit] = 1;
    sure.pairs.one = 1;
    return (float)dg_guess_cost(&sure, plan->atoms, plan->size, digit);
}

static void show_pair(const dg_decode_plan *plan, const dg_arc *arc, const dg_guess *guess,
                      shown_arc *shown)
{
    const int which = 10 * arc->choices[0].digit + arc->choices[1].digit;
    int index = 0;
    while (guess->pairs.which[index] != which)
        index++;
    const double pair = dg_guess_pair_cost(guess, plan->atoms, plan->size, index);
    shown->pair = guess->pairs.p[index];
    shown->parts = (float)((arc->cost - pair) / DG_ARC_PARTS_SHARE);
}

static void show_arc(const dg_decode_plan *plan, const dg_arc *arc)
{
    shown_arc shown = {.from = (int32_t)arc->from, .to = (int32_t)arc->to,
                       .count = (int32_t)arc->count, .cost = (float)arc->cost};
    if (arc->count > 0) {
        const dg_guess *guess = &plan->guesses->items[arc->choices[0].whole];
        const digit_box box =
            dg_atoms_box(&plan->atoms->items[guess->first], guess->count);
        shown.digits[0] = arc->choices[0].digit;
        shown.digits[1] = arc->choices[1].digit;
        shown.whole = guess->whole;
        shown.cuts = guess->cuts;
        shown.shape = guess->shape + guess->rare;
        shown.width = (float)(box.width / plan->size);
        shown.aspect = aspect_cost(plan, guess, shown.digits[0]);
        shown.top = guess->answer.probabilities[guess->answer.digit];
        shown.digit = guess->answer.probabilities[shown.digits[0]];
        shown.other = guess->answer.other;
        shown.one = guess->pairs.one;
        shown.all = guess->pairs.all;
    }
    if (arc->count == 2)
        show_pair(plan, arc, &plan->guesses->items[arc->choices[0].whole], &shown);
    give(&shown, sizeof shown);
}

static void show_arcs(const dg_decode_plan *plan)
{
    dg_arcs arcs;
    if (dg_arcs_list(plan, &arcs) != DIGIT_OK)
        exit(1);
    const int32_t counts[2] = {(int32_t)plan->count, (int32_t)arcs.count};
    give(counts, sizeof counts);
    for (size_t i = 0; i < arcs.count; i++)
        show_arc(plan, &arcs.items[i]);
    dg_arcs_free(&arcs);
}

digit_status __wrap_dg_decode(const dg_decode_plan *plan, size_t most, dg_ways *ways)
{
    if (!seen)
        show_arcs(plan);
    seen = true;
    return __real_dg_decode(plan, most, ways);
}

static void read_picture(const digit_model *model, const int32_t size[2])
{
    const size_t bytes = (size_t)size[0] * (size_t)size[1] * 3;
    const int32_t nothing[2] = {0, 0};
    digit_read_options options;
    digit_reading *reading;
    uint8_t *pixels = malloc(bytes);
    if (!pixels || fread(pixels, 1, bytes, stdin) != bytes)
        exit(1);
    const digit_image image = {.pixels = pixels,
                               .width = (uint32_t)size[0], .height = (uint32_t)size[1],
                               .stride = 3 * (ptrdiff_t)size[0], .format = DIGIT_PIXEL_RGB8};
    digit_read_options_init(&options, sizeof options);
    options.layout = DIGIT_LAYOUT_LINE;
    seen = false;
    if (digit_model_read(model, &image, &options, &reading) != DIGIT_OK)
        exit(1);
    if (!seen)
        give(nothing, sizeof nothing);
    fflush(stdout);
    digit_reading_free(reading);
    free(pixels);
}

int main(void)
{
    digit_model *model;
    int32_t size[2];
    if (digit_model_load_pretrained(&model) != DIGIT_OK)
        return 1;
    while (fread(size, sizeof size, 1, stdin) == 1)
        read_picture(model, size);
    digit_model_free(model);
    return 0;
}
