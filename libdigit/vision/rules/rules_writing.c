/*
 * Where digits touch, the bars of 7s or the feet of 2s make one line, as long as a short one of
 * a form. But a hand draws it as thick as its strokes, and does not draw it straight.
 */
#include "vision/rules/rules_parts.h"

/* In digits' heights: longer lines are a form's; thinner ones, too. */
#define LONGEST 4.5
#define THIN    0.12

/* How far the middle of a printed line strays from straight, in pixels and in digits' heights:
 * standard deviation. */
#define STRAY       0.5
#define STRAY_SHARE 0.008

static double stray(const dg_view *view, const dg_rule *rule)
{
    const int32_t most = dg_rule_thickest(rule);
    double sum = 0, squares = 0;
    int count = 0;
    for (int32_t along = rule->from; along <= rule->to; along++) {
        int32_t first, last;
        if (dg_rule_look(view, rule, along) != DG_LOOK_LINE ||
            !dg_rule_slice(view, rule, along, rule->thick / 2 + 1, most, &first, &last))
            continue;
        const double off = (first + last) / 2.0 - dg_rule_middle(rule, along);
        sum += off;
        squares += off * off;
        count++;
    }
    return count > 0 ? sqrt(fmax(squares / count - sum / count * (sum / count), 0)) : 0;
}

bool dg_rule_is_writing(const dg_view *view, double size, const dg_rule *rule)
{
    return dg_rule_length(rule) < LONGEST * size && rule->thick > THIN * size &&
           stray(view, rule) > STRAY + STRAY_SHARE * size;
}
