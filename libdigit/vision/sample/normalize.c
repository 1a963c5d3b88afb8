#include "vision/sample/normalize.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/pixels.h"
#include "vision/sample/prepare.h"

#include <string.h>

/* By number. */
static digit_status (*const preparations[])(const dg_plane *grey, dg_prepared *result) = {
    [1] = dg_prepare_1,
    [2] = dg_prepare_2,
    [3] = dg_prepare_3,
};

digit_status dg_normalize(const digit_image *image, uint32_t preparation,
                          uint8_t sample[DIGIT_SAMPLE_BYTES], uint32_t *ink, uint32_t *flags,
                          digit_box *box)
{
    if (preparation < 1 || preparation >= sizeof preparations / sizeof *preparations)
        return dg_fail(DIGIT_ERR_UNSUPPORTED,
                       "sample preparation %u is not known here; the newest is %d", preparation,
                       DG_PREPARATION_VERSION);
    dg_prepared result = {.ink = image->ink};
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
