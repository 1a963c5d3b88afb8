/*
 * A printed line, even one that lies askew, is made of long runs of pixels that touch end
 * to end; a digit crossing it does not interrupt them. So long runs are put together, level
 * and vertical ones apart, and what comes out long, thin and straight is a candidate. Digits
 * have straight strokes too: what tells a form's lines from them is how long they are beside
 * the height of the digits, and how they meet.
 */
#include "vision/rules/rules.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/ink/digit_height.h"
#include "vision/rules/rules_parts.h"

#include <string.h>

/* Does an vertical line meet one of the straight level ones? */
static bool meets_any(const dg_rule *vertical, const dg_rules *levels, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (dg_rules_cross(&levels->items[i], vertical).touch)
            return true;
    return false;
}

/* What of the candidates is a form's if anything is: straight level lines, and straight
 * vertical ones that meet them. */
static digit_status list_straight(const dg_rules *candidates, dg_rules *straight)
{
    digit_status status = DIGIT_OK;
    size_t levels = 0;
    for (size_t i = 0; status == DIGIT_OK && i < candidates->count; i++) {
        const dg_rule *rule = &candidates->items[i];
        if (!dg_rule_straight(rule) || (rule->vertical && !meets_any(rule, straight, levels)))
            continue;
        levels += !rule->vertical;
        status = dg_rules_add(straight, rule);
    }
    return status;
}

/* How high digits are, judged by what is left without the straight lines; 0: all there is are
 * lines. */
static digit_status size_without(const dg_rules *straight, const dg_plane *ink, uint8_t least,
                                 const dg_runs *runs, double *size)
{
    dg_plane copy = *ink;
    dg_runs left = {0};
    dg_components rest = {0};
    copy.pixels = dg_alloc(ink->width, ink->height);
    if (!copy.pixels)
        return dg_fail_memory("form lines", ink->width * ink->height);
    memcpy(copy.pixels, ink->pixels, ink->width * ink->height);
    digit_status status = dg_rules_erase(straight, &copy, least);
    if (status == DIGIT_OK)
        status = dg_runs_within(runs, &copy, least, &left);
    if (status == DIGIT_OK)
        status = dg_components_find(&left, DG_RULE_PIECE, &rest);
    if (status == DIGIT_OK)
        status = dg_digit_height(&rest, ink->width, ink->height, size);
    dg_components_free(&rest);
    dg_runs_free(&left);
    dg_free(copy.pixels);
    return status;
}

/* Of the candidates those that are a form's, and what completes them. */
static digit_status choose(const dg_plane *ink, uint8_t least, const dg_runs *runs,
                           const dg_rules *candidates, dg_rules *rules)
{
    dg_rules straight = {0};
    double size = 0;
    digit_status status = dg_rules_grid(candidates, rules);
    if (status == DIGIT_OK)
        status = dg_rules_complete(ink, least, rules);
    if (status == DIGIT_OK)
        status = list_straight(candidates, &straight);
    const bool any = straight.count > 0;
    for (size_t i = 0; status == DIGIT_OK && i < rules->count; i++)
        status = dg_rules_add(&straight, &rules->items[i]);
    dg_rules_sort(&straight);
    if (status == DIGIT_OK && any)
        status = size_without(&straight, ink, least, runs, &size);
    if (status == DIGIT_OK && size > 0)
        status = dg_rules_accept(ink, least, candidates, size, rules);
    dg_rules_sort(rules);
    if (status == DIGIT_OK)
        status = dg_rules_complete(ink, least, rules);
    dg_rules_free(&straight);
    return status;
}

digit_status dg_rules_find(const dg_plane *ink, uint8_t least, const dg_runs *runs,
                           const dg_components *components, dg_threads threads, dg_rules *rules)
{
    dg_rules candidates = {0};
    *rules = (dg_rules){0};
    digit_status status = dg_rules_candidates(ink, least, components, threads, &candidates);
    if (status == DIGIT_OK)
        status = choose(ink, least, runs, &candidates, rules);
    dg_rules_free(&candidates);
    return status;
}
