/*
 * Mend what the search for ink stumbles over, then take the ink of one digit. Paper of several
 * levels, in a hard shadow or beside a table, becomes one; a picture too small to tell ink from
 * background is enlarged; salt and pepper and stripes are taken out; a digit that fills its
 * picture gets paper around it.
 */
#include "vision/sample/prepare.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/ink/papers.h"
#include "vision/ink/polarity.h"
#include "vision/sample/despeckle.h"
#include "vision/sample/enlarge.h"
#include "vision/sample/full_box.h"
#include "vision/sample/margin.h"
#include "vision/sample/one_digit.h"
#include "vision/sample/stripes.h"

/* Vertical and horizontal edges may be those of stripes, each with an ink of its own. */
#define DISCORD_OF_STRIPES 1.05

/* A larger picture has room around what it shows; memory is bounded, too. */
#define TIGHT_PIXELS_MOST ((size_t)1 << 22)

/* What a look at the whole picture tells. */
typedef struct overview {
    dg_levels grid;
    dg_surface surface;
    dg_polarity polarity;
} overview;

static overview look_at(const dg_plane *grey)
{
    overview seen;
    dg_levels_measure(&seen.grid, grey);
    dg_levels_fit(&seen.surface, &seen.grid);
    seen.polarity = dg_polarity_judge(grey, &seen.grid, &seen.surface);
    return seen;
}

static uint32_t settle(uint32_t asked, const dg_polarity *polarity)
{
    return asked != DIGIT_INK_AUTO ? asked : polarity->light ? DIGIT_INK_LIGHT : DIGIT_INK_DARK;
}

static digit_status prepare_plain(const dg_plane *grey, dg_framer frame, dg_prepared *result)
{
    const digit_status status = dg_deadline_check(result->deadline);
    if (status != DIGIT_OK)
        return status;
    const overview seen = look_at(grey);
    result->ink = settle(result->ink, &seen.polarity);
    return dg_one_digit(grey, &seen.surface, frame, result);
}

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
    if (box->width == 0)
        return;
    bring_axis_back(&box->x, &box->width, margin, factor, grey->width);
    bring_axis_back(&box->y, &box->height, margin, factor, grey->height);
}

/* What the paper around the picture is like: shape tells, or else the corners do. */
static digit_status find_paper(const dg_plane *grey, dg_prepared *result, uint8_t *level,
                               bool *found)
{
    dg_full_box box;
    const digit_status status = dg_full_box_judge(grey, result->deadline, &box, found);
    const uint32_t ink = box.light ? DIGIT_INK_LIGHT : DIGIT_INK_DARK;
    *found = status == DIGIT_OK && *found && (result->ink == DIGIT_INK_AUTO || result->ink == ink);
    if (*found) {
        result->ink = ink;
        *level = box.paper;
    } else if (status == DIGIT_OK) {
        *found = dg_margin_level(grey, level);
    }
    return status;
}

/* A digit that fills its picture gets paper around it. */
static digit_status prepare_tight(const dg_plane *grey, dg_framer frame, dg_prepared *result)
{
    const size_t margin = dg_margin_width(grey->width, grey->height);
    dg_plane wide = {NULL, grey->width + 2 * margin, grey->height + 2 * margin};
    uint8_t level;
    bool found;
    if (grey->width * grey->height > TIGHT_PIXELS_MOST)
        return prepare_plain(grey, frame, result);
    digit_status status = find_paper(grey, result, &level, &found);
    if (status != DIGIT_OK || !found)
        return status == DIGIT_OK ? prepare_plain(grey, frame, result) : status;
    wide.pixels = dg_alloc(wide.width, wide.height);
    if (!wide.pixels)
        return dg_fail_memory("a picture", wide.width * wide.height);
    dg_margin_add(grey, margin, level, wide.pixels);
    status = prepare_plain(&wide, frame, result);
    dg_free(wide.pixels);
    bring_back(&result->box, margin, 1, grey);
    return status;
}

/* Strokes of a tiny picture are broad because they are blurred: they stay as broad. */
static digit_status prepare_tiny(const dg_plane *grey, size_t factor, dg_prepared *result)
{
    dg_plane large = {NULL, grey->width * factor, grey->height * factor};
    large.pixels = dg_alloc(large.width, large.height);
    if (!large.pixels)
        return dg_fail_memory("a picture", large.width * large.height);
    dg_enlarge(grey, factor, large.pixels);
    const digit_status status = prepare_tight(&large, dg_frame, result);
    dg_free(large.pixels);
    bring_back(&result->box, 0, factor, grey);
    return status;
}

/* Flattened stripes are light ink, whatever it was on each; what is told is the picture's own. */
static digit_status prepare_flattened(const dg_plane *grey, uint32_t ink, dg_prepared *result)
{
    result->ink = DIGIT_INK_LIGHT;
    const digit_status status = prepare_plain(grey, dg_frame_even, result);
    result->ink = ink;
    return status;
}

static digit_status prepare_paper(const dg_plane *grey, dg_prepared *result)
{
    const size_t factor = dg_enlarge_factor(grey->width, grey->height);
    const uint32_t asked = result->ink;
    dg_stripes stripes;
    if (factor > 1)
        return prepare_tiny(grey, factor, result);
    digit_status status = dg_deadline_check(result->deadline);
    if (status == DIGIT_OK)
        status = dg_despeckle(grey, result->deadline);
    if (status == DIGIT_OK)
        status = dg_deadline_check(result->deadline);
    if (status != DIGIT_OK)
        return status;
    const overview seen = look_at(grey);
    const uint32_t ink = settle(asked, &seen.polarity);
    status = dg_deadline_check(result->deadline);
    if (status != DIGIT_OK)
        return status;
    if (dg_stripes_find(grey, &stripes) && dg_stripes_flatten(grey, &stripes, asked))
        return prepare_flattened(grey, ink, result);
    if (!seen.polarity.one_background)
        return prepare_tight(grey, dg_frame_even, result);
    result->ink = ink;
    return dg_one_digit(grey, &seen.surface, dg_frame_even, result);
}

static bool are_stripes(const dg_plane *grey, const dg_papers *papers)
{
    dg_stripes stripes;
    return papers->discord > DISCORD_OF_STRIPES && dg_stripes_find(grey, &stripes);
}

digit_status dg_prepare(const dg_plane *grey, dg_prepared *result)
{
    dg_papers papers;
    bool found;
    digit_status status = dg_papers_find(grey, result->ink, &papers, &found);
    if (status != DIGIT_OK)
        return status;
    if (!found || are_stripes(grey, &papers))
        return prepare_paper(grey, result);
    const dg_threads one = {.count = 1, .deadline = result->deadline};
    result->ink = DIGIT_INK_DARK;
    status = dg_papers_flatten(grey, &papers, one);
    if (status == DIGIT_OK)
        status = prepare_paper(grey, result);
    result->ink = papers.light ? DIGIT_INK_LIGHT : DIGIT_INK_DARK;
    return status;
}
