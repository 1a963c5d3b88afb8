#include "base/error.h"
#include "base/mem.h"
#include "vision/rules/rules_parts.h"

#include <stdlib.h>

/* A line may bend by this part of its length. */
#define BEND 0.005

/* Ink that is so many times as thick as the line, and so many pixels thicker, is a stroke on it. */
#define STROKE_TIMES  1.5
#define STROKE_PIXELS 1.5

/* This part of how far the ink is off moves the place where the line is expected next. */
#define DRIFT 0.3

/* The mass of so many slices, of all, is below that of the line alone. A stroke lies along it where
 * the mean of the slices up to so many pixels away has so many times that mass. */
#define LINE_RANK   0.4
#define COVER_REACH 2
#define COVER_TIMES 1.4

/* Another rule's ink reaches so many pixels further than half its thickness. */
#define MEETING 2.5

/* What it takes to erase a place of a line (dg_pace_step()). */
#define PLACE_STEPS 30

/* What lies on the rule at one place along it. */
typedef struct slice {
    int32_t first, last;   /* ink across, first > last: none */
    int32_t top, bottom;   /* of it, the rule's own */
    bool above, below;     /* there is more ink on that side */
    uint32_t mass;         /* sum of the densities where the rule is */
    bool meets, covered;   /* another rule is there; a stroke lies along the rule */
} slice;

