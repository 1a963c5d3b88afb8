#include "vision/normalize.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/components.h"
#include "vision/despeckle.h"
#include "vision/frame.h"
#include "vision/pixels.h"
#include "vision/polarity.h"
#include "vision/select.h"
#include "vision/strength.h"
#include "vision/stripes.h"

#include <string.h>

/* A pixel of this strength belongs to the digit's box. */
#define BOX_STRENGTH 64

typedef struct prepared {
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    uint32_t ink; /* as asked for; AUTO must be settled */
    uint32_t flags;
    digit_box box;
} prepared;

/* Preparation 1. `grey` is turned into ink on the way. */
static digit_status prepare_1(const dg_plane *grey, prepared *result)
{
    dg_levels grid;
    dg_surface surface;
    dg_components pieces = {0};
    digit_status status = DIGIT_OK;
    result->flags = DIGIT_FLAG_BLANK;
    dg_levels_measure(&grid, grey);
    dg_levels_fit(&surface, &grid);
    if (result->ink == DIGIT_INK_AUTO)
        result->ink = dg_polarity_is_light(grey, &grid, &surface) ? DIGIT_INK_LIGHT
                                                                  : DIGIT_INK_DARK;
    if (!dg_strength(grey, &grid, &surface, result->ink == DIGIT_INK_LIGHT))
        return DIGIT_OK;
    status = dg_components_find(grey, BOX_STRENGTH, &pieces);
    if (status != DIGIT_OK)
        goto done;
    if (!dg_select_digit(&pieces, grey->width, grey->height, &result->box))
        goto done;
    dg_components_erase(&pieces, grey);
    dg_components_free(&pieces);
    result->flags = 0;
    status = dg_frame(grey, &result->box, result->sample);
done:
    dg_components_free(&pieces);
    return status;
}

static uint32_t polarity(const dg_plane *grey)
{
    dg_levels grid;
    dg_surface surface;
    dg_levels_measure(&grid, grey);
    dg_levels_fit(&surface, &grid);
    return dg_polarity_is_light(grey, &grid, &surface) ? DIGIT_INK_LIGHT : DIGIT_INK_DARK;
}

/* Preparation 2: salt and pepper, and stripes, are taken out first. */
static digit_status prepare_2(const dg_plane *grey, prepared *result)
{
    digit_status status = dg_despeckle(grey);
    if (status != DIGIT_OK)
        return status;
    const uint32_t asked = result->ink;
    const uint32_t ink = asked == DIGIT_INK_AUTO ? polarity(grey) : asked;
    result->ink = dg_stripes_flatten(grey, asked) ? DIGIT_INK_LIGHT : ink;
    status = prepare_1(grey, result);
    result->ink = ink;
    return status;
}

/* Every preparation that was ever released, by its number. */
static digit_status (*const preparations[])(const dg_plane *grey, prepared *result) = {
    [1] = prepare_1,
    [2] = prepare_2,
};

digit_status dg_normalize(const digit_image *image, uint32_t preparation,
                          uint8_t sample[DIGIT_SAMPLE_BYTES], uint32_t *ink, uint32_t *flags,
                          digit_box *box)
{
    if (preparation < 1 || preparation >= sizeof preparations / sizeof *preparations)
        return dg_fail(DIGIT_ERR_UNSUPPORTED,
                       "sample preparation %u is not known here; the newest is %d", preparation,
                       DG_PREPARATION_VERSION);
    prepared result = {.ink = image->ink};
    dg_plane grey = {NULL, image->width, image->height};
    grey.pixels = dg_alloc(grey.width, grey.height);
    if (!grey.pixels)
        return dg_fail_memory("a picture", grey.width * grey.height);
    dg_image_grey(image, grey.pixels);
    const digit_status status = preparations[preparation](&grey, &result);
    dg_free(grey.pixels);
    if (status != DIGIT_OK)
        return status;
    memcpy(sample, result.sample, DIGIT_SAMPLE_BYTES);
    *ink = result.ink;
    *flags = result.flags;
    *box = result.box;
    return DIGIT_OK;
}
