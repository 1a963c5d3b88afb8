#include "vision/sample/frame.h"

#include "vision/sample/resample.h"
#include "vision/sample/stroke.h"

#include <math.h>

#define SIDE DIGIT_SAMPLE_SIDE

/* MNIST's frame: the longer side of the ink is 20 pixels, and it is moved by whole
 * pixels until its centre of mass lies in pixel 14 of both axes, from 14 up to 15. */
#define FIT         20.0
#define MASS_CENTRE 14.0

/* Strokes that would come out narrower than this, in the sample's pixels, are
 * widened to it: hardly any of MNIST's are. */
#define STROKE_MIN 1.6

/* Samples whose darker pixels are paler than this are stretched to it. */
#define DARK_SHARE 0.85
#define DARK_LEVEL 250

/* Where an axis's ink has its centre of mass, from the box's start, in source
 * pixels; the mass of pixel i is at i + 0.5. */
typedef struct centre {
    double x, y;
} centre;

static centre mass_centre(const dg_plane *ink, const digit_box *box)
{
    uint64_t mass = 0, down = 0;
    double across = 0;
    for (int32_t y = 0; y < box->height; y++) {
        const uint8_t *row = ink->pixels + (size_t)(box->y + y) * ink->width + box->x;
        uint64_t row_mass = 0, moment = 0;
        for (int32_t x = 0; x < box->width; x++) {
            row_mass += row[x];
            moment += (uint64_t)x * row[x];
        }
        mass += row_mass;
        down += (uint64_t)y * row_mass;
        across += (double)moment;
    }
    return (centre){across / (double)mass + 0.5, (double)down / (double)mass + 0.5};
}

/* The whole number of pixels that brings the mass to MNIST's place, but keeps
 * the ink, `size` pixels long, inside the sample. */
static double place(double mass, double size)
{
    const double offset = ceil(MASS_CENTRE - mass);
    const double most = floor(SIDE - size);
    return offset < 0 ? 0 : offset > most ? most : offset;
}

/* One axis of the frame. Looks a little beyond the box: faint edges lie there. */
static dg_axis frame_axis(int32_t start, int32_t size, size_t whole, double scale, double mass,
                          double spread)
{
    const int32_t margin = (int32_t)(1 + 1 / scale);
    const int32_t from = start > margin ? start - margin : 0;
    const int32_t to = (size_t)(start + size + margin) < whole ? start + size + margin
                                                                : (int32_t)whole;
    const double offset = place(mass * scale + spread / 2, size * scale + spread);
    return (dg_axis){
        .start = (size_t)from,
        .size = (size_t)(to - from),
        .scale = scale,
        .offset = offset + spread / 2 - (start - from) * scale,
        .spread = spread,
    };
}

/* The level that DARK_SHARE of the pixels with any ink do not exceed. */
static int dark_level(const float levels[DIGIT_SAMPLE_BYTES])
{
    uint32_t counts[256] = {0}, inked = 0, below = 0;
    for (size_t i = 0; i < DIGIT_SAMPLE_BYTES; i++) {
        const int level = (int)(fminf(levels[i], 255) + 0.5f);
        counts[level]++;
        inked += level > 0;
    }
    int level = 1;
    while (level < 255 && (below += counts[level]) <= DARK_SHARE * inked)
        level++;
    return level;
}

/* Stretch strokes to the density that MNIST's have, and round. */
static void finish(const float levels[DIGIT_SAMPLE_BYTES], uint8_t sample[DIGIT_SAMPLE_BYTES])
{
    const int dark = dark_level(levels);
    const float gain = dark < DARK_LEVEL ? (float)DARK_LEVEL / (float)dark : 1;
    for (size_t i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        sample[i] = (uint8_t)(fminf(levels[i] * gain, 255) + 0.5f);
}

digit_status dg_frame(const dg_plane *ink, const digit_box *box,
                      uint8_t sample[DIGIT_SAMPLE_BYTES])
{
    float levels[DIGIT_SAMPLE_BYTES];
    const double longer = box->width > box->height ? box->width : box->height;
    const double stroke = dg_stroke_width(ink, box) * FIT / longer;
    const double spread = stroke < STROKE_MIN ? STROKE_MIN - stroke : 0;
    const double scale = (FIT - spread) / longer;
    const centre mass = mass_centre(ink, box);
    const dg_axis across =
        frame_axis(box->x, box->width, ink->width, scale, mass.x, spread);
    const dg_axis down = frame_axis(box->y, box->height, ink->height, scale, mass.y, spread);
    const digit_status status = dg_resample(ink, &across, &down, SIDE, levels);
    if (status == DIGIT_OK)
        finish(levels, sample);
    return status;
}
