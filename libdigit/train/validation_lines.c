#include "train/validation_lines.h"

#include "base/error.h"
#include "base/number.h"
#include "net/loss.h"
#include "net/workspace.h"
#include "train/gather.h"

/* What one worker runs lines in. */
typedef struct desk {
    dg_workspace *workspace;
    dg_gathered line;
} desk;

typedef struct lines_job {
    const dg_predictor *predictor;
    const digit_dataset *dataset;
    size_t count;
    dg_line_fn visit;
    void *context;
    desk desks[DG_THREADS_MAX];
} lines_job;

#define LINES_A_PIECE 16

static void visit_line(const lines_job *job, size_t index, uint32_t worker)
{
    const dg_network *network = dg_predictor_network(job->predictor);
    const desk *d = &job->desks[worker];
    const uint32_t outputs = dg_network_outputs(network);
    const dg_pass pass = {.samples = 1};
    dg_gather_validation_line(job->dataset, index, dg_network_sample(network).columns,
                              d->line.scratch, d->line.samples, d->line.texts);
    dg_real *logits = dg_network_forward(network, dg_predictor_params(job->predictor),
                                         d->line.samples, &pass, d->workspace);
    dg_logits_tame((size_t)outputs * DG_LINE_OUTPUTS, logits);
    job->visit(job->context, index, worker, outputs, logits, d->line.texts);
}

static void visit_piece(void *context, uint32_t piece, uint32_t worker)
{
    const lines_job *job = context;
    const size_t first = (size_t)piece * LINES_A_PIECE;
    for (size_t i = first; i < first + LINES_A_PIECE && i < job->count; i++)
        visit_line(job, i, worker);
}

digit_status dg_visit_validation_lines(const dg_predictor *predictor, dg_threads threads,
                                       const digit_dataset *dataset, size_t count,
                                       dg_line_fn visit, void *context)
{
    const dg_network *network = dg_predictor_network(predictor);
    const uint32_t workers = dg_min_u32(threads.count, DG_THREADS_MAX);
    const uint32_t pieces = (uint32_t)((count + LINES_A_PIECE - 1) / LINES_A_PIECE);
    lines_job job = {.predictor = predictor, .dataset = dataset, .count = count, .visit = visit,
                     .context = context};
    bool fine = true;
    for (uint32_t i = 0; fine && i < workers; i++) {
        job.desks[i].workspace = dg_workspace_create(network, 1, false);
        fine = dg_gathered_create(network, 1, &job.desks[i].line) && job.desks[i].workspace;
    }
    if (fine)
        dg_pool_run(threads.pool, workers, pieces, visit_piece, &job);
    for (uint32_t i = 0; i < workers; i++) {
        dg_workspace_free(job.desks[i].workspace);
        dg_gathered_free(&job.desks[i].line);
    }
    return fine ? DIGIT_OK
                : dg_fail(DIGIT_ERR_MEMORY, "out of memory: no buffers to read lines in");
}
