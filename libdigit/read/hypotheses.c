#include "read/hypotheses.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"

#include <math.h>

/* Bounds of what may be one digit, in digits' sizes. */
#define PIECES_MOST 3
#define WIDEST      1.35 /* a part of a piece */
#define NARROWEST   0.1
#define LOWEST      0.5
#define JOIN_WIDEST 1.25 /* put together from several pieces */
#define JOIN_NARROW 0.8  /* ... all of them tall */
#define JOIN_HIGHEST 1.5
#define JOIN_GAP    0.15
#define SHORT       0.6  /* lower than a digit */
#define SMALL_LEAST 0.3

/* Bounds of what may be two digits that touch, and how many segments apart such hypotheses begin
 * and end. */
#define PAIR_NARROWEST 0.4
#define PAIR_WIDEST    2.4
#define PAIR_STEP      2

/* What it costs to say that ink lay apart. */
#define JOIN_COST 0.9f

/* What it costs to take a slash for a 1. */
#define SLASH_COST 2.5f

/* Neighbouring segments, and where they lie among their pieces. */
typedef struct span {
    const dg_segment *segments; /* [count] */
    uint32_t count, pieces;
    bool cut_before, cut_after;
    digit_box box;
    double size; /* of the line's digits */
} span;

static span span_of(const dg_segments *segments, const dg_segment_line *line, size_t first,
                    uint32_t count)
{
    const dg_segment *items = &segments->items[first];
    span s = {.segments = items, .count = count, .pieces = 1, .size = line->size};
    for (uint32_t i = 1; i < count; i++)
        s.pieces += items[i].piece != items[i - 1].piece;
    s.cut_before = items[0].cut_before;
    s.cut_after = first + count < line->first + line->count && items[count].cut_before;
    s.box = dg_segments_box(items, count);
    return s;
}

/* ---- What may be a digit --------------------------------------------------- */

/* Is one of its pieces lower than a digit, and are all of them near their neighbours? */
static bool is_broken(const span *s, bool *has_short)
{
    *has_short = false;
    for (uint32_t i = 0, end; i < s->count; i = end) {
        for (end = i + 1; end < s->count && s->segments[end].piece == s->segments[i].piece;)
            end++;
        const digit_box box = dg_segments_box(s->segments + i, end - i);
        *has_short |= box.height < SHORT * s->size;
        if (end < s->count && s->segments[end].left - (box.x + box.width - 1) > JOIN_GAP * s->size)
            return false;
    }
    return true;
}

/* Why several pieces should be one digit: they are near, narrow, and one of them is no digit
 * on its own. */
static bool may_join(const span *s)
{
    bool has_short;
    return s->pieces <= PIECES_MOST && !s->cut_before && !s->cut_after &&
           is_broken(s, &has_short) &&
           s->box.width <= (has_short ? JOIN_WIDEST : JOIN_NARROW) * s->size &&
           s->box.height <= JOIN_HIGHEST * s->size;
}

/* Between two cuts, or a cut and the end of the piece. */
static bool may_be_part(const span *s)
{
    return (s->segments[0].wide || !(s->cut_before && s->cut_after)) &&
           s->box.width >= NARROWEST * s->size && s->box.width <= WIDEST * s->size &&
           s->box.height >= LOWEST * s->size;
}

static bool all_small(const span *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (!s->segments[i].small)
            return false;
    return true;
}

static bool may_be_digit(const span *s)
{
    if (all_small(s) && s->box.height < SMALL_LEAST * s->size)
        return false;
    if (s->pieces > 1)
        return may_join(s);
    return !(s->cut_before || s->cut_after) || may_be_part(s);
}

/* All of a piece, or of a wide one what begins and ends at its ends or at some of its cuts. */
static bool may_be_pair(const span *s, size_t first)
{
    const bool begins = !s->cut_before || first % PAIR_STEP == 0;
    const bool ends = !s->cut_after || (first + s->count) % PAIR_STEP == 0;
    return s->pieces == 1 && !s->segments[0].small && begins && ends &&
           (s->segments[0].wide || !(s->cut_before || s->cut_after)) &&
           s->box.width >= PAIR_NARROWEST * s->size && s->box.width <= PAIR_WIDEST * s->size &&
           s->box.height >= LOWEST * s->size;
}

