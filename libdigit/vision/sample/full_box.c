#include "vision/sample/full_box.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "vision/ink/components.h"

typedef struct histogram {
    uint32_t counts[256];
    int least, most; /* levels that occur */
} histogram;

static void count_levels(const dg_plane *grey, histogram *h)
{
    *h = (histogram){.least = 255, .most = 0};
    for (size_t i = 0; i < grey->width * grey->height; i++)
        h->counts[grey->pixels[i]]++;
    for (int level = 0; level < 256; level++)
        if (h->counts[level] > 0) {
            h->least = dg_min_i32(h->least, level);
            h->most = level;
        }
}

/* Twice the middle of the levels; a pixel just there is on no side. */
static int twice_middle(const histogram *h)
{
    return h->least + h->most;
}

/* The median of the levels on the lighter or the darker side. */
static uint8_t median_of_side(const histogram *h, bool lighter)
{
    const int middle = twice_middle(h);
    const int from = lighter ? middle / 2 + 1 : h->least;
    const int to = lighter ? h->most : (middle + 1) / 2 - 1;
    uint32_t all = 0, below = 0;
    for (int level = from; level <= to; level++)
        all += h->counts[level];
    int level = from;
    while (level < to && (below += h->counts[level]) * 2 < all)
        level++;
    return (uint8_t)level;
}

/* Do pixels `step` apart, `count` of them, have both sides? */
static bool has_both(const uint8_t *first, size_t step, size_t count, int middle)
{
    bool light = false, dark = false;
    for (size_t i = 0; i < count; i++) {
        light |= 2 * first[i * step] > middle;
        dark |= 2 * first[i * step] < middle;
    }
    return light && dark;
}

static bool edges_have_both(const dg_plane *grey, int middle)
{
    const size_t w = grey->width, h = grey->height;
    return has_both(grey->pixels, 1, w, middle) &&
           has_both(grey->pixels + (h - 1) * w, 1, w, middle) &&
           has_both(grey->pixels, w, h, middle) && has_both(grey->pixels + w - 1, w, h, middle);
}

/* Is a component of the pixels from `least` on as large as the picture? */
static digit_status reaches_all_edges(const dg_plane *side, uint8_t least,
                                      const dg_deadline *deadline, bool *reaches)
{
    const dg_threads one = {.count = 1, .deadline = deadline};
    dg_components found = {0};
    dg_runs runs;
    digit_status status = dg_runs_find(side, least, one, &runs);
    if (status == DIGIT_OK)
        status = dg_components_find(&runs, 1, deadline, &found);
    *reaches = false;
    for (size_t i = 0; status == DIGIT_OK && i < found.count; i++)
        *reaches |= dg_component_width(&found.items[i]) == side->width &&
                    dg_component_height(&found.items[i]) == side->height;
    dg_components_free(&found);
    dg_runs_free(&runs);
    return status;
}

static digit_status invert(const dg_plane *grey, dg_plane *negative)
{
    const size_t count = grey->width * grey->height;
    *negative = (dg_plane){dg_alloc(count, 1), grey->width, grey->height};
    if (!negative->pixels)
        return dg_fail_memory("a picture", count);
    for (size_t i = 0; i < count; i++)
        negative->pixels[i] = (uint8_t)(255 - grey->pixels[i]);
    return DIGIT_OK;
}

digit_status dg_full_box_judge(const dg_plane *grey, const dg_deadline *deadline,
                               dg_full_box *box, bool *found)
{
    bool lighter = false, darker = false;
    dg_plane negative;
    histogram h;
    count_levels(grey, &h);
    const int middle = twice_middle(&h);
    *found = false;
    *box = (dg_full_box){0};
    if (h.least == h.most || !edges_have_both(grey, middle))
        return DIGIT_OK;
    digit_status status = invert(grey, &negative);
    if (status == DIGIT_OK)
        status = reaches_all_edges(grey, (uint8_t)(middle / 2 + 1), deadline, &lighter);
    if (status == DIGIT_OK)
        status = reaches_all_edges(&negative, (uint8_t)((510 - middle) / 2 + 1), deadline,
                                   &darker);
    dg_free(negative.pixels);
    *found = lighter != darker;
    *box = (dg_full_box){lighter, median_of_side(&h, !lighter)};
    return status;
}