/* The ink nearest to `middle`, at most `reach` away. */
static slice slice_at(const dg_view *v, int32_t along, double middle, double thick, int32_t reach)
{
    const int32_t centre = (int32_t)floor(middle + 0.5);
    slice s = {.first = 1};
    if (!dg_view_nearest(v, along, centre, reach, &s.first))
        return s;
    s.last = s.first;
    const int32_t most = (int32_t)(4 * thick) + 8; /* further ink need not be counted */
    while (s.first > centre - most && dg_view_ink(v, along, s.first - 1))
        s.first--;
    while (s.last < centre + most && dg_view_ink(v, along, s.last + 1))
        s.last++;
    const int32_t from = (int32_t)floor(middle - thick / 2 + 0.5);
    const int32_t to = (int32_t)floor(middle + thick / 2 + 1 - 0.5);
    for (int32_t across = s.first; across <= s.last; across++)
        if (across >= from && across <= to)
            s.mass += *dg_view_pixel(v, along, across);
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

static int compare_masses(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
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

/* The mass of most slices of the line alone. scratch[count] */
static uint32_t usual_mass(const slice *slices, int32_t count, uint32_t *scratch)
{
    size_t seen = 0;
    for (int32_t at = 0; at < count; at++)
        if (slices[at].mass > 0)
            scratch[seen++] = slices[at].mass;
    if (seen == 0)
        return 0;
    qsort(scratch, seen, sizeof *scratch, compare_masses);
    return scratch[(size_t)(LINE_RANK * (double)seen)];
}

/* Is there more ink than the line has, about a place? */
static bool is_heavy(const slice *slices, int32_t count, int32_t at, uint32_t usual)
{
    const int32_t from = at > COVER_REACH ? at - COVER_REACH : 0;
    const int32_t end = at + COVER_REACH + 1 < count ? at + COVER_REACH + 1 : count;
    uint32_t sum = 0;
    for (int32_t i = from; i < end; i++)
        sum += slices[i].mass;
    return sum > COVER_TIMES * usual * (end - from);
}

/* Find where strokes lie along the line: it is heavy there, no other line crosses it, and the
 * stroke comes out of it somewhere. */
static void find_covered(slice *slices, int32_t count, uint32_t usual)
{
    for (int32_t from = 0, end; from < count; from = end + 1) {
        bool out = false;
        for (end = from; end < count && !slices[end].meets && is_heavy(slices, count, end, usual);
             end++)
            out |= slices[end].above || slices[end].below;
        for (int32_t at = from; out && at < end; at++)
            slices[at].covered = true;
    }
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

/* Mark where the rule meets others: crossings[count] are its own. */
static void mark_meetings(const dg_rules *rules, const dg_rule *rule, const dg_crossing *crossings,
                          size_t count, slice *slices)
{
    for (size_t i = 0; i < count; i++) {
        const dg_rule *other =
            &rules->items[rule->vertical ? crossings[i].horizontal : crossings[i].vertical];
        const double middle = dg_rule_middle(other, dg_rule_middle(rule, other->offset));
        const double reach = other->thick / 2 + MEETING;
        const int32_t from = (int32_t)fmax(middle - reach, rule->from);
        const int32_t to = (int32_t)fmin(middle + reach, rule->to);
        for (int32_t at = from; at <= to; at++)
            slices[at - rule->from].meets = true;
    }
}

/* Erase a rule; crossings[count] are its own. */
static digit_status erase(const dg_rules *rules, const dg_rule *rule, const dg_crossing *crossings,
                          size_t crossing_count, const dg_plane *ink, uint8_t least)
{
    const dg_view v = dg_view_of(ink, rule->vertical, least);
    const int32_t count = rule->to - rule->from + 1, reach = (int32_t)(rule->thick + 1.5);
    slice *slices = dg_alloc((size_t)count, sizeof *slices);
    uint32_t *scratch = dg_alloc((size_t)count, sizeof *scratch);
    const bool ready = slices && scratch;
    if (ready) {
        follow(&v, rule, slices);
        mark_meetings(rules, rule, crossings, crossing_count, slices);
        find_covered(slices, count, usual_mass(slices, count, scratch));
        for (int32_t at = 0; at < count; at++)
            if (slices[at].first <= slices[at].last && !slices[at].covered &&
                !is_crossed(slices, count, at, reach))
                erase_slice(&v, rule->from + at, &slices[at]);
    }
    dg_free(scratch);
    dg_free(slices);
    return ready ? DIGIT_OK : dg_fail_memory("form lines", (size_t)count * sizeof *slices);
}

/* Those of horizontal rules in their order, or those of vertical ones. */
static int compare_horizontals(const void *a, const void *b)
{
    const dg_crossing *p = a, *q = b;
    return (p->horizontal > q->horizontal) - (p->horizontal < q->horizontal);
}

static int compare_verticals(const void *a, const void *b)
{
    const dg_crossing *p = a, *q = b;
    return (p->vertical > q->vertical) - (p->vertical < q->vertical);
}

/* All rules of one direction. */
static digit_status erase_all(const dg_rules *rules, bool vertical, dg_crossings *crossings,
                              const dg_plane *ink, uint8_t least, dg_pace *pace)
{
    digit_status status = DIGIT_OK;
    size_t first = 0;
    if (crossings->count > 0)
        qsort(crossings->items, crossings->count, sizeof *crossings->items,
              vertical ? compare_verticals : compare_horizontals);
    for (size_t i = 0; status == DIGIT_OK && i < rules->count; i++) {
        const dg_rule *rule = &rules->items[i];
        if (rule->vertical != vertical)
            continue;
        size_t end = first;
        while (end < crossings->count && i == (vertical ? crossings->items[end].vertical
                                                        : crossings->items[end].horizontal))
            end++;
        status = erase(rules, rule, crossings->items + first, end - first, ink, least);
        first = end;
        if (status == DIGIT_OK)
            status = dg_pace_step(pace, (size_t)(PLACE_STEPS * dg_rule_length(rule)));
    }
    return status;
}

digit_status dg_rules_erase(const dg_rules *rules, const dg_plane *ink, uint8_t least,
                            const dg_deadline *deadline)
{
    dg_pace pace = {.deadline = deadline};
    dg_crossings crossings;
    digit_status status = dg_crossings_find(rules, &pace, &crossings);
    if (status == DIGIT_OK)
        status = erase_all(rules, false, &crossings, ink, least, &pace);
    if (status == DIGIT_OK)
        status = erase_all(rules, true, &crossings, ink, least, &pace);
    dg_crossings_free(&crossings);
    return status;
}
