/* A picture of one digit. */
#include "vision/sample/normalize.h"

#include "picture.h"

int fuzz_one(const uint8_t *data, size_t size)
{
    static const uint8_t blank[DIGIT_SAMPLE_BYTES];
    fuzz_input in = {data, size};
    const fuzz_picture picture = fuzz_picture_make(&in, 4096);
    dg_prepared found;
    FUZZ_REQUIRE(dg_normalize(&picture.image, NULL, &found) == DIGIT_OK);
    FUZZ_REQUIRE(found.ink == DIGIT_INK_DARK || found.ink == DIGIT_INK_LIGHT);
    FUZZ_REQUIRE((found.flags & ~(uint32_t)DIGIT_FLAG_BLANK) == 0);
    fuzz_check_box(&found.box, &picture.image);
    const bool empty = memcmp(found.sample, blank, sizeof blank) == 0;
    const bool ink_found = !(found.flags & DIGIT_FLAG_BLANK);
    FUZZ_REQUIRE(empty || ink_found); /* ink may be too thin to leave a grey in 28 x 28 */
    FUZZ_REQUIRE(ink_found == (found.box.width > 0 && found.box.height > 0));
    free(picture.pixels);
    return 0;
}
