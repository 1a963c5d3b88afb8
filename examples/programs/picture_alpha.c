#include "picture_alpha.h"

#include <allheaders.h>
#include <digit/digit.h>
#include <stdbool.h>

/* Tones closer than this are one colour, give or take shading. */
enum { ONE_TONE = 80 };

/* How the pixels one can see, alpha 128 or more, are spread. */
typedef struct tones {
    uint64_t count[256]; /* by luminance */
    uint64_t visible, all;
    bool opaque; /* every pixel is */
} tones;

static int over(int colour, int alpha, int background, int premultiplied)
{
    const int ink = premultiplied ? colour : (colour * alpha + 127) / 255;
    const int sum = ink + (background * (255 - alpha) + 127) / 255;
    return sum > 255 ? 255 : sum;
}

static int undo_alpha(int colour, int alpha, int premultiplied)
{
    const int value = premultiplied && alpha > 0 ? colour * 255 / alpha : colour;
    return value > 255 ? 255 : value;
}

static tones count_tones(PIX *pix, int premultiplied)
{
    tones t = {.opaque = true};
    l_int32 width, height, r, g, b, a;
    pixGetDimensions(pix, &width, &height, NULL);
    for (l_int32 y = 0; y < height; y++) {
        const l_uint32 *line = pixGetData(pix) + (size_t)y * pixGetWpl(pix);
        for (l_int32 x = 0; x < width; x++) {
            extractRGBAValues(line[x], &r, &g, &b, &a);
            t.opaque &= a == 255;
            if (a < 128)
                continue;
            const int luminance = (299 * r + 587 * g + 114 * b) / 1000;
            t.count[undo_alpha(luminance, a, premultiplied)]++;
            t.visible++;
        }
    }
    t.all = (uint64_t)width * (uint64_t)height;
    return t;
}

/* The luminance below which `percent` of the visible pixels lie. */
static int percentile(const tones *t, unsigned percent)
{
    uint64_t seen = 0;
    for (int tone = 0; tone < 256; tone++) {
        seen += t->count[tone];
        if (100 * seen >= t->visible * percent)
            return tone;
    }
    return 255;
}

/*
 * Usually only the ink is drawn and all else is transparent: then what lies
 * behind must differ from the ink. If most of the picture is visible and in two
 * tones, it is paper with a transparent margin: continue the paper.
 */
static int choose_background(const tones *t, uint32_t *ink)
{
    *ink = DIGIT_INK_AUTO;
    if (t->visible == 0)
        return 255;
    const int middle = percentile(t, 50);
    const bool one_tone = percentile(t, 97) - percentile(t, 3) < ONE_TONE;
    if (!one_tone && 2 * t->visible > t->all)
        return middle;
    if (2 * t->visible <= t->all)
        *ink = middle < 128 ? DIGIT_INK_DARK : DIGIT_INK_LIGHT;
    return middle < 128 ? 255 : 0;
}

uint32_t picture_alpha_flatten(PIX *pix, int premultiplied)
{
    const tones t = count_tones(pix, premultiplied);
    uint32_t ink = DIGIT_INK_AUTO;
    const int background = t.opaque ? 255 : choose_background(&t, &ink);
    l_int32 width, height, r, g, b, a;
    pixGetDimensions(pix, &width, &height, NULL);
    for (l_int32 y = 0; y < height && !t.opaque; y++) {
        l_uint32 *line = pixGetData(pix) + (size_t)y * pixGetWpl(pix);
        for (l_int32 x = 0; x < width; x++) {
            extractRGBAValues(line[x], &r, &g, &b, &a);
            composeRGBAPixel(over(r, a, background, premultiplied),
                             over(g, a, background, premultiplied),
                             over(b, a, background, premultiplied), 255, line + x);
        }
    }
    return ink;
}
