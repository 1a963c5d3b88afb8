#include "train/batch.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "data/augment.h"
#include "data/cut.h"
#include "data/other.h"
#include "net/optimizer.h"
#include "net/workspace.h"

#include <string.h>

/*
 * Samples a shard; a smaller batch is cut in two, so that two threads have work. Never
 * by the number of threads: shards decide the order of sums. Batchnorm's statistics
 * want whole ones.
 */
#define SHARD 32u

/* More gradients than this at once cost more to add up than threads gain: larger
 * batches get larger shards. */
#define SHARDS_MOST 16u
_Static_assert(SHARDS_MOST == DG_RANKS_MOST, "a rank has one shard at least");

/*
 * What ranks add up lies behind the gradient: one number that is above 0 if a rank wants to
 * stop, then for every shard its loss, then for every shard its statistics.
 */
#define LOSS_REALS (2 * DG_RANKS_WORDS) /* the bits of its sum; how many were right */

/* What one worker trains in. */
typedef struct scratch {
    dg_workspace *workspace;
    uint8_t *samples; /* [shard][DIGIT_SAMPLE_BYTES], gathered */
    uint8_t *labels;  /* [shard] */
    dg_lesson *lesson; /* NULL without teachers */
} scratch;

struct dg_batch {
    const dg_snapshot *snapshot;
    const digit_dataset *dataset;
    const digit_train_options *options;
    const dg_teachers *teachers;
    dg_threads threads;
    dg_ranks *ranks;
    dg_optimizer *optimizer;
    uint32_t shard;  /* samples of a shard */
    uint32_t shards; /* of a full batch */
    uint32_t first;  /* this rank's first one */
    uint32_t part;   /* how many this rank has */
    uint32_t workers;
    scratch *scratch;    /* [workers] */
    size_t params;       /* dg_network_params() */
    size_t extra;        /* reals behind the first gradient */
    dg_real **gradients; /* [part], each [params] */
    dg_loss *losses;     /* [shards] */

    /* The batch at hand. */
    const uint32_t *order; /* [count] */
    uint32_t count;
    uint64_t draw;
    dg_update update;
};

/* ---- Setting up ------------------------------------------------------- */

static uint32_t shard_size(const dg_network *network, uint32_t batch)
{
    uint32_t size = SHARD;
    if (batch < 2 * SHARD && !dg_network_wants_large_shards(network))
        size = (batch + 1) / 2;
    while (size * SHARDS_MOST < batch)
        size *= 2;
    return size;
}

static bool make_scratch(dg_batch *b)
{
    const uint32_t most = dg_min_u32(b->part, DG_THREADS_MAX);
    const uint32_t count = dg_min_u32(b->threads.count, most);
    b->scratch = dg_alloc_zero(count, sizeof *b->scratch);
    if (!b->scratch)
        return false;
    b->workers = count;
    for (uint32_t i = 0; i < count; i++) {
        b->scratch[i] = (scratch){
            .workspace = dg_workspace_create(b->snapshot->network, b->shard, true),
            .samples = dg_alloc(b->shard, DIGIT_SAMPLE_BYTES),
            .labels = dg_alloc(b->shard, 1),
            .lesson = b->teachers ? dg_lesson_create(b->teachers, b->shard) : NULL,
        };
        if (!b->scratch[i].workspace || !b->scratch[i].samples || !b->scratch[i].labels ||
            (b->teachers && !b->scratch[i].lesson))
            return false;
    }
    return true;
}

static bool make_gradients(dg_batch *b)
{
    b->gradients = dg_alloc_zero(b->part, sizeof *b->gradients);
    b->losses = dg_alloc_zero(b->shards, sizeof *b->losses);
    if (!b->gradients || !b->losses)
        return false;
    for (uint32_t s = 0; s < b->part; s++) {
        const size_t count = b->params + (s == 0 ? b->extra : 0);
        b->gradients[s] = dg_alloc_zero(count, sizeof *b->gradients[s]);
        if (!b->gradients[s])
            return false;
    }
    return true;
}

/* Which shards are this rank's. */
static digit_status take_part(dg_batch *b)
{
    const dg_ranks *ranks = b->ranks;
    const uint32_t part = dg_ranks_part(ranks, b->shards);
    if ((ranks->count - 1) * part >= b->shards)
        return dg_fail(DIGIT_ERR_ARGUMENT,
                       "ranks is %u, batch is %u: with shards dealt out by %u, of %u none is left "
                       "for rank %u",
                       ranks->count, b->options->batch, part, b->shards,
                       (b->shards - 1) / part + 1);
    b->first = ranks->rank * part;
    b->part = dg_min_u32(b->shards - b->first, part);
    return DIGIT_OK;
}

