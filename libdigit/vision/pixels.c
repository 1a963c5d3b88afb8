#include "vision/pixels.h"

#include "base/error.h"

#include <string.h>

/*
 * The weights add up to 65,535, an odd number, so no sum lies half way between
 * two levels: rounding treats a picture and its negative alike. Dividing by
 * 65,535 is exact in shifts (as x / 255 is with 8 instead of 16).
 */
static inline uint8_t luma(uint32_t red, uint32_t green, uint32_t blue)
{
    const uint32_t sum = 19595 * red + 38470 * green + 7470 * blue + 32768;
    return (uint8_t)((sum + (sum >> 16)) >> 16);
}

static inline uint8_t luma_rgb(const uint8_t *pixel)
{
    return luma(pixel[0], pixel[1], pixel[2]);
}

static inline uint8_t luma_bgr(const uint8_t *pixel)
{
    return luma(pixel[2], pixel[1], pixel[0]);
}

static inline uint8_t over_white(uint32_t level, uint32_t alpha)
{
    const uint32_t darkness = (255 - level) * alpha + 128;
    return (uint8_t)(255 - ((darkness + (darkness >> 8)) >> 8));
}

/* Colours that were multiplied by alpha only need the rest of white. Those larger than alpha
 * never were: they end at white. */
static inline uint8_t added_to_white(uint32_t level, uint32_t alpha)
{
    const uint32_t sum = level + 255 - alpha;
    return (uint8_t)(sum < 255 ? sum : 255);
}

static void grey_gray8(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    memcpy(grey, row, width);
}

/* 65,535 is 257 times 255, and 257 is odd: rounding treats a picture and its negative alike. */
static void grey_gray16(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++) {
        uint16_t level;
        memcpy(&level, row + 2 * x, sizeof level); /* rows may begin at odd addresses */
        grey[x] = (uint8_t)((level + 128u) / 257);
    }
}

static void grey_gray1(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = row[x / 8] >> (7 - x % 8) & 1 ? 255 : 0;
}

static void grey_rgb(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = luma_rgb(row + 3 * x);
}

static void grey_bgr(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = luma_bgr(row + 3 * x);
}

static void grey_rgbx(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = luma_rgb(row + 4 * x);
}

static void grey_bgrx(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = luma_bgr(row + 4 * x);
}

static void grey_rgba(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = over_white(luma_rgb(row + 4 * x), row[4 * x + 3]);
}

static void grey_bgra(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = over_white(luma_bgr(row + 4 * x), row[4 * x + 3]);
}

static void grey_rgba_premultiplied(const uint8_t *restrict row, size_t width,
                                    uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = added_to_white(luma_rgb(row + 4 * x), row[4 * x + 3]);
}

static void grey_bgra_premultiplied(const uint8_t *restrict row, size_t width,
                                    uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = added_to_white(luma_bgr(row + 4 * x), row[4 * x + 3]);
}

static const struct {
    void (*grey)(const uint8_t *restrict row, size_t width, uint8_t *restrict grey);
    uint8_t bits; /* of a pixel */
} formats[] = {
    [DIGIT_PIXEL_GRAY8] = {grey_gray8, 8},
    [DIGIT_PIXEL_RGB8] = {grey_rgb, 24},
    [DIGIT_PIXEL_BGR8] = {grey_bgr, 24},
    [DIGIT_PIXEL_RGBA8] = {grey_rgba, 32},
    [DIGIT_PIXEL_BGRA8] = {grey_bgra, 32},
    [DIGIT_PIXEL_RGBX8] = {grey_rgbx, 32},
    [DIGIT_PIXEL_BGRX8] = {grey_bgrx, 32},
    [DIGIT_PIXEL_RGBA8_PREMULTIPLIED] = {grey_rgba_premultiplied, 32},
    [DIGIT_PIXEL_BGRA8_PREMULTIPLIED] = {grey_bgra_premultiplied, 32},
    [DIGIT_PIXEL_GRAY16] = {grey_gray16, 16},
    [DIGIT_PIXEL_GRAY1] = {grey_gray1, 1},
};

#define FORMATS (sizeof formats / sizeof formats[0])

static ptrdiff_t row_bytes(const digit_image *image)
{
    return ((ptrdiff_t)image->width * formats[image->format].bits + 7) / 8;
}

static digit_status check_sides(const digit_image *image)
{
    const uint32_t width = image->width, height = image->height;
    if (width == 0 || height == 0)
        return dg_fail(DIGIT_ERR_ARGUMENT, "the picture has no pixels: %u x %u", width, height);
    if (width > DG_IMAGE_SIDE_MAX || height > DG_IMAGE_SIDE_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture is %u x %u pixels; a side may have %u",
                       width, height, DG_IMAGE_SIDE_MAX);
    if ((uint64_t)width * height > DG_IMAGE_PIXELS_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture is %u x %u pixels; together at most %u",
                       width, height, DG_IMAGE_PIXELS_MAX);
    return DIGIT_OK;
}

digit_status dg_image_check(const digit_image *image)
{
    if (!image)
        return dg_fail(DIGIT_ERR_ARGUMENT, "the picture is NULL");
    if (!image->pixels)
        return dg_fail(DIGIT_ERR_ARGUMENT, "the picture's pixels are NULL");
    if (image->format >= FORMATS)
        return dg_fail(DIGIT_ERR_ARGUMENT, "unknown pixel format %u", image->format);
    if (image->ink > DIGIT_INK_LIGHT)
        return dg_fail(DIGIT_ERR_ARGUMENT, "unknown kind of ink %u", image->ink);
    const digit_status status = check_sides(image);
    if (status != DIGIT_OK)
        return status;
    /* Rows may lie bottom up, but two rows must not share bytes. */
    const ptrdiff_t row = row_bytes(image);
    if (image->height > 1 && image->stride < row && image->stride > -row)
        return dg_fail(DIGIT_ERR_ARGUMENT, "a stride of %td bytes is less than a row of %td",
                       image->stride, row);
    ptrdiff_t last, end; /* of the rows, from the first pixel; PTRDIFF_MIN has no negative */
    if (__builtin_mul_overflow(image->stride, (ptrdiff_t)image->height - 1, &last) ||
        __builtin_add_overflow(last, last < 0 ? -row : row, &end))
        return dg_fail(DIGIT_ERR_ARGUMENT, "%u rows with a stride of %td bytes fit no memory",
                       image->height, image->stride);
    return DIGIT_OK;
}

void dg_image_grey(const digit_image *image, uint8_t *grey)
{
    const uint8_t *first = image->pixels;
    for (size_t y = 0; y < image->height; y++)
        formats[image->format].grey(first + (ptrdiff_t)y * image->stride, image->width,
                                    grey + y * image->width);
}
