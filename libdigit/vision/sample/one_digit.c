#include "vision/sample/one_digit.h"

#include "vision/ink/components.h"
#include "vision/ink/density.h"
#include "vision/sample/glyph.h"
#include "vision/sample/select.h"

/* What is wider than this part of the picture's longer side is background, no stroke: a broad pen
 * on a tight crop may be seven sixteenths wide. */
#define WINDOW_SHARE (9.0 / 16)

/* Smaller components are noise, in pixels and as a part of the picture's longer side. */
#define NOISE_PIXELS 2
#define NOISE_PART   128

/* The density where a stroke ends; a page's strokes end at DG_INK_EDGE, but one pen wrote a digit
 * that is alone, and its palest strokes hold it together. Chosen on MNIST's validation digits: at
 * 96 digits fall apart (turned, half contrast: 0.1 to 0.4 points), at 32 to 56 spatter joins them
 * (0.4 to 0.8 points); 60 and 64 are alike. */
#define EDGE 60

static digit_status find_ink(const dg_plane *grey, const dg_surface *slope, bool light,
                             const dg_deadline *deadline, dg_components *found)
{
    const dg_threads one = {.count = 1, .deadline = deadline};
    const size_t longer = grey->width > grey->height ? grey->width : grey->height;
    const uint32_t noise = (uint32_t)(longer / NOISE_PART);
    const dg_density_plan plan = {
        .light = light,
        .window = (size_t)(WINDOW_SHARE * (double)longer),
        .slope = slope,
    };
    uint8_t least;
    dg_runs runs;
    digit_status status = dg_ink_density(grey, &plan, one, &least);
    if (status != DIGIT_OK || least == 0)
        return status;
    status = dg_runs_find(grey, EDGE, one, &runs);
    if (status == DIGIT_OK)
        status = dg_components_find(&runs, noise > NOISE_PIXELS ? noise : NOISE_PIXELS, deadline,
                                    found);
    dg_runs_free(&runs);
    return status;
}

digit_status dg_one_digit(const dg_plane *grey, const dg_surface *slope, dg_framer frame,
                          dg_prepared *result)
{
    dg_components ink = {0};
    result->flags = DIGIT_FLAG_BLANK;
    digit_status status = find_ink(grey, slope, result->ink == DIGIT_INK_LIGHT,
                                   result->deadline, &ink);
    if (status == DIGIT_OK && dg_select_digit(&ink, grey->width, grey->height, &result->box)) {
        result->flags = 0;
        status = dg_deadline_check(result->deadline);
        if (status == DIGIT_OK)
            status = dg_glyph_sample(grey, ink.runs, ink.run_count, &result->box, frame,
                                     result->sample);
    }
    dg_components_free(&ink);
    return status;
}
