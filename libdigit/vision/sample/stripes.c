#include "vision/sample/stripes.h"

#include "base/number.h"

#include <string.h>

/* A line counts if this share of its pixels jump by so many grey levels. */
#define JUMP 40
#define JUMPING_SHARE 0.74

/* And if it jumps at both of its ends, this part of it, where a digit's stroke is round or over:
 * the share of pixels that must. */
#define END_PART 10
#define END_SHARE 0.75

/* Jumps are looked for over a distance of this part of the side, for edges that are not quite
 * sharp; strokes' edges are as sharp but not as long. */
#define SHARPNESS 56

/* Stripes are at least this part of the side wide, so there are at most as many. */
#define NARROWEST DG_STRIPES_MOST

/* There is ink if one in so many pixels stands out from its stripe. */
#define INK_LEAST 150

#define COLUMNS 64 /* are looked at together */

/* Places in the picture along the axis that the stripes follow one another on, and across. */
typedef struct axis {
    size_t along, along_step; /* pixels, and bytes from one to the next */
    size_t across, across_step;
} axis;

/* While looking along one axis. */
typedef struct search {
    dg_stripes *found;
    size_t run; /* edges in a row, up to the place at hand */
} search;

/* Along one line: how many pixels jump, in all and near the ends. */
typedef struct tally {
    uint32_t all, ends;
} tally;

static bool is_end(size_t at, size_t length)
{
    const size_t end = length / END_PART + 1;
    return at < end || at + end >= length;
}

static void tally_add(tally *t, uint8_t a, uint8_t b, bool at_end)
{
    const uint32_t jumps = (a > b ? a - b : b - a) >= JUMP;
    t->all += jumps;
    t->ends += jumps & at_end;
}

static bool is_edge(const tally *t, size_t length)
{
    const size_t ends = dg_min_size(2 * (length / END_PART + 1), length);
    return (double)t->all > JUMPING_SHARE * (double)length &&
           (double)t->ends >= END_SHARE * (double)ends;
}

/* ---- Where the background changes ----------------------------------------- */

/* What is too near to the last cut or the end is none. */
static void add_cut(dg_stripes *found, size_t at, size_t side)
{
    const size_t narrowest = side / NARROWEST + 1;
    if (found->count < NARROWEST && at >= found->at[found->count - 1] + narrowest &&
        at + narrowest <= side)
        found->at[found->count++] = at;
}

/* Between place `at` and `apart` further is an edge or not; one is in the middle of all the places
 * in a row that have one. */
static void note(search *s, size_t at, size_t apart, bool edge, size_t side)
{
    if (edge) {
        s->run++;
        return;
    }
    if (s->run > 0)
        add_cut(s->found, (2 * at - s->run + apart) / 2, side);
    s->run = 0;
}

static void find_level(const dg_plane *grey, dg_stripes *found)
{
    const size_t apart = grey->height / SHARPNESS + 1;
    search s = {found, 0};
    *found = (dg_stripes){.vertical = false, .count = 1};
    for (size_t y = 0; y + apart < grey->height; y++) {
        const uint8_t *row = grey->pixels + y * grey->width, *below = row + apart * grey->width;
        tally t = {0, 0};
        for (size_t x = 0; x < grey->width; x++)
            tally_add(&t, row[x], below[x], is_end(x, grey->width));
        note(&s, y, apart, is_edge(&t, grey->width), grey->height);
    }
    found->at[found->count] = grey->height;
}

static void find_vertical(const dg_plane *grey, dg_stripes *found)
{
    const size_t apart = grey->width / SHARPNESS + 1;
    search s = {found, 0};
    *found = (dg_stripes){.vertical = true, .count = 1};
    for (size_t left = 0; left + apart < grey->width; left += COLUMNS) {
        const size_t columns = dg_min_size(COLUMNS, grey->width - apart - left);
        tally t[COLUMNS] = {{0, 0}};
        for (size_t y = 0; y < grey->height; y++) {
            const uint8_t *row = grey->pixels + y * grey->width + left;
            const bool at_end = is_end(y, grey->height);
            for (size_t x = 0; x < columns; x++)
                tally_add(&t[x], row[x], row[x + apart], at_end);
        }
        for (size_t x = 0; x < columns; x++)
            note(&s, left + x, apart, is_edge(&t[x], grey->height), grey->width);
    }
    found->at[found->count] = grey->width;
}

