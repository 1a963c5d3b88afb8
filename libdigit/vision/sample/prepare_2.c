/*
 * As the first, after what it stumbles over has been mended: pictures too small to tell ink
 * from ground are enlarged, salt and pepper and stripes are taken out, and a digit that fills
 * its picture gets paper around it.
 */
#include "base/error.h"
#include "base/mem.h"
#include "vision/sample/despeckle.h"
#include "vision/sample/enlarge.h"
#include "vision/sample/even.h"
#include "vision/sample/frame.h"
#include "vision/sample/margin.h"
#include "vision/ink/polarity.h"
#include "vision/sample/prepare.h"
#include "vision/sample/stripes.h"

/* Where an edge of the box lies in the picture, which was enlarged by `factor` and given a
 * `margin`: to the nearest pixel. */
static int32_t original(int32_t at, size_t margin, size_t factor, size_t side)
{
    const int32_t inside = at - (int32_t)margin;
    const size_t place = inside < 0 ? 0 : ((size_t)inside + factor / 2) / factor;
    return (int32_t)(place < side ? place : side);
}

/* One axis of a box: at least a pixel is left of it. */
static void bring_axis_back(int32_t *from, int32_t *length, size_t margin, size_t factor,
                            size_t side)
{
    const int32_t end = original(*from + *length, margin, factor, side);
    *from = original(*from, margin, factor, side - 1);
    *length = end > *from ? end - *from : 1;
}

static void bring_back(digit_box *box, size_t margin, size_t factor, const dg_plane *grey)
{
    bring_axis_back(&box->x, &box->width, margin, factor, grey->width);
    bring_axis_back(&box->y, &box->height, margin, factor, grey->height);
}

/* A broad pen on a tight crop may be seven cells wide; it is no ground. Strokes of tiny pictures
 * are broad because they are blurred: they stay. */
static const dg_manner usual = {4, dg_frame_even}, blurred = {4, dg_frame};

static uint32_t settle(uint32_t asked, dg_polarity polarity)
{
    return asked != DIGIT_INK_AUTO ? asked : polarity.light ? DIGIT_INK_LIGHT : DIGIT_INK_DARK;
}

/* As it is. */
static digit_status prepare_plain(const dg_plane *grey, const dg_manner *manner,
                                  dg_prepared *result)
{
    dg_levels grid;
    dg_surface surface;
    dg_levels_measure(&grid, grey);
    dg_levels_fit(&surface, &grid);
    result->ink = settle(result->ink, dg_polarity_judge(grey, &grid, &surface));
    return dg_prepare_on_ground(grey, &grid, &surface, manner, result);
}

/* Larger pictures than this have room around what they show; memory is bounded, too. */
#define TIGHT_PIXELS_MOST ((size_t)1 << 22)

/* A digit that fills its picture: with paper around it, if the corners know what that is. */
static digit_status prepare_tight(const dg_plane *grey, const dg_manner *manner,
                                  dg_prepared *result)
{
    const size_t margin = dg_margin_width(grey->width, grey->height);
    dg_plane wide = {NULL, grey->width + 2 * margin, grey->height + 2 * margin};
    uint8_t level;
    if (grey->width * grey->height > TIGHT_PIXELS_MOST || !dg_margin_level(grey, &level))
        return prepare_plain(grey, manner, result);
    wide.pixels = dg_alloc(wide.width, wide.height);
    if (!wide.pixels)
        return dg_fail_memory("a picture", wide.width * wide.height);
    dg_margin_add(grey, margin, level, wide.pixels);
    const digit_status status = prepare_plain(&wide, manner, result);
    dg_free(wide.pixels);
    if (result->box.width > 0)
        bring_back(&result->box, margin, 1, grey);
    return status;
}

static digit_status prepare_tiny(const dg_plane *grey, size_t factor, dg_prepared *result)
{
    dg_plane large = {NULL, grey->width * factor, grey->height * factor};
    large.pixels = dg_alloc(large.width, large.height);
    if (!large.pixels)
        return dg_fail_memory("a picture", large.width * large.height);
    dg_enlarge(grey, factor, large.pixels);
    const digit_status status = prepare_tight(&large, &blurred, result);
    dg_free(large.pixels);
    if (result->box.width > 0)
        bring_back(&result->box, 0, factor, grey);
    return status;
}

/* Flattened stripes are light ink, whatever it was on each; what is told is the picture's own. */
static digit_status prepare_flattened(const dg_plane *grey, dg_prepared *result, uint32_t ink)
{
    result->ink = DIGIT_INK_LIGHT;
    const digit_status status = prepare_plain(grey, &usual, result);
    result->ink = ink;
    return status;
}

digit_status dg_prepare_2(const dg_plane *grey, dg_prepared *result)
{
    const size_t factor = dg_enlarge_factor(grey->width, grey->height);
    const uint32_t asked = result->ink;
    dg_levels grid;
    dg_surface surface;
    dg_stripes stripes;
    if (factor > 1)
        return prepare_tiny(grey, factor, result);
    const digit_status status = dg_despeckle(grey);
    if (status != DIGIT_OK)
        return status;
    dg_levels_measure(&grid, grey);
    dg_levels_fit(&surface, &grid);
    const dg_polarity polarity = dg_polarity_judge(grey, &grid, &surface);
    const uint32_t ink = settle(asked, polarity);
    if (dg_stripes_find(grey, &stripes) && dg_stripes_flatten(grey, &stripes, asked))
        return prepare_flattened(grey, result, ink);
    if (!polarity.one_ground)
        return prepare_tight(grey, &usual, result);
    result->ink = ink;
    return dg_prepare_on_ground(grey, &grid, &surface, &usual, result);
}
