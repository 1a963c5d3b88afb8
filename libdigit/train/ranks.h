/*
 * ranks.h - processes that train one model together: who does what, and what they tell each
 * other.
 *
 * All they can do is add up numbers. Whoever has nothing to say adds -0: x + -0 is x, for
 * x = 0 too, so what only one of them says reaches the others as it is.
 */
#ifndef DG_TRAIN_RANKS_H
#define DG_TRAIN_RANKS_H

#include <digit/digit.h>
#include <stdbool.h>

#define DG_RANKS_MOST 16

/* What they must have alike before the first update. */
#define DG_RANKS_ALIKE "model, data, options and checkpoint"

typedef struct dg_ranks {
    digit_reduce_fn reduce; /* NULL: one rank, with nobody to tell anything */
    void *context;
    uint32_t rank, count; /* rank < count <= DG_RANKS_MOST */
    bool parted;          /* reduce has failed: the others can't be reached any more */
} dg_ranks;

dg_ranks dg_ranks_of(const digit_train_options *options);

/* How many of `shards` a rank works on: a power of two, so that their sum is a subtree of the
 * sum of all. The last ranks may find fewer left, or none. */
uint32_t dg_ranks_part(const dg_ranks *ranks, uint32_t shards);

/* -0 everywhere: what a rank with nothing to say adds. */
void dg_ranks_fill_neutral(float *values, size_t count);

/* values[count] become their sums over all ranks. DIGIT_ERR_CANCELLED: they did not. */
digit_status dg_ranks_add(dg_ranks *ranks, float *values, size_t count);

/* A whole number in words that adding -0 does not change. */
#define DG_RANKS_WORDS 4
void dg_ranks_put(uint64_t number, float words[DG_RANKS_WORDS]);
uint64_t dg_ranks_get(const float words[DG_RANKS_WORDS]);

/*
 * Where all ranks meet, with how they fare. If one has failed, all get its status; if one is
 * cancelled, all are. Then `digest` of all must be the same; `facts` names for people what
 * it is a digest of. Alone, or parted from the others, `status` is the answer.
 */
digit_status dg_ranks_settle(dg_ranks *ranks, digit_status status, uint64_t digest,
                             const char *facts);

#endif
