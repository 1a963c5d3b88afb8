#include "vision/normalize.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/components.h"
#include "vision/pixels.h"
#include "vision/polarity.h"
#include "vision/resample.h"
#include "vision/select.h"
#include "vision/strength.h"
#include "vision/stroke.h"

#include <math.h>
#include <string.h>

#define SIDE DIGIT_SAMPLE_SIDE

/* MNIST's frame: the longer side of the ink is 20 pixels, and whole steps bring
 * the centre of mass as near to (14, 14), the middle of pixel 14, as they can. */
#define FIT         20.0
#define MASS_CENTRE 14.0

/* A pixel of this strength belongs to the digit's box. */
#define BOX_STRENGTH 64

/* Strokes that would come out narrower than the first are widened, in the
 * sample's pixels. */
#define STROKE_MIN 1.6

/* Samples whose darker pixels are paler than this are stretched to it. */
#define DARK_SHARE 0.75
#define DARK_LEVEL 250.0f

typedef struct prepared {
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    uint32_t flags;
    digit_box box;
} prepared;

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

/* The whole number of pixels that puts the mass nearest to MNIST's place, but
 * keeps the ink, `size` pixels long, inside the sample. */
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

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}
