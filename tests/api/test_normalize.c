/* digit_model_normalize() at the edge of the interface: arguments, formats, strides. What
 * becomes of the pixels is for the unit tests of vision. */
#include "api.h"
#include "support/formats.h"

#include <stdio.h>

enum { SIDE = 60 };

/* A bar with a hook, dark on light, in rows of `stride` pixels. */
static void draw(uint8_t gray[SIDE][SIDE])
{
    memset(gray, 230, SIDE * SIDE);
    for (int y = 12; y < 48; y++)
        for (int x = 26; x < 33; x++)
            gray[y][x] = 25;
    for (int x = 14; x < 30; x++)
        for (int y = 12; y < 18; y++)
            gray[y][x] = 25;
}

static digit_image image_of(const void *pixels, ptrdiff_t stride, uint32_t format)
{
    return (digit_image){pixels, stride, SIDE, SIDE, format, DIGIT_INK_AUTO};
}

START_TEST(wrong_arguments_are_named)
{
    static uint8_t gray[SIDE][SIDE];
    uint8_t sample[DIGIT_SAMPLE_BYTES], untouched[DIGIT_SAMPLE_BYTES];
    digit_sample_info info, zero = {.size = sizeof zero};
    draw(gray);
    memset(sample, 0xA5, sizeof sample);
    memcpy(untouched, sample, sizeof sample);
    const digit_image good = image_of(gray, SIDE, DIGIT_PIXEL_GRAY8);
    assert_fails(digit_model_normalize(NULL, NULL, sample, NULL), DIGIT_ERR_ARGUMENT, "image");
    assert_fails(digit_model_normalize(NULL, &good, NULL, NULL), DIGIT_ERR_ARGUMENT, "sample");
    digit_image bad = good;
    bad.pixels = NULL;
    memset(&info, 0xA5, sizeof info);
    info.size = sizeof info;
    assert_fails(digit_model_normalize(NULL, &bad, sample, &info), DIGIT_ERR_ARGUMENT, "pixels");
    assert_same_bytes(&info, &zero, sizeof info);
    bad = good;
    bad.format = FORMATS;
    assert_fails(digit_model_normalize(NULL, &bad, sample, NULL), DIGIT_ERR_ARGUMENT, "format");
    bad = good;
    bad.ink = 3;
    assert_fails(digit_model_normalize(NULL, &bad, sample, NULL), DIGIT_ERR_ARGUMENT, "ink");
    info.size = sizeof info - 1;
    assert_fails(digit_model_normalize(NULL, &good, sample, &info), DIGIT_ERR_ARGUMENT, "size");
    info.size = 0;
    assert_fails(digit_model_normalize(NULL, &good, sample, &info), DIGIT_ERR_ARGUMENT, "size");
    assert_same_bytes(sample, untouched, sizeof sample);
}
END_TEST

START_TEST(sides_have_limits)
{
    static uint8_t gray[SIDE][SIDE];
    static const struct {
        uint32_t width, height;
        ptrdiff_t stride;
        digit_status status;
    } bad[] = {
        {0, SIDE, SIDE, DIGIT_ERR_ARGUMENT},
        {SIDE, 0, SIDE, DIGIT_ERR_ARGUMENT},
        {SIDE, SIDE, SIDE - 1, DIGIT_ERR_ARGUMENT},
        {SIDE, SIDE, -(SIDE - 1), DIGIT_ERR_ARGUMENT},
        {SIDE, SIDE, 0, DIGIT_ERR_ARGUMENT},
        {SIDE, SIDE, PTRDIFF_MIN, DIGIT_ERR_ARGUMENT},
        {SIDE, SIDE, PTRDIFF_MAX, DIGIT_ERR_ARGUMENT},
        {70000, SIDE, 70000, DIGIT_ERR_LIMIT},
        {SIDE, 70000, SIDE, DIGIT_ERR_LIMIT},
        {65536, 1, 65536, DIGIT_ERR_LIMIT},
        {UINT32_MAX, UINT32_MAX, PTRDIFF_MAX, DIGIT_ERR_LIMIT},
        {65535, 65535, 65535, DIGIT_ERR_LIMIT}, /* too many pixels altogether */
    };
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    draw(gray);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const digit_image image = {gray,         bad[i].stride, bad[i].width, bad[i].height,
                                   DIGIT_PIXEL_GRAY8, DIGIT_INK_AUTO};
        const digit_status status = digit_model_normalize(NULL, &image, sample, NULL);
        /* A side out of 1..65535 breaks the contract or the limit: both are fair words. */
        ck_assert_msg(status == bad[i].status ||
                          (bad[i].status == DIGIT_ERR_LIMIT && status == DIGIT_ERR_ARGUMENT),
                      "%zu: status %d, %s", i, (int)status, digit_last_error());
        ck_assert_uint_gt(strlen(digit_last_error()), 8);
    }
}
END_TEST

