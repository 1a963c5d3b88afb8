/* Answers: predict and evaluate. */
#include "api/edge.h"
#include "api/model.h"
#include "api/sized.h"
#include "train/evaluate.h"

digit_status digit_model_predict(const digit_model *model, const uint8_t *samples, size_t count,
                                 digit_prediction *out)
{
    if (!model)
        return dg_fail_null(__func__, "model");
    if (count == 0)
        return DIGIT_OK;
    if (!samples || !out)
        return dg_fail_null(__func__, samples ? "out" : "samples");
    if (count > SIZE_MAX / DIGIT_SAMPLE_BYTES)
        return dg_fail(DIGIT_ERR_ARGUMENT, "%zu samples do not fit in memory", count);
    const digit_status status = dg_model_check_reads_digits(model);
    if (status != DIGIT_OK)
        return status;
    const dg_edge edge = dg_edge_enter();
    return dg_edge_leave(edge, dg_predictor_run(model->predictor, dg_model_threads(model),
                                                samples, count, out));
}

digit_status digit_model_evaluate(const digit_model *model, const digit_dataset *dataset,
                                  digit_metrics *metrics)
{
    if (!metrics)
        return dg_fail_null(__func__, "metrics");
    digit_metrics ours = {.size = sizeof ours};
    digit_status status = dg_sized_check("digit_metrics", metrics, sizeof ours);
    if (status != DIGIT_OK)
        return status;
    dg_sized_write(metrics, &ours, sizeof ours);
    if (!model || !dataset)
        return dg_fail_null(__func__, model ? "dataset" : "model");
    const dg_edge edge = dg_edge_enter();
    status = dg_evaluate(model->predictor, dg_model_threads(model), dataset, &ours);
    if (status == DIGIT_OK)
        dg_sized_write(metrics, &ours, sizeof ours);
    return dg_edge_leave(edge, status);
}
