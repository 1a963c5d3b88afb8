#include "base/error.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

/* A line may bend by this part of its length. */
#define BEND 0.005

/* Ink that is so many times as thick as the line, and so many pixels thicker, is a stroke on it. */
#define STROKE_TIMES  1.5
#define STROKE_PIXELS 1.5

/* This part of how far the ink is off moves the place where the line is expected next. */
#define DRIFT 0.3

/* What it takes to erase a place of a line (dg_pace_step()). */
#define PLACE_STEPS 30

/* What lies on the rule at one place along it. */
typedef struct slice {
    int32_t first, last;   /* ink across, first > last: none */
    int32_t top, bottom;   /* of it, the rule's own */
    bool above, below;     /* there is more ink on that side */
} slice;

/* The ink nearest to `middle`, at most `reach` away. */
static slice slice_at(const dg_view *v, int32_t along, double middle, double thick, int32_t reach)
{
    const int32_t centre = (int32_t)floor(middle + 0.5);
    slice s = {1, 0, 0, 0, false, false};
    if (!dg_view_nearest(v, along, centre, reach, &s.first))
        return s;
    s.last = s.first;
    const int32_t most = (int32_t)(4 * thick) + 8; /* further ink need not be counted */
    while (s.first > centre - most && dg_view_ink(v, along, s.first - 1))
        s.first--;
    while (s.last < centre + most && dg_view_ink(v, along, s.last + 1))
        s.last++;
    s.top = s.first;
    s.bottom = s.last;
    if (s.last - s.first + 1 > STROKE_TIMES * thick + STROKE_PIXELS) {
        const int32_t top = (int32_t)floor(middle - (thick - 1) / 2 + 0.5);
        const int32_t bottom = (int32_t)floor(middle + (thick - 1) / 2 + 0.5);
        s.top = top > s.first ? top : s.first;
        s.bottom = bottom < s.last ? bottom : s.last;
        s.above = s.top - s.first > 1;
        s.below = s.last - s.bottom > 1;
        s.top = s.above ? s.top : s.first;
        s.bottom = s.below ? s.bottom : s.last;
    }
    return s;
}

/* Follow the rule, which may bend a little, from one end to the other. */
static void follow(const dg_view *v, const dg_rule *rule, slice *slices)
{
    const double reach = 2 + BEND * dg_rule_length(rule);
    double drift = 0; /* from the straight line */
    for (int32_t at = rule->from; at <= rule->to; at++) {
        const double middle = dg_rule_middle(rule, at);
        slice *s = &slices[at - rule->from];
        *s = slice_at(v, at, middle + drift, rule->thick, (int32_t)(rule->thick / 2 + 1.5));
        if (s->first <= s->last && !s->above && !s->below) {
            const double here = (s->first + s->last) / 2.0 - middle;
            drift += DRIFT * (here - drift);
            drift = fmax(-reach, fmin(reach, drift));
        }
    }
}

/* Does a stroke cross the rule here, perhaps at a slant? */
static bool is_crossed(const slice *slices, int32_t count, int32_t at, int32_t reach)
{
    if (!slices[at].above && !slices[at].below)
        return false;
    for (int32_t away = 0; away <= reach; away++)
        for (int32_t sign = -1; sign <= 1; sign += 2) {
            const int32_t there = at + sign * away;
            if (there < 0 || there >= count)
                continue;
            if ((slices[at].above && slices[there].below) ||
                (slices[at].below && slices[there].above))
                return true;
        }
    return false;
}

static void erase_slice(const dg_view *v, int32_t along, const slice *s)
{
    const int32_t from = s->top > 0 ? s->top - 1 : 0;
    const int32_t to = s->bottom + 1 < v->size ? s->bottom + 1 : s->bottom;
    for (int32_t across = from; across <= to; across++) {
        const bool edge = across < s->top || across > s->bottom;
        if (!edge || *dg_view_pixel(v, along, across) < v->least) /* a faint edge goes too */
            *dg_view_pixel(v, along, across) = 0;
    }
}

static digit_status erase(const dg_rule *rule, const dg_plane *ink, uint8_t least)
{
    const dg_view v = dg_view_of(ink, rule->vertical, least);
    const int32_t count = rule->to - rule->from + 1, reach = (int32_t)(rule->thick + 1.5);
    slice *slices = dg_alloc((size_t)count, sizeof *slices);
    if (!slices)
        return dg_fail_memory("form lines", (size_t)count * sizeof *slices);
    follow(&v, rule, slices);
    for (int32_t at = 0; at < count; at++)
        if (slices[at].first <= slices[at].last && !is_crossed(slices, count, at, reach))
            erase_slice(&v, rule->from + at, &slices[at]);
    dg_free(slices);
    return DIGIT_OK;
}

digit_status dg_rules_erase(const dg_rules *rules, const dg_plane *ink, uint8_t least,
                            const dg_deadline *deadline)
{
    dg_pace pace = {.deadline = deadline};
    digit_status status = DIGIT_OK;
    for (int vertical = 0; vertical <= 1; vertical++)
        for (size_t i = 0; status == DIGIT_OK && i < rules->count; i++) {
            const dg_rule *rule = &rules->items[i];
            if (rule->vertical != vertical)
                continue;
            status = erase(rule, ink, least);
            if (status == DIGIT_OK)
                status = dg_pace_step(&pace, (size_t)(PLACE_STEPS * dg_rule_length(rule)));
        }
    return status;
}
