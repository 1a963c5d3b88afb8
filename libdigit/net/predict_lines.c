#include "net/predict_lines.h"

#include "base/error.h"
#include "base/number.h"
#include "net/loss.h"
#include "net/workspace.h"

#include <stdatomic.h>

typedef struct lines_job {
    const dg_predictor *predictor;
    const dg_line_image *lines;
    dg_outputs_fn visit;
    void *context;
    dg_workspace *workspaces[DG_THREADS_MAX]; /* for the widest line; narrower ones fit, too */
    atomic_bool failed;
} lines_job;

/* The network is planned anew for each width: that costs a thousandth of running it. */
static void visit_line(void *context, uint32_t index, uint32_t worker)
{
    lines_job *job = context;
    const dg_line_image *line = &job->lines[index];
    const dg_pass pass = {.samples = 1};
    dg_network *network = NULL;
    if (dg_network_resize(dg_predictor_network(job->predictor), line->columns, &network) !=
        DIGIT_OK) {
        atomic_store(&job->failed, true);
        return;
    }
    const uint32_t outputs = dg_network_outputs(network);
    dg_real *logits = dg_network_forward(network, dg_predictor_params(job->predictor),
                                         line->pixels, &pass, job->workspaces[worker]);
    dg_logits_tame((size_t)outputs * DG_LINE_OUTPUTS, logits);
    job->visit(job->context, index, outputs, logits);
    dg_network_free(network);
}

static uint32_t widest_of(const dg_line_image *lines, size_t count)
{
    uint32_t widest = 1;
    for (size_t i = 0; i < count; i++)
        widest = dg_max_u32(widest, lines[i].columns);
    return widest;
}

digit_status dg_predictor_visit_lines(const dg_predictor *predictor, dg_threads threads,
                                      const dg_line_image *lines, size_t count,
                                      dg_outputs_fn visit, void *context)
{
    lines_job job = {.predictor = predictor, .lines = lines, .visit = visit, .context = context};
    dg_network *widest = NULL;
    if (count == 0)
        return DIGIT_OK;
    digit_status status = dg_network_resize(dg_predictor_network(predictor),
                                            widest_of(lines, count), &widest);
    if (status != DIGIT_OK)
        return status;
    const size_t wanted = dg_min_size(dg_min_size(threads.count, count), DG_THREADS_MAX);
    uint32_t workers = 0;
    while (workers < wanted) {
        job.workspaces[workers] = dg_workspace_create(widest, 1, false);
        if (!job.workspaces[workers])
            break; /* fewer threads will do */
        workers++;
    }
    dg_network_free(widest);
    const dg_threads ours = {threads.pool, workers, threads.deadline};
    status = workers > 0 ? dg_threads_run(ours, (uint32_t)count, visit_line, &job) : DIGIT_OK;
    for (uint32_t i = 0; i < workers; i++)
        dg_workspace_free(job.workspaces[i]);
    if (workers == 0 || atomic_load(&job.failed))
        return dg_fail(DIGIT_ERR_MEMORY, "out of memory: no buffers to read lines in");
    return status;
}
