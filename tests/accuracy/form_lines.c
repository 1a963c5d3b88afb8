/*
 * Which form lines are found and what is erased with them, for form_lines.py. Takes pictures,
 * each the bytes of two int32, width and height, and width x height x RGB; gives for each the
 * number of lines, the lines, and a byte a pixel: what became of its ink.
 *
 * Linked with --wrap=dg_rules_find,--wrap=dg_rules_erase: the pictures are read as ever, but for
 * the digits.
 */
#include "vision/rules/rules.h"

#include <digit/digit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

digit_status __real_dg_rules_find(const dg_plane *ink, uint8_t least,
                                  const dg_runs *runs, const dg_components *components,
                                  dg_threads threads, dg_rules *rules);
digit_status __wrap_dg_rules_find(const dg_plane *ink, uint8_t least,
                                  const dg_runs *runs, const dg_components *components,
                                  dg_threads threads, dg_rules *rules);
digit_status __real_dg_rules_erase(const dg_rules *rules, const dg_plane *ink, uint8_t least,
                                   const dg_deadline *deadline);
digit_status __wrap_dg_rules_erase(const dg_rules *rules, const dg_plane *ink, uint8_t least,
                                   const dg_deadline *deadline);

/* As form_lines.py has it: RULE. */
typedef struct shown_rule {
    int32_t vertical, from, to;
    float offset, slope, thick;
} shown_rule;

/* As form_lines.py has it: INK, ERASED. */
enum { NO_INK, INK, ERASED };

/* Of the picture that is being read. */
static shown_rule *shown; /* [shown_count] */
static int32_t shown_count;
static uint8_t *fates; /* [height][width] */
static bool found;     /* the lines have been; now they are erased */

static void give(const void *bytes, size_t size)
{
    if (fwrite(bytes, 1, size, stdout) != size)
        exit(1);
}

static void *make_room(size_t count, size_t size)
{
    void *room = calloc(count + 1, size);
    if (!room)
        exit(1);
    return room;
}

digit_status __wrap_dg_rules_find(const dg_plane *ink, uint8_t least,
                                  const dg_runs *runs, const dg_components *components,
                                  dg_threads threads, dg_rules *rules)
{
    const digit_status status = __real_dg_rules_find(ink, least, runs, components, threads,
                                                     rules);
    for (size_t i = 0; i < ink->width * ink->height; i++)
        fates[i] = ink->pixels[i] >= least ? INK : NO_INK;
    shown_count = (int32_t)rules->count;
    shown = make_room(rules->count, sizeof *shown);
    for (size_t i = 0; i < rules->count; i++) {
        const dg_rule *rule = &rules->items[i];
        shown[i] = (shown_rule){rule->vertical, rule->from, rule->to, (float)rule->offset,
                                (float)rule->slope, (float)rule->thick};
    }
    found = true;
    return status;
}

digit_status __wrap_dg_rules_erase(const dg_rules *rules, const dg_plane *ink, uint8_t least,
                                   const dg_deadline *deadline)
{
    const digit_status status = __real_dg_rules_erase(rules, ink, least, deadline);
    for (size_t i = 0; found && i < ink->width * ink->height; i++)
        if (fates[i] == INK && ink->pixels[i] < least)
            fates[i] = ERASED;
    return status;
}

static void read_picture(const digit_model *model, const int32_t size[2])
{
    const size_t pixel_count = (size_t)size[0] * (size_t)size[1];
    digit_read_options options;
    digit_reading *reading;
    uint8_t *pixels = make_room(pixel_count, 3);
    if (fread(pixels, 3, pixel_count, stdin) != pixel_count)
        exit(1);
    const digit_image image = {.pixels = pixels,
                               .width = (uint32_t)size[0], .height = (uint32_t)size[1],
                               .stride = 3 * (ptrdiff_t)size[0], .format = DIGIT_PIXEL_RGB8};
    fates = make_room(pixel_count, 1);
    shown = NULL;
    shown_count = 0;
    found = false;
    digit_read_options_init(&options, sizeof options);
    options.min_height = UINT16_MAX; /* no digits: the networks have nothing to do */
    if (digit_model_read(model, &image, &options, &reading) != DIGIT_OK)
        exit(1);
    give(&shown_count, sizeof shown_count);
    give(shown, (size_t)shown_count * sizeof *shown);
    give(fates, pixel_count);
    fflush(stdout);
    digit_reading_free(reading);
    free(shown);
    free(fates);
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
