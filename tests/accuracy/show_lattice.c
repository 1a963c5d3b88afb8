/*
 * All that the decoder may choose from when it reads a line, for fit_weights.py. Takes pictures,
 * each the bytes of two int32, width and height, and width x height x RGB; gives for each the
 * number of segments, the number of edges, and the edges.
 *
 * Linked with --wrap=dg_decode: the pictures are read as ever, and the first line of each shows.
 */
#include "api/model.h"
#include "read/decode.h"

#include <digit/digit.h>
#include <stdio.h>
#include <stdlib.h>

digit_status __real_dg_decode(const dg_decode_plan *plan, size_t most, dg_paths *ways);
digit_status __wrap_dg_decode(const dg_decode_plan *plan, size_t most, dg_paths *ways);

/* As fit_weights.py has it: ARC. */
typedef struct shown_edge {
    int32_t from, to, count, digits[2], whole, cuts;
    float cost, shape, width, aspect;
    float top, digit, other; /* the model's probabilities: the likeliest digit, this one, none */
    float one, all, pair;    /* the pairs network's: one digit, any two, these two */
    float parts;             /* what the parts of a pair cost */
} shown_edge;

static bool seen; /* this picture's first line */

static void give(const void *bytes, size_t size)
{
    if (fwrite(bytes, 1, size, stdout) != size)
        exit(1);
}

/* What its form alone costs: that of a whole hypothesis which nobody doubts. */
static float aspect_cost(const dg_decode_plan *plan, const dg_hypothesis *hypothesis, int digit)
{
    dg_hypothesis sure = {.first = hypothesis->first, .count = hypothesis->count, .whole = true};
    sure.answer.digit = digit;
    sure.answer.probabilities[digit] = 1;
    sure.pairs.one = 1;
    return (float)dg_hypothesis_cost(&sure, plan->segments, plan->size, digit);
}

static void show_pair(const dg_decode_plan *plan, const dg_lattice_edge *edge,
                      const dg_hypothesis *hypothesis, shown_edge *shown)
{
    const int which = 10 * edge->choices[0].digit + edge->choices[1].digit;
    int index = 0;
    while (hypothesis->pairs.which[index] != which)
        index++;
    const double pair = dg_hypothesis_pair_cost(hypothesis, plan->segments, plan->size, index);
    shown->pair = hypothesis->pairs.p[index];
    shown->parts = (float)((edge->cost - pair) / DG_EDGE_PARTS_SHARE);
}

static void show_edge(const dg_decode_plan *plan, const dg_lattice_edge *edge)
{
    shown_edge shown = {.from = (int32_t)edge->from,
                        .to = (int32_t)edge->to,
                        .count = (int32_t)edge->count,
                        .cost = (float)edge->cost};
    if (edge->count > 0) {
        const dg_hypothesis *hypothesis = &plan->hypotheses->items[edge->choices[0].whole];
        const digit_box box = dg_segments_box(&plan->segments->items[hypothesis->first],
                                              hypothesis->count);
        shown.digits[0] = edge->choices[0].digit;
        shown.digits[1] = edge->choices[1].digit;
        shown.whole = hypothesis->whole;
        shown.cuts = hypothesis->cuts;
        shown.shape = hypothesis->shape + hypothesis->rare;
        shown.width = (float)(box.width / plan->size);
        shown.aspect = aspect_cost(plan, hypothesis, shown.digits[0]);
        shown.top = hypothesis->answer.probabilities[hypothesis->answer.digit];
        shown.digit = hypothesis->answer.probabilities[shown.digits[0]];
        shown.other = hypothesis->answer.other;
        shown.one = hypothesis->pairs.one;
        shown.all = hypothesis->pairs.all;
    }
    if (edge->count == 2)
        show_pair(plan, edge, &plan->hypotheses->items[edge->choices[0].whole], &shown);
    give(&shown, sizeof shown);
}

static void show_lattice(const dg_decode_plan *plan)
{
    dg_lattice edges;
    if (dg_lattice_list(plan, &edges) != DIGIT_OK)
        exit(1);
    const int32_t counts[2] = {(int32_t)plan->count, (int32_t)edges.count};
    give(counts, sizeof counts);
    for (size_t i = 0; i < edges.count; i++)
        show_edge(plan, &edges.items[i]);
    dg_lattice_free(&edges);
}

digit_status __wrap_dg_decode(const dg_decode_plan *plan, size_t most, dg_paths *ways)
{
    if (!seen)
        show_lattice(plan);
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
