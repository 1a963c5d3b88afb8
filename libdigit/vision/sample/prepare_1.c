/* Grey to ink over a smooth ground, the digit's pieces chosen, framed as MNIST frames. */
#include "vision/sample/pieces.h"
#include "vision/sample/frame.h"
#include "vision/ink/polarity.h"
#include "vision/sample/prepare.h"
#include "vision/sample/select.h"
#include "vision/sample/strength.h"

/* A pixel of this strength belongs to the digit's box. */
#define BOX_STRENGTH 64

digit_status dg_prepare_on_ground(const dg_plane *grey, const dg_levels *grid,
                                  const dg_surface *surface, const dg_manner *manner,
                                  dg_prepared *result)
{
    dg_pieces pieces = {0};
    digit_status status = DIGIT_OK;
    result->flags = DIGIT_FLAG_BLANK;
    if (!dg_strength(grey, grid, surface, result->ink == DIGIT_INK_LIGHT, manner->reach))
        return DIGIT_OK;
    status = dg_pieces_find(grey, BOX_STRENGTH, &pieces);
    if (status != DIGIT_OK)
        goto done;
    if (!dg_select_digit(&pieces, grey->width, grey->height, &result->box))
        goto done;
    dg_pieces_erase(&pieces, grey);
    dg_pieces_free(&pieces);
    result->flags = 0;
    status = manner->frame(grey, &result->box, result->sample);
done:
    dg_pieces_free(&pieces);
    return status;
}

digit_status dg_prepare_1(const dg_plane *grey, dg_prepared *result)
{
    const dg_manner manner = {3, dg_frame};
    dg_levels grid;
    dg_surface surface;
    dg_levels_measure(&grid, grey);
    dg_levels_fit(&surface, &grid);
    if (result->ink == DIGIT_INK_AUTO)
        result->ink = dg_polarity_judge(grey, &grid, &surface).light ? DIGIT_INK_LIGHT
                                                                     : DIGIT_INK_DARK;
    return dg_prepare_on_ground(grey, &grid, &surface, &manner, result);
}
