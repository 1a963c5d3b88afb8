/* Pictures to samples. */
#include "vision/sample/normalize.h"

#include "api/edge.h"
#include "api/model.h"
#include "api/sized.h"
#include "io/codec.h"
#include "vision/pixels.h"

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
    const uint32_t preparation = model ? model->snapshot->preparation : DG_PREPARATION_VERSION;
    const dg_edge edge = dg_edge_enter();
    status = dg_image_check(image);
    if (status == DIGIT_OK)
        status = dg_normalize(image, preparation, sample, &ours.ink, &ours.flags, &ours.box);
    if (status == DIGIT_OK && info)
        dg_sized_write(info, &ours, sizeof ours);
    return dg_edge_leave(edge, status);
}
