/* A picture of one digit, in every preparation there is. */
#include "vision/sample/normalize.h"

#include "picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t blank[DIGIT_SAMPLE_BYTES];
    fuzz_input in = {data, size};
    const uint32_t preparation = fuzz_byte(&in) % (uint32_t)DG_PREPARATION_VERSION + 1;
    const fuzz_picture picture = fuzz_picture_make(&in, 4096);
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    uint32_t ink, flags;
    digit_box box;
    FUZZ_REQUIRE(dg_normalize(&picture.image, preparation, sample, &ink, &flags, &box) ==
                 DIGIT_OK);
    FUZZ_REQUIRE(ink == DIGIT_INK_DARK || ink == DIGIT_INK_LIGHT);
    FUZZ_REQUIRE((flags & ~(uint32_t)DIGIT_FLAG_BLANK) == 0);
    fuzz_check_box(&box, &picture.image);
    const bool empty = memcmp(sample, blank, sizeof blank) == 0;
    const bool ink_found = !(flags & DIGIT_FLAG_BLANK);
    FUZZ_REQUIRE(empty || ink_found); /* ink may be too thin to leave a grey in 28 x 28 */
    FUZZ_REQUIRE(ink_found == (box.width > 0 && box.height > 0));
    free(picture.pixels);
    return 0;
}
