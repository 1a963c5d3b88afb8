#include "vision/levels.h"

#include <string.h>

void dg_levels_count(const uint8_t *levels, size_t size, uint32_t counts[DG_LEVELS])
{
    /* Neighbours are often alike: four tables, so that an addition need not
     * wait for the one before it. Not worth clearing for a small picture. */
    uint32_t tables[3][DG_LEVELS];
    size_t i = 0;
    if (size >= 4096) {
        memset(tables, 0, sizeof tables);
        for (; i + 4 <= size; i += 4) {
            counts[levels[i]]++;
            tables[0][levels[i + 1]]++;
            tables[1][levels[i + 2]]++;
            tables[2][levels[i + 3]]++;
        }
        for (size_t level = 0; level < DG_LEVELS; level++)
            counts[level] += tables[0][level] + tables[1][level] + tables[2][level];
    }
    for (; i < size; i++)
        counts[levels[i]]++;
}

size_t dg_levels_rank(const uint32_t *counts, size_t bins, double fraction)
{
    uint64_t total = 0, below = 0;
    for (size_t i = 0; i < bins; i++)
        total += counts[i];
    if (total == 0)
        return 0;
    const uint64_t rank = (uint64_t)(fraction * (double)(total - 1));
    size_t bin = 0;
    while (below + counts[bin] <= rank)
        below += counts[bin++];
    return bin;
}

int dg_levels_otsu(const uint32_t counts[DG_LEVELS])
{
    uint64_t total = 0, sum = 0, below = 0, below_sum = 0;
    for (uint64_t level = 0; level < DG_LEVELS; level++) {
        total += counts[level];
        sum += level * counts[level];
    }
    double best = -1;
    int first = 0, last = 0;
    for (int t = 0; t < DG_LEVELS; t++) {
        below += counts[t];
        below_sum += (uint64_t)t * counts[t];
        if (below == 0)
            continue;
        if (below == total) {
            if (best < 0)
                first = last = t;
            break;
        }
        const double apart = (double)sum * (double)below - (double)total * (double)below_sum;
        const double between = apart * apart / ((double)below * (double)(total - below));
        if (between > best) {
            best = between;
            first = t;
        }
        if (between >= best)
            last = t;
    }
    return (first + last) / 2;
}
