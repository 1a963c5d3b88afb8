#include "vision/sample/select.h"

/* A digit is at least so many pixels long, and at least this part of the
 * picture's longer side. */
#define LENGTH_MIN   3
#define LENGTH_SHARE 64

/* A component is a speck below this part of the main component's area; away from the
 * main component, by more than a part of its size, it must be larger. */
#define SPECK_NEAR 200
#define SPECK_FAR  16
#define FAR_GAP    8

/* A component cut off by the border is a neighbour if it shares less than this part
 * of its length with the main component; above or below, if it is small as well. */
#define NEIGHBOUR_OVERLAP 4
#define NEIGHBOUR_SMALL   10

typedef struct span {
    int32_t from, to; /* pixels, `to` not included */
} span;

static span span_across(const dg_component *c)
{
    return (span){c->left, c->right + 1};
}

static span span_down(const dg_component *c)
{
    return (span){c->top, c->bottom + 1};
}

static int32_t length(span s)
{
    return s.to - s.from;
}

/* Pixels two spans share; negative: the gap between them. */
static int32_t overlap(span a, span b)
{
    const int32_t from = a.from > b.from ? a.from : b.from;
    const int32_t to = a.to < b.to ? a.to : b.to;
    return to - from;
}

static bool touches_end(span s, int32_t end)
{
    return s.from == 0 || s.to == end;
}

/* How far the middle of a span is from the middle of the picture, 0..1. */
static double off_centre(span s, int32_t end)
{
    const double off = (double)(s.from + s.to - end) / end;
    return off < 0 ? -off : off;
}

/* Large and central: of two neighbours the one in the middle is meant. */
static double importance(const dg_component *c, int32_t width, int32_t height)
{
    const span x = span_across(c), y = span_down(c);
    const double off = off_centre(x, width) + off_centre(y, height);
    const bool cut = touches_end(x, width) || touches_end(y, height);
    return (double)c->area * (1.2 - 0.5 * off) * (cut ? 0.7 : 1.0);
}

static const dg_component *find_main(const dg_components *components, int32_t width, int32_t height)
{
    const dg_component *main = NULL;
    double best = 0;
    for (size_t i = 0; i < components->count; i++) {
        const double value = importance(&components->items[i], width, height);
        if (value > best) {
            best = value;
            main = &components->items[i];
        }
    }
    return main;
}

static bool is_speck(const dg_component *c, const dg_component *main)
{
    const int32_t size = length(span_across(main)) > length(span_down(main))
                             ? length(span_across(main))
                             : length(span_down(main));
    const int32_t gap_across = -overlap(span_across(c), span_across(main));
    const int32_t gap_down = -overlap(span_down(c), span_down(main));
    const bool far = gap_across > size / FAR_GAP || gap_down > size / FAR_GAP;
    return (uint64_t)c->area * (far ? SPECK_FAR : SPECK_NEAR) < main->area;
}

/* Along one axis: cut off by the border, and mostly beside the main component? The
 * part of a digit that a tight crop cuts lies above or below the rest of it. */
static bool is_cut_beside(span part, span main, int32_t end)
{
    return touches_end(part, end) && overlap(part, main) * NEIGHBOUR_OVERLAP < length(part);
}

static bool is_neighbour(const dg_component *c, const dg_component *main, int32_t width,
                         int32_t height)
{
    if (is_cut_beside(span_across(c), span_across(main), width))
        return true;
    /* Above or below it may be a stroke of the digit, such as the bar of a 5:
     * only what is small and far is not. */
    const int32_t gap = -overlap(span_down(c), span_down(main));
    return is_cut_beside(span_down(c), span_down(main), height) &&
           gap > length(span_down(main)) / FAR_GAP && c->area < main->area / NEIGHBOUR_SMALL;
}

static bool is_too_small(const dg_component *c, int32_t width, int32_t height)
{
    const int32_t longer = width > height ? width : height;
    const int32_t across = length(span_across(c)), down = length(span_down(c));
    const int32_t size = across > down ? across : down;
    return (size < LENGTH_MIN && size < longer) || size * LENGTH_SHARE < longer;
}

static void grow_box(digit_box *box, const dg_component *c)
{
    const int32_t right = box->x + box->width, bottom = box->y + box->height;
    const int32_t far_x = c->right + 1 > right ? c->right + 1 : right;
    const int32_t far_y = c->bottom + 1 > bottom ? c->bottom + 1 : bottom;
    box->x = c->left < box->x ? c->left : box->x;
    box->y = c->top < box->y ? c->top : box->y;
    box->width = far_x - box->x;
    box->height = far_y - box->y;
}

/* The picture and the digit's largest component. */
typedef struct choice {
    dg_component main;
    int32_t width, height;
    digit_box *box;
} choice;

static bool is_of_digit(const dg_component *c, const void *context)
{
    const choice *of = context; /* the largest one is neither a speck beside itself nor cut off */
    if (is_speck(c, &of->main) || is_neighbour(c, &of->main, of->width, of->height))
        return false;
    grow_box(of->box, c);
    return true;
}

bool dg_select_digit(dg_components *components, size_t width, size_t height, digit_box *box)
{
    choice c = {.width = (int32_t)width, .height = (int32_t)height, .box = box};
    const dg_component *main = find_main(components, c.width, c.height);
    *box = (digit_box){0, 0, 0, 0};
    if (!main || is_too_small(main, c.width, c.height))
        return false;
    c.main = *main;
    *box = (digit_box){main->left, main->top, (int32_t)dg_component_width(main),
                       (int32_t)dg_component_height(main)};
    dg_components_keep(components, is_of_digit, &c);
    return true;
}
