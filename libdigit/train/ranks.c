#include "train/ranks.h"

#include "base/error.h"

/* What a rank says of itself when all meet. */
typedef struct report {
    float present; /* 1 */
    float status;
    float digest[DG_RANKS_WORDS];
} report;

#define REPORT_REALS (sizeof(report) / sizeof(float))

dg_ranks dg_ranks_of(const digit_train_options *options)
{
    return (dg_ranks){
        .reduce = options->reduce,
        .context = options->reduce_data,
        .rank = options->rank,
        .count = options->ranks,
    };
}

uint32_t dg_ranks_part(const dg_ranks *ranks, uint32_t shards)
{
    uint32_t part = 1;
    while (part * ranks->count < shards)
        part *= 2;
    return part;
}

void dg_ranks_fill_neutral(float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = -0.0f;
}

static bool add(dg_ranks *ranks, float *values, size_t count)
{
    const digit_reduction reduction = {
        .size = sizeof reduction,
        .values = values,
        .count = count,
        .rank = ranks->rank,
        .ranks = ranks->count,
    };
    ranks->parted = ranks->reduce(&reduction, ranks->context) != 0;
    return !ranks->parted;
}

digit_status dg_ranks_add(dg_ranks *ranks, float *values, size_t count)
{
    if (add(ranks, values, count))
        return DIGIT_OK;
    return dg_fail(DIGIT_ERR_CANCELLED, "training stopped by its reduce function");
}

void dg_ranks_put(uint64_t number, float words[DG_RANKS_WORDS])
{
    for (int i = 0; i < DG_RANKS_WORDS; i++)
        words[i] = (float)(number >> 16 * i & 0xFFFF);
}

/* What came back may be anything, if the function adds wrongly: 0 then. */
static int32_t whole(float value, int32_t least, int32_t most)
{
    return value >= (float)least && value <= (float)most ? (int32_t)value : 0;
}

uint64_t dg_ranks_get(const float words[DG_RANKS_WORDS])
{
    uint64_t number = 0;
    for (int i = 0; i < DG_RANKS_WORDS; i++)
        number |= (uint64_t)whole(words[i], 0, 0xFFFF) << 16 * i;
    return number;
}

static digit_status status_of(const report *from)
{
    return (digit_status)whole(from->status, -99, 0);
}

/* A reduce function that does not add, or adds twice, shows here. */
static digit_status check_presence(const dg_ranks *ranks, const report *reports)
{
    for (uint32_t r = 0; r < ranks->count; r++)
        if (reports[r].present != 1)
            return dg_fail(DIGIT_ERR_ARGUMENT, "reduce does not give the sums of %u ranks: what "
                           "rank %u sent came %g times", ranks->count, r,
                           (double)reports[r].present);
    return DIGIT_OK;
}

/* A failure counts for more than being cancelled, the first rank's for more than others'. */
static digit_status common_status(const dg_ranks *ranks, const report *reports,
                                  digit_status mine)
{
    for (uint32_t r = 0; r < ranks->count; r++) {
        const digit_status status = status_of(&reports[r]);
        if (status != DIGIT_OK && status != DIGIT_ERR_CANCELLED)
            return dg_fail(status, "rank %u of %u has failed, and says why", r, ranks->count);
    }
    for (uint32_t r = 0; r < ranks->count && mine == DIGIT_OK; r++)
        if (status_of(&reports[r]) == DIGIT_ERR_CANCELLED)
            return dg_fail(DIGIT_ERR_CANCELLED,
                           "training stopped by the progress callback of rank %u", r);
    return mine;
}

static digit_status check_digests(const dg_ranks *ranks, const report *reports, const char *facts)
{
    for (uint32_t r = 1; r < ranks->count; r++)
        if (dg_ranks_get(reports[r].digest) != dg_ranks_get(reports[0].digest))
            return dg_fail(DIGIT_ERR_ARGUMENT, "rank %u of %u has not the same %s as rank 0", r,
                           ranks->count, facts);
    return DIGIT_OK;
}

digit_status dg_ranks_settle(dg_ranks *ranks, digit_status status, uint64_t digest,
                             const char *facts)
{
    report reports[DG_RANKS_MOST];
    float *values = (float *)reports;
    if (!ranks->reduce || ranks->parted)
        return status;
    dg_ranks_fill_neutral(values, ranks->count * REPORT_REALS);
    report *mine = &reports[ranks->rank];
    mine->present = 1;
    mine->status = (float)status;
    dg_ranks_put(digest, mine->digest);
    if (status != DIGIT_OK && status != DIGIT_ERR_CANCELLED) {
        add(ranks, values, ranks->count * REPORT_REALS);
        return status; /* whatever the others say: they get this one */
    }
    digit_status common = dg_ranks_add(ranks, values, ranks->count * REPORT_REALS);
    if (common == DIGIT_OK)
        common = check_presence(ranks, reports);
    if (common == DIGIT_OK)
        common = common_status(ranks, reports, status);
    return common == DIGIT_OK ? check_digests(ranks, reports, facts) : common;
}
