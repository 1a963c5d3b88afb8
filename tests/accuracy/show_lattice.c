/*
 * Shows the lattice of a line and the features of its edges, for fit_weights.py. Takes pictures:
 * int32 width and height, then pixels[height][width] as RGB. Gives for each picture int32 numbers
 * of segments and of edges, then the edges.
 *
 * Linked with --wrap=dg_decode: pictures are read as usual, and the first line of each is shown.
 */
#include "api/model.h"
#include "read/decode.h"
#include "read/weights.h"

#include <digit/digit.h>
#include <stdio.h>
#include <stdlib.h>

digit_status __real_dg_decode(const dg_decode_plan *plan, size_t most, dg_paths *paths);
digit_status __wrap_dg_decode(const dg_decode_plan *plan, size_t most, dg_paths *paths);

/* EDGE in fit_weights.py. */
typedef struct shown_edge {
    int32_t from, to, count, digits[2], whole, cuts;
    float cost, fixed, width, aspect; /* costs in nats, the width in heights of a digit */
    float top, digit, other; /* probabilities of the likeliest digit, this one, the reject class */
    float one, all, pair;    /* the pairs network's: one digit, any two, these two */
    float halves;            /* cost of both halves of a pair */
} shown_edge;

static bool shown; /* this picture's first line */

static void give(const void *bytes, size_t size)
{
    if (fwrite(bytes, 1, size, stdout) != size)
        exit(1);
}

/* The cost of its aspect ratio: that of a whole hypothesis of which the networks are certain. */
static float aspect_cost(const dg_decode_plan *plan, const dg_hypothesis *hypothesis, int digit)
{
    dg_hypothesis certain = {.first = hypothesis->first, .count = hypothesis->count, .whole = true};
    certain.answer.digit = digit;
    certain.answer.probabilities[digit] = 1;
    certain.pairs.one = 1;
    return (float)dg_hypothesis_cost(&certain, plan->segments, plan->size, digit);
}

static void show_pair(const dg_decode_plan *plan, const dg_lattice_edge *edge,
                      const dg_hypothesis *hypothesis, shown_edge *features)
{
    const int which = 10 * edge->choices[0].digit + edge->choices[1].digit;
    int index = 0;
    while (hypothesis->pairs.which[index] != which)
        index++;
    const double pair = dg_hypothesis_pair_cost(hypothesis, plan->segments, plan->size, index);
    features->pair = hypothesis->pairs.p[index];
    features->halves = (float)((edge->cost - pair) / dg_weights_fitted.pair_halves);
}

static void show_edge(const dg_decode_plan *plan, const dg_lattice_edge *edge)
{
    shown_edge features = {.from = (int32_t)edge->from,
                           .to = (int32_t)edge->to,
                           .count = (int32_t)edge->count,
                           .cost = (float)edge->cost};
    if (edge->count > 0) {
        const dg_hypothesis *hypothesis = &plan->hypotheses->items[edge->choices[0].whole];
        const digit_box box = dg_segments_box(&plan->segments->items[hypothesis->first],
                                              hypothesis->count);
        features.digits[0] = edge->choices[0].digit;
        features.digits[1] = edge->choices[1].digit;
        features.whole = hypothesis->whole;
        features.cuts = hypothesis->cuts;
        features.fixed = hypothesis->fixed + hypothesis->rarity;
        features.width = (float)(box.width / plan->size);
        features.aspect = aspect_cost(plan, hypothesis, features.digits[0]);
        features.top = hypothesis->answer.probabilities[hypothesis->answer.digit];
        features.digit = hypothesis->answer.probabilities[features.digits[0]];
        features.other = hypothesis->answer.other;
        features.one = hypothesis->pairs.one;
        features.all = hypothesis->pairs.all;
    }
    if (edge->count == 2)
        show_pair(plan, edge, &plan->hypotheses->items[edge->choices[0].whole], &features);
    give(&features, sizeof features);
}

static void show_lattice(const dg_decode_plan *plan)
{
    dg_lattice lattice;
    if (dg_lattice_list(plan, &lattice) != DIGIT_OK)
        exit(1);
    const int32_t counts[2] = {(int32_t)plan->count, (int32_t)lattice.count};
    give(counts, sizeof counts);
    for (size_t i = 0; i < lattice.count; i++)
        show_edge(plan, &lattice.items[i]);
    dg_lattice_free(&lattice);
}

digit_status __wrap_dg_decode(const dg_decode_plan *plan, size_t most, dg_paths *paths)
{
    if (!shown)
        show_lattice(plan);
    shown = true;
    return __real_dg_decode(plan, most, paths);
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
    shown = false;
    if (digit_model_read(model, &image, &options, &reading) != DIGIT_OK)
        exit(1);
    if (!shown)
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
