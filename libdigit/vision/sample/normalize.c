#include "vision/sample/normalize.h"

#include "base/error.h"
#include "base/mem.h"

digit_status dg_normalize(const digit_image *image, const dg_deadline *deadline, dg_prepared *out)
{
    dg_prepared result = {.ink = image->ink, .deadline = deadline};
    dg_plane grey = {NULL, image->width, image->height};
    grey.pixels = dg_alloc(grey.width, grey.height);
    if (!grey.pixels)
        return dg_fail_memory("a picture", grey.width * grey.height);
    dg_image_grey(image, grey.pixels);
    digit_status status = dg_deadline_check(deadline);
    if (status == DIGIT_OK)
        status = dg_prepare(&grey, &result);
    dg_free(grey.pixels);
    if (status == DIGIT_OK)
        *out = result;
    return status;
}
