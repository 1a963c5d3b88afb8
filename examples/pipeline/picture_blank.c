#include "picture_blank.h"

#include <allheaders.h>

enum { MARGIN = 2 }; /* the blur at the edges of letters */

/* left, top, right, bottom; right and bottom are outside. */
typedef struct frame {
    int32_t left, top, right, bottom;
} frame;

static int32_t clamp(int32_t value, uint32_t most)
{
    return value < 0 ? 0 : value > (int32_t)most ? (int32_t)most : value;
}

static frame frame_of(const digit_image *image, digit_box box, int32_t margin)
{
    return (frame){
        .left = clamp(box.x - margin, image->width),
        .top = clamp(box.y - margin, image->height),
        .right = clamp(box.x + box.width + margin, image->width),
        .bottom = clamp(box.y + box.height + margin, image->height),
    };
}

/* Bytes a pixel: picture_decode() gives one channel or four. */
static uint32_t channels_of(const digit_image *image)
{
    return image->format == DIGIT_PIXEL_GRAY8 ? 1 : 4;
}

/* The middle value of one channel along the edge of `f`: some of it may be ink. */
static uint8_t paper_level(const digit_image *image, frame f, uint32_t channel)
{
    uint32_t counts[256] = {0}, all = 0, seen = 0;
    for (int32_t y = f.top; y < f.bottom; y++) {
        const uint8_t *row = (const uint8_t *)image->pixels + y * image->stride;
        const int32_t step = y == f.top || y == f.bottom - 1 ? 1 : f.right - f.left - 1;
        for (int32_t x = f.left; x < f.right; x += step > 0 ? step : 1, all++)
            counts[row[(uint32_t)x * channels_of(image) + channel]]++;
    }
    for (int level = 0; level < 256; level++) {
        seen += counts[level];
        if (2 * seen >= all)
            return (uint8_t)level;
    }
    return 255;
}

void picture_blank(picture *shown, digit_box box)
{
    const digit_image *image = &shown->image;
    const frame inner = frame_of(image, box, MARGIN), outer = frame_of(image, box, 2 * MARGIN);
    const uint32_t channels = channels_of(image);
    uint8_t paper[4];
    for (uint32_t c = 0; c < channels; c++)
        paper[c] = paper_level(image, outer, c);
    uint8_t *pixels = (uint8_t *)pixGetData(shown->pix); /* what image->pixels points to */
    for (int32_t y = inner.top; y < inner.bottom; y++) {
        for (int32_t x = inner.left; x < inner.right; x++) {
            for (uint32_t c = 0; c < channels; c++)
                pixels[y * image->stride + x * (int32_t)channels + (int32_t)c] = paper[c];
        }
    }
}
