/* A sign is known by its shape and by where it stands beside the digit on its left: a slash is a
 * straight stroke higher than digits, a comma hangs below the foot of the digit, a dash lies at
 * half its height. */
#include "vision/geometry.h"
#include "vision/page/lines_parts.h"

#include <math.h>

static int32_t width_of(const dg_cluster *p)
{
    return p->right - p->left + 1;
}

static int32_t height_of(const dg_cluster *p)
{
    return p->bottom - p->top + 1;
}

static double run_centre(const dg_run *run)
{
    return (run->start + run->end - 1) / 2.0;
}

/* One run in each row, and the centres on a straight line that rises to the right. */
static bool is_slanted(const dg_run *runs, size_t count, const dg_cluster *cluster)
{
    const int32_t width = width_of(cluster), height = height_of(cluster);
    if (count != (size_t)height || width < DG_SLASH_NARROW * height ||
        width > DG_SLASH_WIDE * height)
        return false;
    const size_t margin = count / 8; /* the ends of a stroke may be bent */
    const double from = run_centre(&runs[margin]), to = run_centre(&runs[count - 1 - margin]);
    const double slope = (to - from) / (double)(count - 1 - 2 * margin);
    for (size_t i = 0; i < count; i++) {
        const double centre = from + slope * ((double)i - (double)margin);
        if (runs[i].y != cluster->top + (int32_t)i ||
            fabs(run_centre(&runs[i]) - centre) > DG_SLASH_STRAIGHT * height)
            return false;
    }
    return slope < 0;
}

bool dg_cluster_hangs(const dg_cluster *p, const dg_cluster *digit, const dg_cluster *after,
                      double gap)
{
    const int32_t height = height_of(digit);
    const bool under = after && p->right - after->left >= DG_PART_OVERLAP * width_of(p);
    return !under && height_of(p) < DG_COMMA_HIGH * height &&
           p->top >= digit->top + DG_COMMA_FROM * height &&
           p->top <= digit->bottom + gap * height &&
           p->bottom > digit->bottom + DG_COMMA_BELOW * height &&
           2 * p->left >= digit->left + digit->right &&
           p->left - digit->right <= DG_SIGN_GAP * height;
}

/* Does it lie at half the height of a digit, and between two? */
static bool is_dash(const dg_cluster *p, const dg_cluster *before, const dg_cluster *after)
{
    const int32_t height = height_of(before);
    const double place = ((p->top + p->bottom) / 2.0 - before->top) / height;
    return width_of(p) >= DG_DASH_LONG * height_of(p) && width_of(p) <= DG_DIGIT_WIDE * height &&
           fabs(place - 0.5) <= DG_DASH_MIDDLE && p->left > before->right &&
           after->left > p->right && p->left - before->right <= DG_SIGN_GAP * height &&
           after->left - p->right <= DG_SIGN_GAP * height;
}

/* Is it higher than the line's digits, or than those on both sides and reaches beyond them, above
 * and below? */
static bool is_high(const dg_cluster *p, const dg_cluster *before, const dg_cluster *after,
                    double size)
{
    const double beyond = DG_SLASH_BEYOND * size;
    const double usual = fmin((height_of(before) + height_of(after)) / 2.0, size);
    const bool ends = !after->small && p->top <= fmin(before->top, after->top) - beyond &&
                      p->bottom >= fmax(before->bottom, after->bottom) + beyond;
    return height_of(p) >= DG_SLASH_HIGH * size || (ends && height_of(p) >= DG_SLASH_LOW * usual);
}

static bool is_slash(const dg_components *components, const dg_cluster *p,
                     const dg_cluster *before, const dg_cluster *after, double size)
{
    const dg_component *component = &components->items[p->component];
    return is_high(p, before, after, size) && p->left - before->right <= DG_SIGN_GAP * size &&
           after->left - p->right <= DG_SIGN_GAP * size &&
           is_slanted(components->runs + component->first, component->count, p);
}

static bool is_sign(const dg_components *components, const dg_lines *lines, const dg_line *line,
                    size_t index, const dg_cluster *digit)
{
    const dg_cluster *p = &lines->clusters[index];
    const dg_cluster *after = index + 1 < line->first + line->count ? p + 1 : NULL;
    if (p->small)
        return dg_cluster_hangs(p, digit, after, INFINITY) || (after && is_dash(p, digit, after));
    return after && is_slash(components, p, digit, after, line->size);
}

void dg_lines_signs(const dg_components *components, const dg_lines *lines, const dg_line *line)
{
    dg_cluster *digit = NULL;
    for (size_t i = line->first; i < line->first + line->count; i++) {
        dg_cluster *p = &lines->clusters[i];
        p->sign = digit && is_sign(components, lines, line, i, digit);
        digit = p->small || p->sign ? digit : p;
    }
}
