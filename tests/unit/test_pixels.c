/* Pictures as callers hand them in: what is refused, and what grey they become. */
#include "vision/pixels.h"

#include "../support/formats.h"
#include "../support/suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t byte = 0;

static digit_image image_of(const void *pixels, uint32_t width, uint32_t height, uint32_t format)
{
    return (digit_image){pixels, (ptrdiff_t)format_row(format, width), width, height, format, 0};
}

static const struct {
    const char *word; /* of the sentence */
    digit_image image;
    digit_status status;
} refused[] = {
    {"NULL", {NULL, 8, 8, 8, 0, 0}, DIGIT_ERR_ARGUMENT},
    {"format 11", {&byte, 8, 8, 8, 11, 0}, DIGIT_ERR_ARGUMENT},
    {"ink 3", {&byte, 8, 8, 8, 0, 3}, DIGIT_ERR_ARGUMENT},
    {"0 x 8", {&byte, 8, 0, 8, 0, 0}, DIGIT_ERR_ARGUMENT},
    {"8 x 0", {&byte, 8, 8, 0, 0, 0}, DIGIT_ERR_ARGUMENT},
    {"70000", {&byte, 70000, 70000, 8, 0, 0}, DIGIT_ERR_LIMIT},
    {"65536", {&byte, 8, 8, 65536, 0, 0}, DIGIT_ERR_LIMIT},
    {"67108864", {&byte, 8192, 8192, 8193, 0, 0}, DIGIT_ERR_LIMIT},
    {"4294967295", {&byte, 1, UINT32_MAX, UINT32_MAX, 0, 0}, DIGIT_ERR_LIMIT},
    {"7 bytes", {&byte, 7, 8, 8, 0, 0}, DIGIT_ERR_ARGUMENT},
    {"-7 bytes", {&byte, -7, 8, 8, 0, 0}, DIGIT_ERR_ARGUMENT},
    {"0 bytes", {&byte, 0, 8, 2, 0, 0}, DIGIT_ERR_ARGUMENT},
    {"row of 24", {&byte, 23, 8, 8, DIGIT_PIXEL_RGB8, 0}, DIGIT_ERR_ARGUMENT},
    {"row of 32", {&byte, -31, 8, 8, DIGIT_PIXEL_RGBA8, 0}, DIGIT_ERR_ARGUMENT},
    {"row of 32", {&byte, 31, 8, 8, DIGIT_PIXEL_BGRA8, 0}, DIGIT_ERR_ARGUMENT},
    {"row of 32", {&byte, 31, 8, 8, DIGIT_PIXEL_RGBX8, 0}, DIGIT_ERR_ARGUMENT},
    {"row of 32", {&byte, -31, 8, 8, DIGIT_PIXEL_BGRX8, 0}, DIGIT_ERR_ARGUMENT},
    {"row of 32", {&byte, 24, 8, 8, DIGIT_PIXEL_RGBA8_PREMULTIPLIED, 0}, DIGIT_ERR_ARGUMENT},
    {"row of 32", {&byte, 0, 8, 8, DIGIT_PIXEL_BGRA8_PREMULTIPLIED, 0}, DIGIT_ERR_ARGUMENT},
    {"row of 16", {&byte, 15, 8, 8, DIGIT_PIXEL_GRAY16, 0}, DIGIT_ERR_ARGUMENT},
    {"row of 2", {&byte, 1, 9, 8, DIGIT_PIXEL_GRAY1, 0}, DIGIT_ERR_ARGUMENT},
    {"row of 2", {&byte, -1, 16, 8, DIGIT_PIXEL_GRAY1, 0}, DIGIT_ERR_ARGUMENT},
};

START_TEST(refuses_with_a_sentence)
{
    ck_assert_int_eq(dg_image_check(&refused[_i].image), refused[_i].status);
    ck_assert_ptr_nonnull(strstr(digit_last_error(), refused[_i].word));
}
END_TEST

