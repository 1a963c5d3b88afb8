#include "vision/sample/even.h"

#include "vision/sample/frame.h"
#include "vision/sample/resample.h"
#include "vision/sample/stroke.h"

#include <stdbool.h>

/* In pixels of the sample, where the longer side of the digit is FIT: of MNIST's strokes 1 in 100
 * is broader than BROAD; those that are become USUAL. */
#define FIT 20.0
#define BROAD 4.6
#define USUAL 3.4

/* Where strokes are worn down: the digit's longer side is INSIDE pixels of SIDE. */
#define SIDE 112
#define INSIDE 80
#define MARGIN ((SIDE - INSIDE) / 2)

/* Distances in thirds of a pixel: 3 to the next, 4 to the next but aslant (Borgefors, "Distance
 * transformations in digital images", CVGIP 34, 1986). */
#define NEXT 3
#define ASLANT 4
#define FAR 30000

#define INK 128 /* at least: inside a stroke */

typedef struct map {
    uint16_t at[SIDE][SIDE]; /* distance to the nearest pixel that is not inside */
} map;

static uint16_t nearer(uint16_t distance, uint16_t from, int step)
{
    const int through = from + step;
    return through < distance ? (uint16_t)through : distance;
}

/* The outermost pixels are outside: strokes never reach them. */
static void measure(const float *level, map *m)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            m->at[y][x] = level[y * SIDE + x] >= INK ? FAR : 0;
    for (int y = 1; y < SIDE - 1; y++)
        for (int x = 1; x < SIDE - 1; x++) {
            uint16_t *d = &m->at[y][x];
            *d = nearer(*d, m->at[y][x - 1], NEXT);
            *d = nearer(*d, m->at[y - 1][x - 1], ASLANT);
            *d = nearer(*d, m->at[y - 1][x], NEXT);
            *d = nearer(*d, m->at[y - 1][x + 1], ASLANT);
        }
    for (int y = SIDE - 2; y > 0; y--)
        for (int x = SIDE - 2; x > 0; x--) {
            uint16_t *d = &m->at[y][x];
            *d = nearer(*d, m->at[y][x + 1], NEXT);
            *d = nearer(*d, m->at[y + 1][x + 1], ASLANT);
            *d = nearer(*d, m->at[y + 1][x], NEXT);
            *d = nearer(*d, m->at[y + 1][x - 1], ASLANT);
        }
}

/* What lies deeper than `depth` pixels inside, with soft edges. Returns whether anything does. */
static bool wear_down(const map *m, double depth, uint8_t *pixels, digit_box *box)
{
    int left = SIDE, right = -1, top = SIDE, bottom = -1;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const double inside = m->at[y][x] / (double)NEXT - depth;
            const double level = inside <= 0 ? 0 : inside >= 1 ? 255 : 255 * inside;
            pixels[y * SIDE + x] = (uint8_t)(level + 0.5);
            if (level < INK / 2.0)
                continue;
            left = x < left ? x : left;
            right = x > right ? x : right;
            top = y < top ? y : top;
            bottom = y;
        }
    *box = (digit_box){left, top, right + 1 - left, bottom + 1 - top};
    return right >= 0;
}

/* The digit's ink at the size it is worn down at. */
static digit_status resample(const dg_plane *ink, const digit_box *box, double scale, float *level)
{
    const dg_axis across = {.start = (size_t)box->x,
                            .size = (size_t)box->width,
                            .scale = scale,
                            .offset = MARGIN};
    const dg_axis down = {.start = (size_t)box->y,
                          .size = (size_t)box->height,
                          .scale = scale,
                          .offset = MARGIN};
    return dg_resample(ink, &across, &down, SIDE, level);
}

digit_status dg_frame_even(const dg_plane *ink, const digit_box *box,
                           uint8_t sample[DIGIT_SAMPLE_BYTES])
{
    const double longer = box->width > box->height ? box->width : box->height;
    const double stroke = dg_stroke_width(ink, box) * FIT / longer;
    float level[SIDE * SIDE];
    uint8_t pixels[SIDE * SIDE];
    digit_box worn;
    map m;
    if (stroke <= BROAD)
        return dg_frame(ink, box, sample);
    const digit_status status = resample(ink, box, INSIDE / longer, level);
    if (status != DIGIT_OK)
        return status;
    measure(level, &m);
    if (!wear_down(&m, (stroke - USUAL) / 2 * INSIDE / FIT, pixels, &worn))
        return dg_frame(ink, box, sample); /* a blot: nothing would be left */
    return dg_frame(&(dg_plane){pixels, SIDE, SIDE}, &worn, sample);
}
