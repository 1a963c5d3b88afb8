/*
 * Where digits touch, the bars of 7s or the feet of 2s make one line, as long as a short one of
 * a form. But a hand draws it as thick as its strokes, and does not draw it straight, or all of it.
 */
#include "vision/rules/rules_parts.h"

/* In digits' heights: longer lines are a form's; thinner ones, too. */
#define LONGEST 4.5
#define THIN    0.08

/* How far the middle of a printed line strays from straight, in pixels and in digits' heights:
 * standard deviation. */
#define STRAY       0.5
#define STRAY_SHARE 0.008

/* How much of a short printed line must be ink where no stroke hides it. */
#define FULL 0.85

/* Does it stray so far, or is it broken? */
static bool is_uneven(const dg_view *view, const dg_rule *rule, double farthest)
{
    const int32_t most = dg_rule_thickest(rule);
    double sum = 0, squares = 0;
    int count = 0, gaps = 0;
    for (int32_t along = rule->from; along <= rule->to; along++) {
        int32_t first, last;
        const dg_look seen = dg_rule_look(view, rule, along);
        gaps += seen == DG_LOOK_GAP;
        if (seen != DG_LOOK_LINE ||
            !dg_rule_slice(view, rule, along, rule->thick / 2 + 1, most, &first, &last))
            continue;
        const double off = (first + last) / 2.0 - dg_rule_middle(rule, along);
        sum += off;
        squares += off * off;
        count++;
    }
    const double mean = count > 0 ? sum / count : 0;
    const double stray = count > 0 ? sqrt(fmax(squares / count - mean * mean, 0)) : 0;
    return stray > farthest || count < FULL * (count + gaps);
}

bool dg_rule_is_writing(const dg_view *view, double size, const dg_rule *rule)
{
    return dg_rule_length(rule) < LONGEST * size && rule->thick > THIN * size &&
           is_uneven(view, rule, STRAY + STRAY_SHARE * size);
}
