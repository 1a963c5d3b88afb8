/* align.h - which cluster each label of a text is written in. */
#ifndef DG_READ_ALIGN_H
#define DG_READ_ALIGN_H

#include "read/items.h"

/* Clusters of a chunk, left to right: segments seen[count], count > 0. */
typedef struct dg_align_clusters {
    const dg_items_source *source;
    uint32_t chunk;
    const size_t *seen;
    size_t count;
} dg_align_clusters;

/* For each label of a text of the chunk: owners[text.count], the indices of `seen`, which do not
 * descend. */
digit_status dg_align(const dg_align_clusters *clusters, const dg_ctc_explained *explained,
                      size_t *owners);

#endif