static const digit_image accepted[] = {
    {&byte, 8, 8, 8, 0, DIGIT_INK_LIGHT},
    {&byte, -8, 8, 8, 0, DIGIT_INK_DARK},
    {&byte, PTRDIFF_MIN / 2, 8, 2, 0, 0},
    {&byte, 0, 65535, 1, DIGIT_PIXEL_RGBA8, 0}, /* one row has no next */
    {&byte, 8192, 8192, 8192, 0, 0},
    {&byte, 1, 1, 65535, 0, 0},
    {&byte, 17, 8, 8, DIGIT_PIXEL_GRAY16, 0}, /* rows need not be aligned */
    {&byte, 1, 8, 8, DIGIT_PIXEL_GRAY1, 0},
    {&byte, -2, 9, 8, DIGIT_PIXEL_GRAY1, 0},
};

START_TEST(accepts_up_to_the_limits)
{
    ck_assert_int_eq(dg_image_check(&accepted[_i]), DIGIT_OK);
}
END_TEST

START_TEST(refuses_no_picture)
{
    ck_assert_int_eq(dg_image_check(NULL), DIGIT_ERR_ARGUMENT);
}
END_TEST

START_TEST(luma_is_rec_601_and_exact_for_greys_and_negatives)
{
    for (int red = 0; red < 256; red++)
        for (int green = 0; green < 256; green += 3)
            for (int blue = 0; blue < 256; blue += 5) {
                const uint8_t pixels[6] = {(uint8_t)red,         (uint8_t)green,
                                           (uint8_t)blue,        (uint8_t)(255 - red),
                                           (uint8_t)(255 - green), (uint8_t)(255 - blue)};
                const digit_image image = image_of(pixels, 2, 1, DIGIT_PIXEL_RGB8);
                const double luma = 0.299 * red + 0.587 * green + 0.114 * blue;
                uint8_t grey[2];
                dg_image_grey(&image, grey);
                ck_assert_double_le(fabs(grey[0] - luma), 0.51);
                ck_assert_int_eq(grey[0] + grey[1], 255);
            }
    for (int level = 0; level < 256; level++) {
        const uint8_t pixels[3] = {(uint8_t)level, (uint8_t)level, (uint8_t)level};
        const digit_image image = image_of(pixels, 1, 1, DIGIT_PIXEL_RGB8);
        uint8_t grey;
        dg_image_grey(&image, &grey);
        ck_assert_int_eq(grey, level);
    }
}
END_TEST

static const struct {
    uint32_t red_first, blue_first;
    size_t bytes;
} orders[] = {
    {DIGIT_PIXEL_RGB8, DIGIT_PIXEL_BGR8, 3},
    {DIGIT_PIXEL_RGBA8, DIGIT_PIXEL_BGRA8, 4},
    {DIGIT_PIXEL_RGBX8, DIGIT_PIXEL_BGRX8, 4},
    {DIGIT_PIXEL_RGBA8_PREMULTIPLIED, DIGIT_PIXEL_BGRA8_PREMULTIPLIED, 4},
};

START_TEST(blue_first_is_red_first_swapped)
{
    const size_t bytes = orders[_i].bytes;
    uint8_t rgb[4 * 37], bgr[4 * 37], first[37], second[37];
    for (size_t i = 0; i < sizeof rgb; i++)
        rgb[i] = bgr[i] = (uint8_t)(i * 73);
    for (size_t i = 0; i < bytes * 37; i += bytes) {
        bgr[i] = rgb[i + 2];
        bgr[i + 2] = rgb[i];
    }
    const digit_image red_first = image_of(rgb, 37, 1, orders[_i].red_first);
    const digit_image blue_first = image_of(bgr, 37, 1, orders[_i].blue_first);
    dg_image_grey(&red_first, first);
    dg_image_grey(&blue_first, second);
    ck_assert_mem_eq(first, second, sizeof first);
    const digit_image mixed_up = image_of(bgr, 37, 1, orders[_i].red_first);
    dg_image_grey(&mixed_up, second);
    ck_assert_mem_ne(first, second, sizeof first);
}
END_TEST

