/* classify.h - the digit network's answers for segments. */
#ifndef DG_READ_CLASSIFY_H
#define DG_READ_CLASSIFY_H

#include "read/read.h"
#include "vision/page/segments.h"

/* answers[segments->count], made in batches. `ink` is the page's density. They do not depend on the
 * number of threads. */
digit_status dg_classify(const dg_reader *reader, const dg_plane *ink, const dg_segments *segments,
                         digit_prediction *answers);

#endif
