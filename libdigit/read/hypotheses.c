#include "read/hypotheses.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "read/weights.h"
#include "vision/geometry.h"

#include <math.h>

/* The most clusters of a digit. */
#define CLUSTERS_MOST 3

/* Hypotheses of two digits begin and end at cuts so many segments apart. */
#define PAIR_STEP 2

/* Costs, in nats, of each join, and of a sign that is a digit, or a part of one. */
#define JOIN_COST  0.9f
#define SIGN_COST 2.5f

/* Costs, in nats for each digit's height, of being lower than DG_DIGIT_LOW or higher than
 * DG_DIGIT_HIGH. */
#define LOW_COST  6
#define HIGH_COST 3

/* Neighbouring segments of a line. */
typedef struct span {
    const dg_segment *segments; /* [count] */
    uint32_t count, clusters;
    bool cut_before, cut_after;
    digit_box box;
    double size; /* height of the line's digits in pixels */
} span;

static span span_of(const dg_segments *segments, const dg_segment_line *line, size_t first,
                    uint32_t count)
{
    const dg_segment *items = &segments->items[first];
    span s = {.segments = items, .count = count, .clusters = 1, .size = line->size};
    for (uint32_t i = 1; i < count; i++)
        s.clusters += items[i].cluster != items[i - 1].cluster;
    s.cut_before = items[0].cut_before;
    s.cut_after = first + count < line->first + line->count && items[count].cut_before;
    s.box = dg_segments_box(items, count);
    return s;
}

/* ---- One digit or two ------------------------------------------------------- */

/* Are its clusters close together? Tells whether one of them is too low for a digit. */
static bool are_close(const span *s, bool *has_short)
{
    *has_short = false;
    for (uint32_t i = 0, end; i < s->count; i = end) {
        for (end = i + 1; end < s->count && s->segments[end].cluster == s->segments[i].cluster;)
            end++;
        const digit_box box = dg_segments_box(s->segments + i, end - i);
        *has_short |= box.height < DG_DIGIT_LOW * s->size;
        const int32_t right = box.x + box.width - 1;
        if (end < s->count && s->segments[end].left - right > DG_BROKEN_GAP * s->size)
            return false;
    }
    return true;
}

/* A digit in several clusters: they are close together and narrow, the more so if each could be a
 * digit on its own. */
static bool may_join(const span *s)
{
    bool has_short;
    return s->clusters <= CLUSTERS_MOST && !s->cut_before && !s->cut_after &&
           are_close(s, &has_short) &&
           s->box.width <= (has_short ? DG_DIGIT_WIDEST : DG_DIGIT_WIDE) * s->size &&
           s->box.height <= DG_DIGIT_HIGH * s->size;
}

/* A digit between two cuts, or between a cut and an end of the cluster. */
static bool may_be_part(const span *s)
{
    return (s->segments[0].wide || !(s->cut_before && s->cut_after)) &&
           s->box.width >= DG_DIGIT_NARROWEST * s->size &&
           s->box.width <= DG_DIGIT_WIDEST * s->size &&
           s->box.height >= DG_DIGIT_LOWEST * s->size;
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
    if (all_small(s) && s->box.height < DG_SMALL_DIGIT * s->size)
        return false;
    if (s->clusters > 1)
        return may_join(s);
    return !(s->cut_before || s->cut_after) || may_be_part(s);
}

/* Two digits: all of a cluster, or, of a wide one, what lies between its ends and some of its
 * cuts. */
static bool may_be_pair(const span *s, size_t first)
{
    const bool begins = !s->cut_before || first % PAIR_STEP == 0;
    const bool ends = !s->cut_after || (first + s->count) % PAIR_STEP == 0;
    return s->clusters == 1 && !s->segments[0].small && begins && ends &&
           (s->segments[0].wide || !(s->cut_before || s->cut_after)) &&
           s->box.width >= DG_PAIR_NARROWEST * s->size &&
           s->box.width <= DG_PAIR_WIDEST * s->size && s->box.height >= DG_DIGIT_LOWEST * s->size;
}

/* Is nothing that adds segments a digit or two? All of a cluster may be, however wide. */
static bool is_too_wide(const span *s)
{
    const double widest = s->segments[0].wide ? DG_PAIR_WIDEST : DG_DIGIT_WIDEST;
    return s->box.width > widest * s->size && (s->cut_before || !s->cut_after);
}

