/* Pictures to samples. */
#include "vision/sample/normalize.h"

#include "api/edge.h"
#include "api/model.h"
#include "api/sized.h"
#include "net/snapshot.h"

#include <string.h>

_Static_assert(DG_PREPARATION_NEWEST == DG_PREPARATION_VERSION,
               "files may ask for exactly the preparations there are");

digit_status digit_model_normalize(const digit_model *model, const digit_image *image,
                                   uint8_t sample[DIGIT_SAMPLE_BYTES], digit_sample_info *info)
{
    digit_sample_info ours = {.size = sizeof ours};
    digit_status status = DIGIT_OK;
    if (info)
        status = dg_sized_check("digit_sample_info", info, sizeof ours);
    if (status != DIGIT_OK)
        return status;
    if (info)
        dg_sized_write(info, &ours, sizeof ours);
    if (!image || !sample)
        return dg_fail_null(__func__, image ? "sample" : "image");
    (void)model; /* all models have the one preparation there is */
    dg_prepared found;
    const dg_edge edge = dg_edge_enter();
    status = dg_image_check(image);
    if (status == DIGIT_OK)
        status = dg_normalize(image, NULL, &found);
    if (status == DIGIT_OK) {
        memcpy(sample, found.sample, sizeof found.sample);
        ours.ink = found.ink;
        ours.flags = found.flags;
        ours.box = found.box;
    }
    if (status == DIGIT_OK && info)
        dg_sized_write(info, &ours, sizeof ours);
    return dg_edge_leave(edge, status);
}
