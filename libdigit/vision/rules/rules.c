/*
 * A printed line, even one that lies askew, is made of long runs of pixels that touch end
 * to end; a digit that crosses it does not interrupt them. So long runs are put together,
 * horizontal and vertical ones apart, and what comes out long, thin and straight is a candidate.
 * Digits have straight strokes too: form lines differ from them in how long they are beside the
 * height of the digits, and in how they meet.
 */
#include "vision/rules/rules.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/ink/digit_height.h"
#include "vision/rules/rules_parts.h"

#include <string.h>

/* Where digits are lower than this part of the picture, strokes from edge to edge are digits that
 * were cut out closely, beside dirt; those that are so many times as long as thick are not. */
#define LOWEST 0.3
#define THIN   20

/* What of the candidates is a form's if anything is: straight horizontal lines, straight vertical
 * ones that meet them, and vertical ones `thin` times as long as thick that the picture's edges cut
 * off. */
static digit_status list_straight(const dg_rules_job *job, const dg_rules *candidates,
                                  const dg_crossings *crossings, double thin, dg_rules *straight)
{
    const dg_view view = dg_view_of(job->ink, true, job->least);
    const dg_rule *rules = candidates->items;
    bool *met = dg_alloc_zero(candidates->count, sizeof *met);
    digit_status status = DIGIT_OK;
    if (!met)
        return dg_fail_memory("form lines", candidates->count);
    for (size_t i = 0; i < crossings->count; i++) {
        const dg_crossing *c = &crossings->items[i];
        met[c->vertical] |= dg_rule_straight(&rules[c->horizontal]);
    }
    for (size_t i = 0; status == DIGIT_OK && i < candidates->count; i++)
        if ((dg_rule_straight(&rules[i]) && (!rules[i].vertical || met[i])) ||
            (rules[i].vertical && dg_rule_length(&rules[i]) >= thin * rules[i].thick &&
             dg_rule_is_cut_off(&view, &rules[i])))
            status = dg_rules_add(straight, &rules[i]);
    dg_free(met);
    return status;
}

/* How high digits are, judged by what is left without the straight lines; 0: all there is are
 * lines. */
static digit_status size_without(const dg_rules *straight, const dg_rules_job *job, double *size)
{
    const size_t width = job->ink->width, height = job->ink->height;
    dg_plane copy = *job->ink;
    dg_runs left = {0};
    dg_components rest = {0};
    copy.pixels = dg_alloc(width, height);
    if (!copy.pixels)
        return dg_fail_memory("form lines", width * height);
    memcpy(copy.pixels, job->ink->pixels, width * height);
    digit_status status = dg_rules_erase(straight, &copy, job->least, job->pace.deadline);
    if (status == DIGIT_OK)
        status = dg_runs_within(job->runs, &copy, job->least, job->pace.deadline, &left);
    if (status == DIGIT_OK)
        status = dg_components_boxes(&left, DG_RULE_PIECE, job->pace.deadline, &rest);
    if (status == DIGIT_OK)
        status = dg_digit_height(&rest, width, height, size);
    dg_components_free(&rest);
    dg_runs_free(&left);
    dg_free(copy.pixels);
    return status;
}

/* *size: the height of the digits, without what is straight and what the lattice has; 0: there are
 * no straight lines, or nothing else. */
static digit_status judge_without(dg_rules_job *job, const dg_rules *candidates,
                                  const dg_crossings *crossings, const dg_rules *lattice,
                                  double thin, double *size)
{
    dg_rules straight = {0};
    digit_status status = list_straight(job, candidates, crossings, thin, &straight);
    const bool any = straight.count > 0;
    *size = 0;
    for (size_t i = 0; status == DIGIT_OK && any && i < lattice->count; i++)
        status = dg_rules_add(&straight, &lattice->items[i]);
    if (status == DIGIT_OK && any)
        status = dg_rules_sort(&job->pace, &straight);
    if (status == DIGIT_OK && any)
        status = size_without(&straight, job, size);
    dg_rules_free(&straight);
    return status;
}

static digit_status judge_size(dg_rules_job *job, const dg_rules *candidates,
                               const dg_crossings *crossings, const dg_rules *lattice,
                               double *size)
{
    const digit_status status =
        judge_without(job, candidates, crossings, lattice, DG_RULE_THIN, size);
    return status == DIGIT_OK && *size > 0 && *size < LOWEST * (double)job->ink->height
               ? judge_without(job, candidates, crossings, lattice, THIN, size)
               : status;
}

/* Of the candidates those that are a form's, and what completes them. */
static digit_status choose(dg_rules_job *job, const dg_rules *candidates, dg_rules *rules)
{
    dg_crossings crossings;
    double size = 0;
    digit_status status = dg_crossings_find(candidates, &job->pace, &crossings);
    if (status == DIGIT_OK)
        status = dg_rules_grid(candidates, &crossings, &job->pace, rules);
    if (status == DIGIT_OK)
        status = dg_rules_complete(job, rules);
    if (status == DIGIT_OK)
        status = judge_size(job, candidates, &crossings, rules, &size);
    if (status == DIGIT_OK && size > 0)
        status = dg_rules_accept(job, candidates, &crossings, size, rules);
    if (status == DIGIT_OK)
        status = dg_rules_sort(&job->pace, rules);
    if (status == DIGIT_OK)
        status = dg_rules_complete(job, rules);
    dg_crossings_free(&crossings);
    return status;
}

digit_status dg_rules_find(const dg_plane *ink, uint8_t least, const dg_runs *runs,
                           const dg_components *components, dg_threads threads,
                           dg_rules *rules)
{
    dg_rules_job job = {
        .ink = ink,
        .least = least,
        .runs = runs,
        .components = components,
        .threads = threads,
        .pace = {.deadline = threads.deadline},
    };
    dg_rules candidates = {0};
    *rules = (dg_rules){0};
    digit_status status = dg_rules_candidates(&job, &candidates);
    if (status == DIGIT_OK)
        status = choose(&job, &candidates, rules);
    dg_rules_free(&candidates);
    return status;
}