/* A bit knows no grey: every second format is drawn in black and white, and so is that one. */
START_TEST(formats_and_strides_give_one_sample)
{
    enum { WIDE = 4 * SIDE + 37 };
    static uint8_t gray[SIDE][SIDE], bytes[SIDE * WIDE];
    const uint32_t format = (uint32_t)_i;
    uint8_t expected[DIGIT_SAMPLE_BYTES], sample[DIGIT_SAMPLE_BYTES];
    digit_model *model = api_model(API_SMALL, 1);
    draw(gray);
    for (size_t i = 0; i < sizeof gray && format % 2 == 0; i++)
        gray[i / SIDE][i % SIDE] = gray[i / SIDE][i % SIDE] < 128 ? 0 : 255;
    digit_image image = image_of(gray, SIDE, DIGIT_PIXEL_GRAY8);
    assert_ok(digit_model_normalize(NULL, &image, expected, NULL));
    assert_ok(digit_model_normalize(model, &image, sample, NULL));
    assert_same_bytes(sample, expected, sizeof sample);
    for (int up = 0; up < 2; up++) {
        memset(bytes, 128, sizeof bytes); /* what lies between the rows is nobody's business */
        for (size_t y = 0; y < SIDE; y++)
            for (size_t x = 0; x < SIDE; x++)
                format_put(bytes + (up ? SIDE - 1 - y : y) * WIDE, x, format, gray[y][x]);
        image = up ? image_of(bytes + (SIDE - 1) * WIDE, -WIDE, format)
                   : image_of(bytes, WIDE, format);
        assert_ok(digit_model_normalize(model, &image, sample, NULL));
        assert_same_bytes(sample, expected, sizeof sample);
    }
    digit_model_free(model);
}
END_TEST

START_TEST(strides_shorter_than_a_row_are_named)
{
    static const uint8_t bytes[4 * SIDE * SIDE];
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    char words[40];
    const int row = (int)format_row((uint32_t)_i, SIDE);
    snprintf(words, sizeof words, "a stride of %d bytes", row - 1);
    const digit_image image = image_of(bytes, row - 1, (uint32_t)_i);
    assert_fails(digit_model_normalize(NULL, &image, sample, NULL), DIGIT_ERR_ARGUMENT, words);
}
END_TEST

START_TEST(info_tells_where_the_ink_is)
{
    static uint8_t gray[SIDE][SIDE];
    uint8_t sample[DIGIT_SAMPLE_BYTES], inverse[DIGIT_SAMPLE_BYTES];
    digit_sample_info info = {.size = sizeof info};
    draw(gray);
    digit_image image = image_of(gray, SIDE, DIGIT_PIXEL_GRAY8);
    assert_ok(digit_model_normalize(NULL, &image, sample, &info));
    ck_assert_uint_eq(info.size, sizeof info);
    ck_assert_uint_eq(info.ink, DIGIT_INK_DARK);
    ck_assert_uint_eq(info.flags, 0);
    ck_assert_int_eq(info.box.x, 14);
    ck_assert_int_eq(info.box.y, 12);
    ck_assert_int_eq(info.box.width, 33 - 14);
    ck_assert_int_eq(info.box.height, 48 - 12);
    for (int i = 0; i < SIDE * SIDE; i++)
        gray[i / SIDE][i % SIDE] = (uint8_t)(255 - gray[i / SIDE][i % SIDE]);
    assert_ok(digit_model_normalize(NULL, &image, inverse, &info));
    ck_assert_uint_eq(info.ink, DIGIT_INK_LIGHT);
    for (int i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        ck_assert_int_le(abs(sample[i] - inverse[i]), 4);
}
END_TEST

START_TEST(a_picture_without_ink_is_a_blank_sample)
{
    static uint8_t gray[SIDE][SIDE];
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    for (int tone = 0; tone < 256; tone += 51) {
        digit_sample_info info = {.size = sizeof info};
        memset(gray, tone, sizeof gray);
        const digit_image image = image_of(gray, SIDE, DIGIT_PIXEL_GRAY8);
        memset(sample, 0xA5, sizeof sample);
        assert_ok(digit_model_normalize(NULL, &image, sample, &info));
        ck_assert_uint_eq(info.flags, DIGIT_FLAG_BLANK);
        ck_assert_int_eq(info.box.width, 0);
        for (int i = 0; i < DIGIT_SAMPLE_BYTES; i++)
            ck_assert_uint_eq(sample[i], 0);
    }
}
END_TEST

static const api_test tests[] = {
    API_TEST(wrong_arguments_are_named),
    API_TEST(sides_have_limits),
    API_LOOP(formats_and_strides_give_one_sample, FORMATS),
    API_LOOP(strides_shorter_than_a_row_are_named, FORMATS),
    API_TEST(info_tells_where_the_ink_is),
    API_TEST(a_picture_without_ink_is_a_blank_sample),
};

int main(void)
{
    return API_RUN("normalize", tests, 30, NULL, NULL);
}
