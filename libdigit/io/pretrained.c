#include "io/pretrained.h"

#include "base/error.h"
#include "io/codec.h"

/* From pretrained.S. */
extern const uint8_t dg_pretrained_bytes[] __attribute__((visibility("hidden")));
extern const uint64_t dg_pretrained_size __attribute__((visibility("hidden")));
extern const uint8_t dg_lines_bytes[] __attribute__((visibility("hidden")));
extern const uint64_t dg_lines_size __attribute__((visibility("hidden")));

digit_status dg_pretrained_load(dg_snapshot **out)
{
    *out = NULL;
    if (dg_pretrained_size == 0)
        return dg_fail(DIGIT_ERR_UNSUPPORTED, "this library was built without a model in it");
    return dg_codec_decode(dg_pretrained_bytes, (size_t)dg_pretrained_size, out);
}

digit_status dg_pretrained_load_lines(dg_snapshot **out)
{
    *out = NULL;
    return dg_codec_decode(dg_lines_bytes, (size_t)dg_lines_size, out);
}