START_TEST(the_fourth_byte_is_ignored)
{
    uint8_t rgbx[4 * 37], rgb[3 * 37], four[37], three[37];
    for (size_t i = 0; i < sizeof rgbx; i++) {
        rgbx[i] = (uint8_t)(i * 73);
        if (i % 4 < 3)
            rgb[i / 4 * 3 + i % 4] = rgbx[i];
    }
    const digit_image padded = image_of(rgbx, 37, 1, DIGIT_PIXEL_RGBX8);
    const digit_image plain = image_of(rgb, 37, 1, DIGIT_PIXEL_RGB8);
    dg_image_grey(&padded, four);
    dg_image_grey(&plain, three);
    ck_assert_mem_eq(four, three, sizeof three);
}
END_TEST

START_TEST(alpha_lies_over_white)
{
    for (int level = 0; level < 256; level += 5)
        for (int alpha = 0; alpha < 256; alpha++) {
            const uint8_t pixel[4] = {(uint8_t)level, (uint8_t)level, (uint8_t)level,
                                      (uint8_t)alpha};
            const digit_image image = image_of(pixel, 1, 1, DIGIT_PIXEL_RGBA8);
            uint8_t grey;
            dg_image_grey(&image, &grey);
            ck_assert_double_le(fabs(grey - (level * alpha + 255.0 * (255 - alpha)) / 255), 0.5);
        }
}
END_TEST

START_TEST(premultiplied_alpha_lies_over_white)
{
    for (int alpha = 0; alpha < 256; alpha++)
        for (int level = 0; level < 256; level++) { /* those above alpha were not multiplied */
            const uint8_t pixel[4] = {(uint8_t)level, (uint8_t)level, (uint8_t)level,
                                      (uint8_t)alpha};
            const digit_image image = image_of(pixel, 1, 1, DIGIT_PIXEL_RGBA8_PREMULTIPLIED);
            uint8_t grey;
            dg_image_grey(&image, &grey);
            ck_assert_int_eq(grey, level < alpha ? level + 255 - alpha : 255);
        }
}
END_TEST

START_TEST(sixteen_bits_are_rounded_to_eight)
{
    for (uint32_t level = 0; level < 65536; level++) {
        const uint16_t pixels[2] = {(uint16_t)level, (uint16_t)(65535 - level)};
        const digit_image image = image_of(pixels, 2, 1, DIGIT_PIXEL_GRAY16);
        uint8_t grey[2];
        dg_image_grey(&image, grey);
        ck_assert_int_eq(grey[0], lround(level / 257.0));
        ck_assert_int_eq(grey[0] + grey[1], 255);
    }
}
END_TEST

/* In all widths up to three bytes: the highest bit comes first, and the bits that fill the last
 * byte of a row are not looked at. */
START_TEST(one_bit_is_black_or_white)
{
    static const uint8_t bits[2][3] = {{0xA5, 0x1E, 0x80}, {0x5A, 0xE1, 0x7F}};
    static const char expected[] = "101001010001111010000000";
    for (uint32_t width = 1; width <= 24; width++) {
        digit_image image = image_of(bits, width, 2, DIGIT_PIXEL_GRAY1);
        image.stride = sizeof bits[0];
        uint8_t grey[2 * 24 + 1];
        memset(grey, 77, sizeof grey);
        dg_image_grey(&image, grey);
        for (uint32_t x = 0; x < width; x++) {
            ck_assert_int_eq(grey[x], expected[x] == '1' ? 255 : 0);
            ck_assert_int_eq(grey[width + x], expected[x] == '1' ? 0 : 255);
        }
        ck_assert_int_eq(grey[2 * width], 77);
    }
}
END_TEST

