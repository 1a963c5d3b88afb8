/* oversegment.h - from lines of clusters to hypotheses: what is not one digit is cut. */
#ifndef DG_READ_OVERSEGMENT_H
#define DG_READ_OVERSEGMENT_H

#include "read/classify.h"

/*
 * Classify every cluster, and neighbours that may be a broken digit. Cut the clusters that are not
 * clearly one digit (with `cut_all`: all that are large enough for two), and classify their parts.
 */
digit_status dg_oversegment(const dg_classifier *classifier, const dg_components *components,
                            const dg_lines *lines, bool cut_all, dg_segments *segments,
                            dg_hypotheses *hypotheses);

#endif
