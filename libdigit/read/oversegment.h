/* oversegment.h - lines of pieces become hypotheses; what is doubted is cut. */
#ifndef DG_READ_OVERSEGMENT_H
#define DG_READ_OVERSEGMENT_H

#include "read/classify.h"

/*
 * Ask the network about every piece, and about what broken pieces may be together; cut those
 * that it does not take for one digit (with `cut_all`: all that could be more than one), and
 * ask about their parts.
 */
digit_status dg_oversegment(const dg_classifier *classifier, const dg_components *components,
                            const dg_lines *lines, bool cut_all, dg_segments *segments,
                            dg_hypotheses *hypotheses);

#endif
