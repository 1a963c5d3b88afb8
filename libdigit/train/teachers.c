#include "train/teachers.h"

#include "base/error.h"
#include "base/mem.h"
#include "net/loss.h"
#include "net/workspace.h"

#include <stdbool.h>

struct dg_lesson {
    const dg_teachers *teachers;
    dg_workspace **workspaces; /* [teachers->count] */
    float *answers;            /* [samples][logits] */
};

/* ---- Teachers --------------------------------------------------------- */

digit_status dg_teachers_create(const dg_snapshot *const *snapshots, uint32_t count,
                                uint32_t logits, dg_teachers **out)
{
    digit_status status = DIGIT_OK;
    dg_teachers *t = dg_alloc_zero(1, sizeof *t);
    *out = NULL;
    if (!t)
        return dg_fail_memory("teachers", sizeof *t);
    t->logits = logits;
    t->items = dg_alloc_zero(count, sizeof *t->items);
    if (!t->items)
        status = dg_fail_memory("teachers", count * sizeof *t->items);
    for (uint32_t i = 0; status == DIGIT_OK && i < count; i++) {
        const dg_snapshot *s = snapshots[i];
        if (dg_network_logits(s->network) != logits)
            status = dg_fail(DIGIT_ERR_ARGUMENT, "teacher %u has %u outputs, the model %u", i,
                             dg_network_logits(s->network), logits);
        else
            status = dg_network_fold(s->network, s->params, &t->items[i].network,
                                     &t->items[i].params);
        t->items[i].temperature = (double)s->temperature;
        t->count = i + 1;
    }
    if (status == DIGIT_OK)
        *out = t;
    else
        dg_teachers_free(t);
    return status;
}

void dg_teachers_free(dg_teachers *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; i < t->count; i++) {
        dg_network_free(t->items[i].network);
        dg_free(t->items[i].params);
    }
    dg_free(t->items);
    dg_free(t);
}

/* ---- A lesson --------------------------------------------------------- */

dg_lesson *dg_lesson_create(const dg_teachers *teachers, uint32_t samples)
{
    dg_lesson *lesson = dg_alloc_zero(1, sizeof *lesson);
    if (!lesson)
        return NULL;
    lesson->teachers = teachers;
    lesson->answers = dg_alloc((size_t)samples * teachers->logits, sizeof *lesson->answers);
    lesson->workspaces = dg_alloc_zero(teachers->count, sizeof *lesson->workspaces);
    bool fine = lesson->answers && lesson->workspaces;
    for (uint32_t i = 0; fine && i < teachers->count; i++) {
        lesson->workspaces[i] =
            dg_workspace_create(teachers->items[i].network, samples, false);
        fine = lesson->workspaces[i] != NULL;
    }
    if (fine)
        return lesson;
    dg_lesson_free(lesson);
    return NULL;
}

void dg_lesson_free(dg_lesson *lesson)
{
    if (!lesson)
        return;
    for (uint32_t i = 0; lesson->workspaces && i < lesson->teachers->count; i++)
        dg_workspace_free(lesson->workspaces[i]);
    dg_free((void *)lesson->workspaces);
    dg_free(lesson->answers);
    dg_free(lesson);
}

static void add_answers(const dg_teacher *t, uint32_t logits, double share, const uint8_t *samples,
                        uint32_t count, dg_workspace *workspace, float *sum)
{
    const dg_pass pass = {.samples = count};
    dg_real *out = dg_network_forward(t->network, t->params, samples, &pass, workspace);
    dg_logits_tame((size_t)count * logits, out);
    for (uint32_t i = 0; i < count; i++, out += logits, sum += logits) {
        double p[DG_LOGITS_MAX];
        dg_softmax(logits, out, t->temperature, p);
        for (uint32_t c = 0; c < logits; c++)
            sum[c] += (float)(share * p[c]);
    }
}

const float *dg_lesson_answer(const dg_lesson *lesson, const uint8_t *samples, uint32_t count)
{
    const dg_teachers *t = lesson->teachers;
    for (size_t i = 0; i < (size_t)count * t->logits; i++)
        lesson->answers[i] = 0;
    for (uint32_t i = 0; i < t->count; i++)
        add_answers(&t->items[i], t->logits, 1.0 / t->count, samples, count,
                    lesson->workspaces[i], lesson->answers);
    return lesson->answers;
}
