/*
 * A page is grey, then ink density, then runs of ink; the runs are listed once, at the least
 * density that any step asks for, and each step takes from them what is dense enough for it.
 */
#include "vision/page/sheet.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/bands.h"
#include "vision/ink/density.h"
#include "vision/ink/digit_height.h"
#include "vision/ink/even_ink.h"
#include "vision/ink/lighting.h"

#include <string.h>

/* Smaller components are dirt, in pixels and in parts of a digit's height. */
#define DIRT_PIXELS 2
#define DIRT_SHARE  0.05

/* Creases and blotches of a page are up to this part as dense as its ink. */
#define SHADE 0.15

typedef struct grey_job {
    const digit_image *image;
    const dg_plane *grey;
} grey_job;

static void grey_band(void *context, uint32_t index, uint32_t worker)
{
    const grey_job *job = context;
    digit_image band = *job->image;
    size_t first;
    const size_t end = dg_band_span(index, band.width, band.height, &first);
    (void)worker;
    band.pixels = (const uint8_t *)band.pixels + (ptrdiff_t)first * band.stride;
    band.height = (uint32_t)(end - first);
    dg_image_grey(&band, job->grey->pixels + first * job->grey->width);
}

/* All threads are the first to touch their part of the memory: the system hands it out a page
 * at a time, which takes as long as the copying. */
static digit_status make_grey(const digit_image *image, dg_threads threads, const dg_plane *grey)
{
    grey_job job = {image, grey};
    return dg_threads_run(threads, dg_band_count(image->width, image->height), grey_band, &job);
}

/* Form lines are sought in paler ink than digits are: pale ink breaks them less, and what it adds
 * in dirt is short. `runs` are of density `pale`, or of DG_INK_EDGE if that is less. */
static digit_status erase_rules(dg_sheet *sheet, const dg_runs *runs, uint8_t pale,
                                dg_threads threads)
{
    const dg_deadline *deadline = threads.deadline;
    dg_runs within = {0};
    const dg_runs *dense = runs;
    digit_status status = DIGIT_OK;
    if (pale > DG_INK_EDGE) {
        dense = &within;
        status = dg_runs_within(runs, &sheet->ink, pale, deadline, &within);
    }
    if (status == DIGIT_OK)
        status = dg_components_find(dense, DG_RULE_PIECE, deadline, &sheet->components);
    if (status == DIGIT_OK)
        status = dg_rules_find(&sheet->ink, pale, dense, &sheet->components, threads,
                               &sheet->rules);
    if (status == DIGIT_OK && sheet->rules.count > 0)
        status = dg_rules_erase(&sheet->rules, &sheet->ink, pale, deadline);
    dg_runs_free(&within);
    return status;
}

static bool is_large(const dg_component *component, const void *size)
{
    return dg_component_width(component) >= *(const uint32_t *)size ||
           dg_component_height(component) >= *(const uint32_t *)size;
}

/* What is left when the lines are out: digits, and dirt that they tell the size of. */
static digit_status find_ink(dg_sheet *sheet, const dg_runs *runs, uint8_t least,
                             dg_threads threads)
{
    const dg_plane *ink = &sheet->ink;
    dg_components_free(&sheet->components);
    digit_status status = dg_ink_components(ink, runs, least, DIRT_PIXELS, threads,
                                            &sheet->components);
    if (status == DIGIT_OK)
        status = dg_digit_height(&sheet->components, ink->width, ink->height,
                                 &sheet->digit_height);
    const uint32_t dirt = (uint32_t)(DIRT_SHARE * sheet->digit_height);
    if (status == DIGIT_OK)
        dg_components_keep(&sheet->components, is_large, &dirt);
    return status;
}

/* From what may be ink, of density `least` or more, to what is. */
static digit_status clean(dg_sheet *sheet, uint8_t least, dg_threads threads)
{
    const uint8_t pale = (uint8_t)(least / 2 + 1);
    dg_runs runs;
    digit_status status = dg_runs_find(&sheet->ink, pale < DG_INK_EDGE ? pale : DG_INK_EDGE,
                                       threads, &runs);
    if (status == DIGIT_OK)
        status = erase_rules(sheet, &runs, pale, threads);
    if (status == DIGIT_OK)
        status = find_ink(sheet, &runs, least, threads);
    dg_runs_free(&runs);
    return status;
}

digit_status dg_sheet_make(const digit_image *image, dg_threads threads, dg_sheet *sheet)
{
    const size_t size = (size_t)image->width * image->height;
    uint8_t least = 0;
    dg_density_plan plan = {.shade = SHADE};
    *sheet = (dg_sheet){.ink = {dg_alloc(size, 1), image->width, image->height},
                        .whole = {dg_alloc(size, 1), image->width, image->height}};
    if (!sheet->ink.pixels || !sheet->whole.pixels)
        return dg_fail_memory("a picture", size);
    digit_status status = make_grey(image, threads, &sheet->ink);
    if (status == DIGIT_OK)
        status = dg_lighting_even(&sheet->ink, image->ink, threads, &plan.light);
    if (status == DIGIT_OK)
        status = dg_ink_density(&sheet->ink, &plan, threads, &least);
    if (status == DIGIT_OK)
        memcpy(sheet->whole.pixels, sheet->ink.pixels, size);
    if (status == DIGIT_OK && least == 0)
        memset(sheet->ink.pixels, 0, size);
    else if (status == DIGIT_OK)
        status = clean(sheet, least, threads);
    return status;
}

void dg_sheet_free(dg_sheet *sheet)
{
    dg_rules_free(&sheet->rules);
    dg_components_free(&sheet->components);
    dg_free(sheet->whole.pixels);
    dg_free(sheet->ink.pixels);
    *sheet = (dg_sheet){0};
}
