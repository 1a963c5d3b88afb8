#include "vision/pixels.h"

#include "base/error.h"

#include <string.h>

/* Bytes a pixel by DIGIT_PIXEL_... */
static const uint8_t pixel_bytes[] = {1, 3, 3, 4, 4};

#define FORMATS ((uint32_t)sizeof pixel_bytes)

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
    const ptrdiff_t row = (ptrdiff_t)image->width * pixel_bytes[image->format];
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

static inline uint8_t over_white(uint32_t level, uint32_t alpha)
{
    const uint32_t darkness = (255 - level) * alpha + 128;
    return (uint8_t)(255 - ((darkness + (darkness >> 8)) >> 8));
}

static void grey_rgb(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = luma(row[3 * x], row[3 * x + 1], row[3 * x + 2]);
}

static void grey_bgr(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = luma(row[3 * x + 2], row[3 * x + 1], row[3 * x]);
}

static void grey_rgba(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = over_white(luma(row[4 * x], row[4 * x + 1], row[4 * x + 2]), row[4 * x + 3]);
}

static void grey_bgra(const uint8_t *restrict row, size_t width, uint8_t *restrict grey)
{
    for (size_t x = 0; x < width; x++)
        grey[x] = over_white(luma(row[4 * x + 2], row[4 * x + 1], row[4 * x]), row[4 * x + 3]);
}

void dg_image_grey(const digit_image *image, uint8_t *grey)
{
    const uint8_t *first = image->pixels;
    const size_t width = image->width;
    for (size_t y = 0; y < image->height; y++, grey += width) {
        const uint8_t *row = first + (ptrdiff_t)y * image->stride;
        switch (image->format) {
        case DIGIT_PIXEL_GRAY8:
            memcpy(grey, row, width);
            break;
        case DIGIT_PIXEL_RGB8:
            grey_rgb(row, width, grey);
            break;
        case DIGIT_PIXEL_BGR8:
            grey_bgr(row, width, grey);
            break;
        case DIGIT_PIXEL_RGBA8:
            grey_rgba(row, width, grey);
            break;
        default:
            grey_bgra(row, width, grey);
            break;
        }
    }
}