static void make_update(dg_batch *b, dg_snapshot *snapshot, const dg_real *origin)
{
    const digit_train_options *options = b->options;
    b->update = (dg_update){
        .weight_decay = (double)options->weight_decay,
        .pull = (double)options->pull,
        .average = (double)options->average,
        .origin = origin,
        .gradients = b->gradients,
        .params = snapshot->params,
        .first = snapshot->training->first,
        .second = snapshot->training->second,
        .averaged = snapshot->training->average,
    };
}

digit_status dg_batch_create(const dg_train_job *job, uint32_t size, dg_ranks *ranks,
                             dg_batch **out)
{
    dg_snapshot *snapshot = job->snapshot;
    dg_batch *b = dg_alloc_zero(1, sizeof *b);
    if (!b)
        return dg_fail_memory("training", sizeof *b);
    b->snapshot = snapshot;
    b->dataset = job->dataset;
    b->options = job->options;
    b->teachers = job->teachers;
    b->threads = job->threads;
    b->ranks = ranks;
    b->shard = shard_size(snapshot->network, size);
    b->shards = (size - 1) / b->shard + 1;
    b->params = dg_network_params(snapshot->network);
    digit_status status = take_part(b);
    if (status == DIGIT_OK)
        status = dg_optimizer_create(snapshot->network, &b->optimizer);
    if (status == DIGIT_OK && ranks->reduce)
        b->extra = 1 + b->shards * (LOSS_REALS + dg_optimizer_statistics(b->optimizer));
    if (status == DIGIT_OK && !(make_scratch(b) && make_gradients(b)))
        status = dg_fail(DIGIT_ERR_MEMORY, "out of memory: buffers for %u threads and %u shards",
                         b->threads.count, b->shards);
    if (status != DIGIT_OK) {
        dg_batch_free(b);
        return status;
    }
    make_update(b, snapshot, job->origin);
    *out = b;
    return DIGIT_OK;
}

void dg_batch_free(dg_batch *b)
{
    if (!b)
        return;
    for (uint32_t i = 0; i < b->workers; i++) {
        dg_workspace_free(b->scratch[i].workspace);
        dg_free(b->scratch[i].samples);
        dg_free(b->scratch[i].labels);
        dg_lesson_free(b->scratch[i].lesson);
    }
    for (uint32_t s = 0; b->gradients && s < b->part; s++)
        dg_free(b->gradients[s]);
    dg_free(b->scratch);
    dg_free((void *)b->gradients);
    dg_free(b->losses);
    dg_optimizer_free(b->optimizer);
    dg_free(b);
}

/* ---- One update ------------------------------------------------------- */

/* A sample, or what takes its place; distorted if asked for. Returns its label. */
static uint8_t fetch(const dg_batch *b, size_t from, uint64_t name,
                     uint8_t sample[DIGIT_SAMPLE_BYTES])
{
    const uint64_t seed = b->options->seed;
    const float strength = b->options->augment;
    const uint32_t logits = dg_network_logits(b->snapshot->network);
    const bool knows_pairs = logits > DG_LABEL_PAIRS;
    uint8_t label = b->dataset->labels[from];
    if (logits > DG_LABEL_OTHER && dg_other_takes(knows_pairs, seed, name)) {
        const int pair = dg_other_draw(knows_pairs, seed, name, b->dataset, sample);
        label = (uint8_t)(knows_pairs && pair >= 0 ? DG_LABEL_PAIRS + pair : DG_LABEL_OTHER);
    } else if (strength > 0) {
        dg_dataset_draw(b->dataset, from, seed, name, sample);
        if (dg_cut_takes(strength, seed, name))
            dg_cut_draw(seed, name, b->dataset, sample, sample);
    } else {
        memcpy(sample, b->dataset->samples + from * DIGIT_SAMPLE_BYTES, DIGIT_SAMPLE_BYTES);
    }
    dg_augment(sample, label, strength, seed, name, sample);
    return label;
}

/* Each thread fetches what it trains on. What is random about a sample is named by its epoch
 * and its place in the dataset: the same for any order and any threads. */
static void gather(const dg_batch *b, uint32_t first, uint32_t count, scratch *s)
{
    const uint64_t epoch = b->draw - b->draw % b->dataset->count;
    for (uint32_t i = 0; i < count; i++) {
        const size_t from = b->order[first + i];
        s->labels[i] = fetch(b, from, epoch + from, s->samples + (size_t)i * DIGIT_SAMPLE_BYTES);
    }
}

