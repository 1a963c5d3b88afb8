#include "train/batch.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "net/ctc.h"
#include "net/optimizer.h"
#include "net/workspace.h"
#include "train/gather.h"

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
    dg_gathered gathered; /* a shard */
    double *ctc;          /* [dg_ctc_scratch()]; NULL for a network that reads digits */
    dg_lesson *lesson;    /* NULL without teachers */
} scratch;

struct dg_batch {
    const dg_train_job *job;
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

static bool make_one_scratch(const dg_batch *b, scratch *s)
{
    const dg_network *network = b->job->snapshot->network;
    const dg_teachers *teachers = b->job->teachers;
    const bool lines = dg_network_reads_lines(network);
    s->workspace = dg_workspace_create(network, b->shard, true);
    if (teachers)
        s->lesson = dg_lesson_create(teachers, b->shard);
    if (lines)
        s->ctc = dg_alloc(dg_ctc_scratch(dg_network_outputs(network), DG_LINE_OUTPUTS,
                                         DG_LINE_LABELS_MOST),
                          sizeof *s->ctc);
    return dg_gathered_create(network, b->shard, &s->gathered) && s->workspace &&
           (!teachers || s->lesson) && (!lines || s->ctc);
}

static bool make_scratch(dg_batch *b)
{
    const uint32_t most = dg_min_u32(b->part, DG_THREADS_MAX);
    const uint32_t count = dg_min_u32(b->job->threads.count, most);
    b->scratch = dg_alloc_zero(count, sizeof *b->scratch);
    if (!b->scratch)
        return false;
    b->workers = count;
    for (uint32_t i = 0; i < count; i++)
        if (!make_one_scratch(b, &b->scratch[i]))
            return false;
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
                       ranks->count, b->job->options->batch, part, b->shards,
                       (b->shards - 1) / part + 1);
    b->first = ranks->rank * part;
    b->part = dg_min_u32(b->shards - b->first, part);
    return DIGIT_OK;
}

static void make_update(dg_batch *b)
{
    const digit_train_options *options = b->job->options;
    const dg_snapshot *snapshot = b->job->snapshot;
    b->update = (dg_update){
        .weight_decay = (double)options->weight_decay,
        .pull = (double)options->pull,
        .average = (double)options->average,
        .origin = b->job->origin,
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
    const dg_network *network = job->snapshot->network;
    dg_batch *b = dg_alloc_zero(1, sizeof *b);
    if (!b)
        return dg_fail_memory("training", sizeof *b);
    b->job = job;
    b->ranks = ranks;
    b->shard = shard_size(network, size);
    b->shards = (size - 1) / b->shard + 1;
    b->params = dg_network_params(network);
    digit_status status = take_part(b);
    if (status == DIGIT_OK)
        status = dg_optimizer_create(network, &b->optimizer);
    if (status == DIGIT_OK && ranks->reduce)
        b->extra = 1 + b->shards * (LOSS_REALS + dg_optimizer_statistics(b->optimizer));
    if (status == DIGIT_OK && !(make_scratch(b) && make_gradients(b)))
        status = dg_fail(DIGIT_ERR_MEMORY, "out of memory: buffers for %u threads and %u shards",
                         job->threads.count, b->shards);
    if (status != DIGIT_OK) {
        dg_batch_free(b);
        return status;
    }
    make_update(b);
    *out = b;
    return DIGIT_OK;
}

void dg_batch_free(dg_batch *b)
{
    if (!b)
        return;
    for (uint32_t i = 0; i < b->workers; i++) {
        dg_workspace_free(b->scratch[i].workspace);
        dg_gathered_free(&b->scratch[i].gathered);
        dg_free(b->scratch[i].ctc);
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

/* logits[count][outputs][classes] become the gradient of the loss by them. */
static void run_loss(const dg_batch *b, uint32_t count, const scratch *s, dg_real *logits,
                     dg_loss *loss)
{
    const dg_network *network = b->job->snapshot->network;
    const digit_train_options *options = b->job->options;
    const uint32_t outputs = dg_network_outputs(network), classes = dg_network_logits(network);
    const double smoothing = (double)options->label_smoothing, scale = 1.0 / b->count;
    if (!s->gathered.texts) {
        const dg_targets targets = {
            .labels = s->gathered.labels,
            .smoothing = smoothing,
            .soft = s->lesson ? dg_lesson_answer(s->lesson, s->gathered.samples, count) : NULL,
            .share = (double)options->teacher_share,
        };
        dg_loss_gradient(count, classes, &targets, scale, logits, loss);
        return;
    }
    for (uint32_t i = 0; i < count; i++, logits += (size_t)outputs * classes) {
        const dg_line_text *text = &s->gathered.texts[i];
        dg_ctc_gradient(outputs, classes, (dg_sequence){text->labels, text->count}, smoothing,
                        scale, logits, s->ctc, loss);
    }
}

/* `index` counts this rank's shards. Each thread gathers what it trains on. */
static void run_shard(void *context, uint32_t index, uint32_t worker)
{
    const dg_batch *b = context;
    const dg_snapshot *snapshot = b->job->snapshot;
    scratch *s = &b->scratch[worker];
    const uint32_t shard = b->first + index;
    const uint32_t first = shard * b->shard;
    const dg_pass pass = {
        .samples = dg_min_u32(b->count - first, b->shard),
        .training = true,
        .seed = b->job->options->seed,
        .draw = b->draw + first,
        .full = b->shard,
    };
    b->losses[shard] = (dg_loss){0};
    dg_gather(b->job, b->order + first, pass.samples, b->draw - b->draw % b->job->dataset->count,
              &s->gathered);
    dg_real *logits = dg_network_forward(snapshot->network, snapshot->params,
                                         s->gathered.samples, &pass, s->workspace);
    run_loss(b, pass.samples, s, logits, &b->losses[shard]);
    dg_network_backward(snapshot->network, snapshot->params, &pass, s->workspace,
                        b->gradients[index]);
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
        dg_pool_run(b->job->threads.pool, b->job->threads.count, dg_optimizer_pieces(b->optimizer),
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
    dg_pool_run(b->job->threads.pool, b->workers, mine, run_shard, b);
    const digit_status status = exchange(b, shards, mine, stop);
    if (status != DIGIT_OK)
        return status;
    for (uint32_t s = 0; s < shards; s++) {
        loss->sum += b->losses[s].sum;
        loss->correct += b->losses[s].correct;
    }
    b->update.step = ++b->job->snapshot->training->step;
    b->update.rate = rate;
    b->update.shards = shards;
    dg_pool_run(b->job->threads.pool, b->job->threads.count, dg_optimizer_pieces(b->optimizer),
                run_piece, b);
    return DIGIT_OK;
}
