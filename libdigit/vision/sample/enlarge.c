#include "vision/sample/enlarge.h"

/* Pictures whose longer side is shorter than this gain by it: 8 x 8, 16 x 16. */
#define SMALL 24
#define TINY 11

#define FACTOR_MOST 5

/* Weights of four pixels in a row at each of `factor` places, times factor^3: whole numbers. */
typedef struct kernel {
    int weights[FACTOR_MOST][4];
    int offset[FACTOR_MOST]; /* of the first of the four, from the pixel that holds the place */
    int scale;               /* factor^3 */
} kernel;

size_t dg_enlarge_factor(size_t width, size_t height)
{
    const size_t longer = width > height ? width : height;
    return longer >= SMALL ? 1 : longer >= TINY ? 3 : 5;
}

/* Place i of a pixel lies `part` / factor beyond the second of its four pixels. */
static void make_kernel(int factor, kernel *k)
{
    k->scale = factor * factor * factor;
    for (int i = 0; i < factor; i++) {
        const int from_centre = i - factor / 2;
        const int j = from_centre < 0 ? from_centre + factor : from_centre, f = factor;
        k->offset[i] = from_centre < 0 ? -2 : -1;
        k->weights[i][0] = (-j * j * j + 2 * j * j * f - j * f * f) / 2;
        k->weights[i][1] = (3 * j * j * j - 5 * j * j * f + 2 * f * f * f) / 2;
        k->weights[i][2] = (-3 * j * j * j + 4 * j * j * f + j * f * f) / 2;
        k->weights[i][3] = (j * j * j - j * j * f) / 2;
    }
}

static size_t held(ptrdiff_t at, size_t count)
{
    return at < 0 ? 0 : (size_t)at < count ? (size_t)at : count - 1;
}

/* One row of the picture at place `i` of pixel x. */
static int across(const uint8_t *row, size_t width, size_t x, const kernel *k, int i)
{
    int sum = 0;
    for (int n = 0; n < 4; n++)
        sum += k->weights[i][n] * row[held((ptrdiff_t)x + k->offset[i] + n, width)];
    return sum;
}

static uint8_t level(int sum, int scale)
{
    const int nearest = sum <= 0 ? 0 : (2 * sum + scale) / (2 * scale);
    return (uint8_t)(nearest > 255 ? 255 : nearest);
}

void dg_enlarge(const dg_plane *grey, size_t factor, uint8_t *out)
{
    const size_t width = grey->width * factor, height = grey->height * factor;
    kernel k;
    make_kernel((int)factor, &k);
    for (size_t y = 0; y < height; y++) {
        const int j = (int)(y % factor);
        for (size_t x = 0; x < width; x++) {
            const int i = (int)(x % factor);
            int sum = 0;
            for (int n = 0; n < 4; n++) {
                const ptrdiff_t from = (ptrdiff_t)(y / factor) + k.offset[j] + n;
                const uint8_t *row = grey->pixels + held(from, grey->height) * grey->width;
                sum += k.weights[j][n] * across(row, grey->width, x / factor, &k, i);
            }
            out[y * width + x] = level(sum, k.scale * k.scale);
        }
    }
}