/* Nothing wider may be a digit or two, unless all of a piece is one. */
static bool is_too_wide(const span *s)
{
    const double widest = s->segments[0].wide ? PAIR_WIDEST : WIDEST;
    return s->box.width > widest * s->size && (s->cut_before || !s->cut_after);
}

/* What it costs by its size and place alone. */
static float shape_cost(const span *s)
{
    const double high = s->box.height / s->size;
    float cost = JOIN_COST * (float)(s->pieces - 1);
    if (s->pieces == 1 && s->segments[0].slash)
        cost += SLASH_COST;
    if (high < 0.7)
        cost += (float)(6 * (0.7 - high));
    if (high > 1.5)
        cost += (float)(3 * (high - 1.5));
    return cost;
}

static digit_status add(dg_hypotheses *hypotheses, const dg_hypothesis *hypothesis)
{
    dg_hypothesis *items = dg_grow(hypotheses->items, hypotheses->count, &hypotheses->room, 1,
                                   sizeof *items);
    if (!items)
        return dg_fail_memory("hypotheses", sizeof *items);
    hypotheses->items = items;
    hypotheses->items[hypotheses->count++] = *hypothesis;
    return DIGIT_OK;
}

static digit_status list_from(const dg_segments *segments, const dg_segment_line *line,
                              size_t first, dg_hypotheses *hypotheses)
{
    const uint32_t most = (uint32_t)(line->first + line->count - first);
    digit_status status = DIGIT_OK;
    for (uint32_t count = 1; status == DIGIT_OK && count <= most; count++) {
        const span s = span_of(segments, line, first, count);
        if (s.pieces > PIECES_MOST)
            break;
        const dg_hypothesis hypothesis = {.first = (uint32_t)first,
                                          .count = count,
                                          .pieces = s.pieces,
                                          .whole = !(s.cut_before || s.cut_after),
                                          .cuts = (uint8_t)(s.cut_before + s.cut_after),
                                          .single = may_be_digit(&s),
                                          .pair = may_be_pair(&s, first),
                                          .shape = shape_cost(&s),
                                          .pairs = {.one = 1}};
        if (hypothesis.single || hypothesis.pair)
            status = add(hypotheses, &hypothesis);
        if (is_too_wide(&s))
            break;
    }
    return status;
}

digit_status dg_hypotheses_list(const dg_segments *segments, dg_hypotheses *hypotheses)
{
    digit_status status = DIGIT_OK;
    *hypotheses = (dg_hypotheses){0};
    hypotheses->begin = dg_alloc(segments->count + 1, sizeof *hypotheses->begin);
    if (!hypotheses->begin)
        return dg_fail_memory("hypotheses", (segments->count + 1) * sizeof *hypotheses->begin);
    for (size_t i = 0; i < segments->line_count; i++) {
        const dg_segment_line *line = &segments->lines[i];
        for (size_t a = line->first; status == DIGIT_OK && a < line->first + line->count; a++) {
            hypotheses->begin[a] = (uint32_t)hypotheses->count;
            status = list_from(segments, line, a, hypotheses);
        }
    }
    hypotheses->begin[segments->count] = (uint32_t)hypotheses->count;
    return status;
}

void dg_hypotheses_free(dg_hypotheses *hypotheses)
{
    dg_free(hypotheses->items);
    dg_free(hypotheses->begin);
    *hypotheses = (dg_hypotheses){0};
}

/* ---- Costs ----------------------------------------------------------------
 *
 * Each is a sum of what is known, weighed: a conditional random field (Lafferty, McCallum and
 * Pereira, ICML 2001), so that the weights could be fitted. docs/reading.md says to what.
 */

/* Width by height of MNIST's training digits, slanted by up to a quarter either way: mean
 * and deviation. */
static const double aspect_mean[DIGIT_CLASSES] = {0.93, 0.48, 0.97, 0.83, 0.82,
                                                  0.97, 0.77, 0.81, 0.79, 0.71};