/* Of every format: rows apart, at any address, and bottom up. The first row and the last lie at
 * the ends of a block that valgrind and ASan know. */
START_TEST(every_format_follows_the_stride)
{
    enum { WIDTH = 13, HEIGHT = 3, GAP = 5 };
    const digit_image close = image_of(&byte, WIDTH, HEIGHT, (uint32_t)_i);
    const size_t row = (size_t)close.stride, stride = row + GAP;
    uint8_t *packed = malloc(row * HEIGHT), *apart = malloc(stride * (HEIGHT - 1) + row);
    uint8_t expected[WIDTH * HEIGHT], grey[WIDTH * HEIGHT];
    ck_assert(packed && apart);
    for (size_t i = 0; i < row * HEIGHT; i++)
        packed[i] = (uint8_t)(i * i * 31 + 7 * i);
    digit_image image = close;
    image.pixels = packed;
    dg_image_grey(&image, expected);
    for (int up = 0; up < 2; up++) {
        for (size_t y = 0; y < HEIGHT; y++)
            memcpy(apart + (up ? HEIGHT - 1 - y : y) * stride, packed + y * row, row);
        image.pixels = up ? apart + stride * (HEIGHT - 1) : apart;
        image.stride = up ? -(ptrdiff_t)stride : (ptrdiff_t)stride;
        ck_assert_int_eq(dg_image_check(&image), DIGIT_OK);
        dg_image_grey(&image, grey);
        ck_assert_mem_eq(grey, expected, sizeof grey);
    }
    free(packed);
    free(apart);
}
END_TEST

/* Rows apart, and bottom up; bytes between the rows are never read (they are
 * outside the block that valgrind and ASan know). */
START_TEST(follows_the_stride)
{
    enum { WIDTH = 5, HEIGHT = 4, STRIDE = 9, SIZE = STRIDE * (HEIGHT - 1) + WIDTH };
    uint8_t *block = malloc(SIZE), grey[WIDTH * HEIGHT];
    ck_assert_ptr_nonnull(block);
    for (size_t i = 0; i < SIZE; i++)
        block[i] = (uint8_t)(10 + i);
    digit_image image = {block, STRIDE, WIDTH, HEIGHT, DIGIT_PIXEL_GRAY8, 0};
    dg_image_grey(&image, grey);
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++)
            ck_assert_int_eq(grey[y * WIDTH + x], block[y * STRIDE + x]);
    image.pixels = block + STRIDE * (HEIGHT - 1);
    image.stride = -STRIDE;
    dg_image_grey(&image, grey);
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++)
            ck_assert_int_eq(grey[y * WIDTH + x], block[(HEIGHT - 1 - y) * STRIDE + x]);
    free(block);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("pixels");
    tcase_set_timeout(tcase, 30); /* millions of assertions on a busy machine */
    tcase_add_loop_test(tcase, refuses_with_a_sentence, 0,
                        (int)(sizeof refused / sizeof refused[0]));
    tcase_add_loop_test(tcase, accepts_up_to_the_limits, 0,
                        (int)(sizeof accepted / sizeof accepted[0]));
    tcase_add_test(tcase, refuses_no_picture);
    tcase_add_test(tcase, luma_is_rec_601_and_exact_for_greys_and_negatives);
    tcase_add_loop_test(tcase, blue_first_is_red_first_swapped, 0,
                        (int)(sizeof orders / sizeof orders[0]));
    tcase_add_test(tcase, the_fourth_byte_is_ignored);
    tcase_add_test(tcase, alpha_lies_over_white);
    tcase_add_test(tcase, premultiplied_alpha_lies_over_white);
    tcase_add_test(tcase, sixteen_bits_are_rounded_to_eight);
    tcase_add_test(tcase, one_bit_is_black_or_white);
    tcase_add_loop_test(tcase, every_format_follows_the_stride, 0, FORMATS);
    tcase_add_test(tcase, follows_the_stride);
    return suite_run("pixels", tcase);
}
