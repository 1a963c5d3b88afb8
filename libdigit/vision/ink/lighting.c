#include "vision/ink/lighting.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/ink/border.h"
#include "vision/ink/papers.h"
#include "vision/ink/polarity.h"

/* So many pixels, or more than a quarter of it, tell dark ink from light. */
#define POLARITY_PIXELS (1u << 18)

/* What stands out from its surroundings so clearly is the ink, whatever the whole page says. */
#define SURE_LOCALLY 0.5

/* Every step-th pixel of every step-th row: enough to tell ink from paper. */
static void thin_out(const dg_plane *grey, size_t step, const dg_plane *small)
{
    for (size_t y = 0; y < small->height; y++)
        for (size_t x = 0; x < small->width; x++)
            small->pixels[y * small->width + x] =
                grey->pixels[y * step * grey->width + x * step];
}

static dg_polarity judge_as_one(const dg_plane *grey)
{
    dg_levels grid;
    dg_surface surface;
    dg_levels_measure(&grid, grey);
    dg_levels_fit(&surface, &grid);
    return dg_polarity_judge(grey, &grid, &surface);
}

static digit_status judge_polarity(const dg_plane *grey, bool *light)
{
    dg_polarity local;
    const digit_status status = dg_polarity_judge_locally(grey, &local);
    if (status != DIGIT_OK)
        return status;
    *light = local.light;
    if (local.clear < SURE_LOCALLY) {
        const dg_polarity all = judge_as_one(grey);
        *light = local.clear >= all.clear ? local.light : all.light;
    }
    return DIGIT_OK;
}

/* A page half in a hard shadow, or on a table: the same paper everywhere, and dark ink. */
static digit_status even_paper(const dg_plane *grey, const dg_plane *small, size_t step,
                               uint32_t ink, dg_threads threads, bool *evened)
{
    dg_papers papers;
    digit_status status = dg_papers_find(small, ink, &papers, evened);
    if (status == DIGIT_OK && *evened) {
        papers.cell *= step;
        status = dg_papers_flatten(grey, &papers, threads);
    }
    return status;
}

digit_status dg_lighting_even(const dg_plane *grey, uint32_t ink, dg_threads threads,
                              bool *light)
{
    size_t step = 1;
    bool evened = false;
    while (grey->width / step * (grey->height / step) > POLARITY_PIXELS)
        step++;
    dg_plane small = {NULL, (grey->width + step - 1) / step, (grey->height + step - 1) / step};
    small.pixels = dg_alloc(small.width, small.height);
    if (!small.pixels)
        return dg_fail_memory("a picture", small.width * small.height);
    thin_out(grey, step, &small);
    *light = ink == DIGIT_INK_LIGHT;
    digit_status status = dg_deadline_check(threads.deadline);
    if (status == DIGIT_OK)
        status = dg_border_blank(grey, &small, step, threads.deadline);
    if (status == DIGIT_OK)
        status = dg_deadline_check(threads.deadline);
    if (status == DIGIT_OK)
        status = even_paper(grey, &small, step, ink, threads, &evened);
    if (status == DIGIT_OK)
        status = dg_deadline_check(threads.deadline);
    if (status == DIGIT_OK && evened)
        *light = false;
    else if (status == DIGIT_OK && ink == DIGIT_INK_AUTO)
        status = judge_polarity(&small, light);
    dg_free(small.pixels);
    return status;
}