static const double aspect_spread[DIGIT_CLASSES] = {0.18, 0.19, 0.21, 0.17, 0.17,
                                                    0.25, 0.16, 0.17, 0.17, 0.14};

/* People write narrower and wider than MNIST's; only what is far off counts. */
#define ASPECT_FREE 1.0
#define ASPECT_SHARE 0.3

static double aspect_cost(double aspect, int digit)
{
    const double off = fabs(aspect - aspect_mean[digit]) / aspect_spread[digit] - ASPECT_FREE;
    return off > 0 ? ASPECT_SHARE * off * off / 2 : 0;
}

static double cost_of(double probability)
{
    return -log(fmax(probability, 1e-6));
}

/* What doubts weigh, which are -log of probabilities. */
typedef struct weights {
    double top;    /* the network doubts between digits: it has often none before it */
    double digit;  /* ... it would rather have another digit */
    double other;  /* ... it is no digit */
    double pair;   /* the other network: it is two */
    double one;    /* ... it is not one */
    double aspect; /* it is too wide or too narrow */
} weights;

static const weights whole_weights = {1, 1, 1, 1, 0, 1};
static const weights part_weights = {4.77, 1.56, 2.93, 2.97, 10.05, 2.37};

/* A slice: what it is worth by the digit it looks like (strokes of all digits look like a 1), what
 * each side costs on which ink goes on, and how wide slices are that are digits, in sizes. */
static const double part_worth[DIGIT_CLASSES] = {3.71, 0.52, 2.44, 3.58, 3.76,
                                                 3.90, 3.18, 2.02, 4.87, 4.23};
#define CUT_COST    1.55
#define PART_WIDTH  0.84
#define WIDTH_COST  3.01

static double part_cost(const dg_hypothesis *hypothesis, double width, int digit)
{
    const double off = digit == 1 ? 0 : width - PART_WIDTH;
    return (double)hypothesis->rare + CUT_COST * hypothesis->cuts + WIDTH_COST * off * off -
           part_worth[digit];
}

double dg_hypothesis_cost(const dg_hypothesis *hypothesis, const dg_segments *segments, double size,
                          int digit)
{
    const digit_box box = dg_segments_box(&segments->items[hypothesis->first], hypothesis->count);
    const double aspect = box.width / fmax(box.height, 0.7 * size);
    const digit_prediction *answer = &hypothesis->answer;
    const weights *w = hypothesis->whole ? &whole_weights : &part_weights;
    return (double)hypothesis->shape +
           (hypothesis->whole ? 0 : part_cost(hypothesis, box.width / size, digit)) +
           w->aspect * aspect_cost(aspect, digit) +
           w->top * cost_of((double)answer->probabilities[answer->digit]) +
           w->digit * cost_of((double)answer->probabilities[digit]) +
           w->other * cost_of(1 - (double)answer->other) +
           w->pair * cost_of(1 - (double)hypothesis->pairs.all) +
           w->one * cost_of((double)hypothesis->pairs.one);
}

/* Two digits: what it is worth that they need no cut, for the ways to cut them add up; what the
 * network's doubt weighs, in all of a piece and in some of it; what width costs. */
#define PAIR_WORTH       6.52
#define PAIR_WEIGHT      1.20
#define PAIR_PART_WORTH  2.44
#define PAIR_PART_WEIGHT 0.85
#define PAIR_WIDTH_COST  0.96

double dg_hypothesis_pair_cost(const dg_hypothesis *hypothesis, const dg_segments *segments,
                               double size, int index)
{
    const digit_box box = dg_segments_box(&segments->items[hypothesis->first], hypothesis->count);
    const double doubt = cost_of((double)hypothesis->pairs.p[index]), width = box.width / size;
    const double cost = (double)hypothesis->shape + (double)hypothesis->rare +
                        PAIR_WIDTH_COST * width * width;
    return hypothesis->whole ? cost - PAIR_WORTH + PAIR_WEIGHT * doubt
                             : cost - PAIR_PART_WORTH + PAIR_PART_WEIGHT * doubt;
}
