/*
 * As the second, after paper of more than one level has been made one: a digit half in the hard
 * shadow of a hand or a phone, or on a sheet that does not fill the picture.
 */
#include "vision/ink/papers.h"
#include "vision/sample/prepare.h"
#include "vision/sample/stripes.h"

/* Vertical and level edges may be those of stripes, each with an ink of its own. */
#define DISCORD_OF_STRIPES 1.05

static bool are_stripes(const dg_plane *grey, const dg_papers *papers)
{
    dg_stripes stripes;
    return papers->discord > DISCORD_OF_STRIPES && dg_stripes_find(grey, &stripes);
}

digit_status dg_prepare_3(const dg_plane *grey, dg_prepared *result)
{
    dg_papers papers;
    bool found;
    digit_status status = dg_papers_find(grey, result->ink, &papers, &found);
    if (status != DIGIT_OK)
        return status;
    if (!found || are_stripes(grey, &papers))
        return dg_prepare_2(grey, result);
    dg_papers_flatten(grey, &papers);
    result->ink = DIGIT_INK_DARK;
    status = dg_prepare_2(grey, result);
    result->ink = papers.light ? DIGIT_INK_LIGHT : DIGIT_INK_DARK;
    return status;
}