/* The cost before any network is asked. */
static float fixed_cost(const span *s)
{
    const double height = s->box.height / s->size;
    float cost = JOIN_COST * (float)(s->clusters - 1);
    for (uint32_t i = 0; i < s->count; i++)
        cost += s->segments[i].sign ? SIGN_COST : 0;
    if (height < DG_DIGIT_LOW)
        cost += (float)(LOW_COST * (DG_DIGIT_LOW - height));
    if (height > DG_DIGIT_HIGH)
        cost += (float)(HIGH_COST * (height - DG_DIGIT_HIGH));
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
        if (s.clusters > CLUSTERS_MOST)
            break;
        const dg_hypothesis hypothesis = {.first = (uint32_t)first,
                                          .count = count,
                                          .clusters = s.clusters,
                                          .whole = !(s.cut_before || s.cut_after),
                                          .cuts = (uint8_t)(s.cut_before + s.cut_after),
                                          .single = may_be_digit(&s),
                                          .pair = may_be_pair(&s, first),
                                          .fixed = fixed_cost(&s),
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
        const size_t end = line->first + line->count;
        for (size_t first = line->first; status == DIGIT_OK && first < end; first++) {
            hypotheses->begin[first] = (uint32_t)hypotheses->count;
            status = list_from(segments, line, first, hypotheses);
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
 * Each is a weighted sum of features, so that all hypotheses together are a conditional random
 * field (Lafferty, McCallum and Pereira, ICML 2001) and the weights can be fitted to data.
 */

/* Aspect ratio, width by height, of MNIST's training digits with slants from -0.25 to 0.25: mean
 * and standard deviation. */
static const double aspect_mean[DIGIT_CLASSES] = {0.93, 0.48, 0.97, 0.83, 0.82,
                                                  0.97, 0.77, 0.81, 0.79, 0.71};
static const double aspect_spread[DIGIT_CLASSES] = {0.18, 0.19, 0.21, 0.17, 0.17,
                                                    0.25, 0.16, 0.17, 0.17, 0.14};

/* Other hands vary more than MNIST's: so many standard deviations cost nothing, and what is beyond
 * costs this part of a normal distribution's. */
#define ASPECT_FREE  1.0
#define ASPECT_SHARE 0.3

/* No network's answer costs more than -log of this. */
#define PROBABILITY_LEAST 1e-6

static double aspect_cost(double aspect, int digit)
{
    const double off = fabs(aspect - aspect_mean[digit]) / aspect_spread[digit] - ASPECT_FREE;
    return off > 0 ? ASPECT_SHARE * off * off / 2 : 0;
}

static double cost_of(double probability)
{
    return -log(fmax(probability, PROBABILITY_LEAST));
}

/* A whole cluster's: nothing is fitted, and the pairs network need not say that it is one digit. */
static const dg_doubt_weights whole_weights = {
    .top = 1, .digit = 1, .other = 1, .pair = 1, .one = 0, .aspect = 1};

/* The cost of a part of a cluster beyond that of a whole one. A 1 has no usual width. */
static double part_cost(const dg_hypothesis *hypothesis, double width, int digit)
{
    const dg_weights *w = &dg_weights_fitted;
    const double off = digit == 1 ? 0 : width - w->part_width;
    return (double)hypothesis->rarity + w->cut * hypothesis->cuts + w->part_wide * off * off -
           w->part_worth[digit];
}

double dg_hypothesis_cost(const dg_hypothesis *hypothesis, const dg_segments *segments, double size,
                          int digit)
{
    const digit_box box = dg_segments_box(&segments->items[hypothesis->first], hypothesis->count);
    const double aspect = box.width / fmax(box.height, DG_DIGIT_LOW * size);
    const digit_prediction *answer = &hypothesis->answer;
    const dg_doubt_weights *w = hypothesis->whole ? &whole_weights : &dg_weights_fitted.part;
    return (double)hypothesis->fixed +
           (hypothesis->whole ? 0 : part_cost(hypothesis, box.width / size, digit)) +
           w->aspect * aspect_cost(aspect, digit) +
           w->top * cost_of((double)answer->probabilities[answer->digit]) +
           w->digit * cost_of((double)answer->probabilities[digit]) +
           w->other * cost_of(1 - (double)answer->other) +
           w->pair * cost_of(1 - (double)hypothesis->pairs.all) +
           w->one * cost_of((double)hypothesis->pairs.one);
}

double dg_hypothesis_pair_cost(const dg_hypothesis *hypothesis, const dg_segments *segments,
                               double size, int index)
{
    const digit_box box = dg_segments_box(&segments->items[hypothesis->first], hypothesis->count);
    const double doubt = cost_of((double)hypothesis->pairs.p[index]), width = box.width / size;
    const dg_weights *w = &dg_weights_fitted;
    const double cost = (double)hypothesis->fixed + (double)hypothesis->rarity +
                        w->pair_wide * width * width;
    return hypothesis->whole ? cost - w->pair_worth + w->pair_doubt * doubt
                             : cost - w->pair_part_worth + w->pair_part_doubt * doubt;
}
