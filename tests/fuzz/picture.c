#include "picture.h"

enum { PIXELS, PAINTED }; /* the bytes are the picture, or say what to paint */
enum { COMMANDS_MOST = 40 };

static const uint32_t bytes_of[] = {1, 3, 3, 4, 4}; /* by DIGIT_PIXEL_... */

typedef struct surface {
    uint8_t *pixels;
    size_t row; /* bytes from a row to the next */
    uint32_t width, height, channels;
} surface;

static void paint_pixel(const surface *s, uint32_t x, uint32_t y, uint8_t shade)
{
    if (x < s->width && y < s->height)
        memset(s->pixels + y * s->row + x * s->channels, shade, s->channels);
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

static void fill(const surface *s, size_t size, fuzz_input *in)
{
    const uint8_t way = fuzz_byte(in) % 2u, paper = fuzz_byte(in);
    memset(s->pixels, paper, size);
    if (way == PAINTED) {
        for (int i = 0; i < COMMANDS_MOST && in->left > 0; i++)
            paint(s, in);
        return;
    }
    for (size_t i = 0; i < size && in->left > 0; i++)
        s->pixels[i] = in->at[i % in->left];
}

fuzz_picture fuzz_picture_make(fuzz_input *in, uint32_t most)
{
    const uint8_t how = fuzz_byte(in);
    const uint32_t gap = how >> 6, bgra = how % 4u == DIGIT_PIXEL_RGBA8 && gap == 3;
    const uint32_t format = how % 4u + bgra;
    const uint32_t width = fuzz_number(in, 2) % (how & 16 ? 65535u : 320u) % most + 1;
    const uint32_t room = most / width;
    const uint32_t height = fuzz_number(in, 2) % (room < 65535u ? room : 65535u) + 1;
    const size_t bytes = (size_t)width * bytes_of[format], row = bytes + gap;
    const size_t size = row * (height - 1) + bytes;
    uint8_t *pixels = malloc(size);
    FUZZ_REQUIRE(pixels != NULL);
    const surface s = {pixels, row, width, height, bytes_of[format]};
    fill(&s, size, in);
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