bool dg_stripes_find(const dg_plane *grey, dg_stripes *found)
{
    find_vertical(grey, found);
    if (found->count == 1)
        find_level(grey, found);
    return found->count > 1;
}

/* ---- Each stripe by itself -------------------------------------------- */

typedef struct stripe {
    int background; /* twice the median level */
    bool light; /* ink is lighter than that */
} stripe;

/* Twice the median: between the middle two of an even number. */
static int median(const uint64_t counts[256])
{
    uint64_t total = 0, below = 0, above = 0;
    int low = 0, high = 255;
    for (int i = 0; i < 256; i++)
        total += counts[i];
    while ((below += counts[low]) * 2 < total)
        low++;
    while ((above += counts[high]) * 2 < total)
        high--;
    return low + high;
}

static stripe measure(const uint8_t *pixels, const axis *a, size_t from, size_t to, uint32_t ink)
{
    uint64_t counts[256] = {0};
    double skew = 0;
    for (size_t i = from; i < to; i++)
        for (size_t j = 0; j < a->across; j++)
            counts[pixels[i * a->along_step + j * a->across_step]]++;
    const int background = median(counts);
    for (int level = 0; level < 256; level++) {
        const double off = 2 * level - background;
        skew += (double)counts[level] * off * off * off;
    }
    /* A tie has no rarer side: call the first pixel background, for the negative too. */
    const bool light = skew != 0 ? skew > 0 : pixels[from * a->along_step] < 128;
    return (stripe){background, ink == DIGIT_INK_AUTO ? light : ink == DIGIT_INK_LIGHT};
}

static int off_background(const stripe *s, uint8_t level)
{
    const int off = s->light ? 2 * level - s->background : s->background - 2 * level;
    return off > 0 ? off / 2 : 0;
}

/* Pixels that stand out, away from the edges of the stripe, which may be soft. */
static size_t count_ink(const uint8_t *pixels, const axis *a, size_t from, size_t to,
                        const stripe *s)
{
    const size_t edge = a->along / SHARPNESS + 1;
    size_t count = 0;
    for (size_t i = from + edge; i + edge < to; i++)
        for (size_t j = 0; j < a->across; j++)
            count += off_background(s, pixels[i * a->along_step + j * a->across_step]) >= JUMP;
    return count;
}

static void flatten(uint8_t *pixels, const axis *a, size_t from, size_t to, const stripe *s)
{
    for (size_t i = from; i < to; i++)
        for (size_t j = 0; j < a->across; j++) {
            uint8_t *pixel = pixels + i * a->along_step + j * a->across_step;
            *pixel = (uint8_t)off_background(s, *pixel);
        }
}

bool dg_stripes_flatten(const dg_plane *grey, const dg_stripes *found, uint32_t ink)
{
    const axis vertical = {grey->width, 1, grey->height, grey->width};
    const axis level = {grey->height, grey->width, grey->width, 1};
    const axis *a = found->vertical ? &vertical : &level;
    stripe stripes[NARROWEST];
    size_t inked = 0;
    for (size_t i = 0; i < found->count; i++) {
        stripes[i] = measure(grey->pixels, a, found->at[i], found->at[i + 1], ink);
        inked += count_ink(grey->pixels, a, found->at[i], found->at[i + 1], &stripes[i]);
    }
    if (inked * INK_LEAST < a->along * a->across)
        return false;
    for (size_t i = 0; i < found->count; i++)
        flatten(grey->pixels, a, found->at[i], found->at[i + 1], &stripes[i]);
    return true;
}