/* `index` counts this rank's shards. */
static void run_shard(void *context, uint32_t index, uint32_t worker)
{
    const dg_batch *b = context;
    const dg_network *network = b->snapshot->network;
    scratch *s = &b->scratch[worker];
    const uint32_t shard = b->first + index;
    const uint32_t first = shard * b->shard;
    const dg_pass pass = {
        .samples = dg_min_u32(b->count - first, b->shard),
        .training = true,
        .seed = b->options->seed,
        .draw = b->draw + first,
        .full = b->shard,
    };
    dg_real *gradient = b->gradients[index];
    b->losses[shard] = (dg_loss){0};
    gather(b, first, pass.samples, s);

    dg_real *logits =
        dg_network_forward(network, b->snapshot->params, s->samples, &pass, s->workspace);
    const dg_targets targets = {
        .labels = s->labels,
        .smoothing = (double)b->options->label_smoothing,
        .soft = s->lesson ? dg_lesson_answer(s->lesson, s->samples, pass.samples) : NULL,
        .share = (double)b->options->teacher_share,
    };
    dg_loss_gradient(pass.samples, dg_network_logits(network), &targets, 1.0 / b->count, logits,
                     &b->losses[shard]);
    dg_network_backward(network, b->snapshot->params, &pass, s->workspace, gradient);
}

static void run_piece(void *context, uint32_t piece, uint32_t worker)
{
    const dg_batch *b = context;
    dg_optimizer_update(b->optimizer, piece, &b->update);
}

/* ---- Over ranks ------------------------------------------------------- */

static void add_piece(void *context, uint32_t piece, uint32_t worker)
{
    const dg_batch *b = context;
    dg_optimizer_add(b->optimizer, piece, &b->update);
}

/* This rank's share of what all ranks add up: the sum of its gradients, and what its shards
 * have to say one by one. */
static void pack_sum(dg_batch *b, uint32_t mine, bool stop)
{
    const size_t statistics = dg_optimizer_statistics(b->optimizer);
    float *extra = b->gradients[0] + b->params;
    float *loss = extra + 1 + b->first * LOSS_REALS;
    float *packed = extra + 1 + b->shards * LOSS_REALS + b->first * statistics;
    b->update.shards = mine;
    if (mine > 0)
        dg_pool_run(b->threads.pool, b->threads.count, dg_optimizer_pieces(b->optimizer),
                    add_piece, b);
    else
        dg_ranks_fill_neutral(b->gradients[0], b->params);
    dg_ranks_fill_neutral(extra, b->extra);
    extra[0] = stop ? 1 : 0;
    for (uint32_t i = 0; i < mine; i++, loss += LOSS_REALS, packed += statistics) {
        uint64_t bits;
        memcpy(&bits, &b->losses[b->first + i].sum, sizeof bits);
        dg_ranks_put(bits, loss);
        dg_ranks_put(b->losses[b->first + i].correct, loss + DG_RANKS_WORDS);
        dg_optimizer_pack(b->optimizer, b->gradients[i], packed);
    }
}

static void unpack_sum(dg_batch *b, uint32_t shards, bool *stop)
{
    const float *extra = b->gradients[0] + b->params, *loss = extra + 1;
    for (uint32_t s = 0; s < shards; s++, loss += LOSS_REALS) {
        const uint64_t bits = dg_ranks_get(loss);
        memcpy(&b->losses[s].sum, &bits, sizeof bits);
        b->losses[s].correct = dg_ranks_get(loss + DG_RANKS_WORDS);
    }
    b->update.statistics = extra + 1 + b->shards * LOSS_REALS;
    *stop = extra[0] > 0;
}

static digit_status exchange(dg_batch *b, uint32_t shards, uint32_t mine, bool *stop)
{
    if (!b->ranks->reduce)
        return DIGIT_OK;
    pack_sum(b, mine, *stop);
    const digit_status status = dg_ranks_add(b->ranks, b->gradients[0], b->params + b->extra);
    if (status == DIGIT_OK)
        unpack_sum(b, shards, stop);
    return status;
}

digit_status dg_batch_run(dg_batch *b, const uint32_t *order, uint32_t count, uint64_t draw,
                          double rate, dg_loss *loss, bool *stop)
{
    const uint32_t shards = (count - 1) / b->shard + 1;
    const uint32_t left = shards > b->first ? shards - b->first : 0; /* the last batch is short */
    const uint32_t mine = dg_min_u32(left, b->part);
    b->order = order;
    b->count = count;
    b->draw = draw;
    dg_pool_run(b->threads.pool, b->workers, mine, run_shard, b);
    const digit_status status = exchange(b, shards, mine, stop);
    if (status != DIGIT_OK)
        return status;
    for (uint32_t s = 0; s < shards; s++) {
        loss->sum += b->losses[s].sum;
        loss->correct += b->losses[s].correct;
    }
    b->update.step = ++b->snapshot->training->step;
    b->update.rate = rate;
    b->update.shards = shards;
    dg_pool_run(b->threads.pool, b->threads.count, dg_optimizer_pieces(b->optimizer), run_piece,
                b);
    return DIGIT_OK;
}
