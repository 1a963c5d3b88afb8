#include "picture.h"

#include "../support/formats.h"

enum { PIXELS, PAINTED }; /* the bytes are the picture, or say what to paint */
enum { COMMANDS_MOST = 40 };

typedef struct surface {
    uint8_t *pixels;
    size_t row; /* bytes from a row to the next */
    uint32_t width, height, format;
} surface;

static void paint_pixel(const surface *s, uint32_t x, uint32_t y, uint8_t shade)
{
    const size_t bytes = format_bits(s->format) / 8;
    if (x >= s->width || y >= s->height)
        return;
    if (bytes == 0)
        format_put_bit(s->pixels + y * s->row, x, shade);
    else
        memset(s->pixels + y * s->row + x * bytes, shade, bytes);
}

/* One command of six bytes: a rectangle, its outline, a slanted stroke, or noise. */
static void paint(const surface *s, fuzz_input *in)
{
    const uint8_t kind = fuzz_byte(in);
    const uint32_t left = fuzz_byte(in), top = fuzz_byte(in);
    const uint32_t width = fuzz_byte(in) % 96u + 1, height = fuzz_byte(in) % 96u + 1;
    const uint8_t shade = fuzz_byte(in);
    uint32_t noise = shade + 1u;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            const bool edge = x < 2 || y < 2 || x + 2 >= width || y + 2 >= height;
            const uint32_t slanted = x % 4 + y * width / height;
            noise = noise * 1664525u + 1013904223u;
            if (kind % 4 == 0 || (kind % 4 == 1 && edge))
                paint_pixel(s, left + x, top + y, shade);
            else if (kind % 4 == 2)
                paint_pixel(s, left + slanted, top + y, shade);
            else if (kind % 4 == 3)
                paint_pixel(s, left + x, top + y, (uint8_t)(noise >> 24));
        }
}

static void fill(const surface *s, size_t size, uint8_t way, fuzz_input *in)
{
    memset(s->pixels, fuzz_byte(in), size); /* the paper */
    if (way == PAINTED) {
        for (int i = 0; i < COMMANDS_MOST && in->left > 0; i++)
            paint(s, in);
        return;
    }
    for (size_t i = 0; i < size && in->left > 0; i++)
        s->pixels[i] = in->at[i % in->left];
}

/* `way` says where `how` alone has no room; inputs of earlier days keep their meaning. */
static uint32_t choose_format(uint8_t how, uint8_t way)
{
    const bool bgra = how % 4u == DIGIT_PIXEL_RGBA8 && how >> 6 == 3;
    const uint32_t later = way >> 4;
    return later ? DIGIT_PIXEL_RGBX8 + later % (FORMATS - DIGIT_PIXEL_RGBX8) : how % 4u + bgra;
}

fuzz_picture fuzz_picture_make(fuzz_input *in, uint32_t most)
{
    const uint8_t how = fuzz_byte(in);
    const uint32_t width = fuzz_number(in, 2) % (how & 16 ? 65535u : 320u) % most + 1;
    const uint32_t room = most / width;
    const uint32_t height = fuzz_number(in, 2) % (room < 65535u ? room : 65535u) + 1;
    const uint8_t way = fuzz_byte(in);
    const uint32_t format = choose_format(how, way);
    const size_t bytes = format_row(format, width), row = bytes + (how >> 6);
    const size_t size = row * (height - 1) + bytes;
    uint8_t *pixels = malloc(size);
    FUZZ_REQUIRE(pixels != NULL);
    const surface s = {pixels, row, width, height, format};
    fill(&s, size, way % 2, in);
    const bool upside_down = how & 32;
    return (fuzz_picture){
        .pixels = pixels,
        .image = {
            .pixels = upside_down ? pixels + row * (height - 1) : pixels,
            .stride = upside_down ? -(ptrdiff_t)row : (ptrdiff_t)row,
            .width = width,
            .height = height,
            .format = format,
            .ink = (how >> 2) % 3u,
        },
    };
}

void fuzz_check_box(const digit_box *box, const digit_image *image)
{
    FUZZ_REQUIRE(box->x >= 0 && box->y >= 0 && box->width >= 0 && box->height >= 0);
    FUZZ_REQUIRE((uint32_t)box->x + (uint32_t)box->width <= image->width);
    FUZZ_REQUIRE((uint32_t)box->y + (uint32_t)box->height <= image->height);
}
