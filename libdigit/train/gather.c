#include "train/gather.h"

#include "base/mem.h"
#include "data/augment.h"
#include "data/cut.h"
#include "data/other.h"

#include <string.h>

/* Lines of a validation: distorted half as far as can be, by a seed of their own. */
#define VALIDATION_STRENGTH 0.5f
#define VALIDATION_SEED     0x76616C6964617465u

bool dg_gathered_create(const dg_network *network, uint32_t count, dg_gathered *out)
{
    const dg_shape sample = dg_network_sample(network);
    const bool lines = dg_network_reads_lines(network);
    *out = (dg_gathered){
        .samples = dg_alloc(count, dg_shape_count(sample)),
        .labels = lines ? NULL : dg_alloc(count, 1),
        .texts = lines ? dg_alloc(count, sizeof *out->texts) : NULL,
        .scratch = lines ? dg_alloc(DG_LINE_SCRATCH(sample.columns), sizeof(float)) : NULL,
    };
    return out->samples && (lines ? out->texts && out->scratch : out->labels != NULL);
}

void dg_gathered_free(dg_gathered *gathered)
{
    dg_free(gathered->samples);
    dg_free(gathered->labels);
    dg_free(gathered->texts);
    dg_free(gathered->scratch);
}

/* A digit, or what takes its place; returns its label. */
static uint8_t fetch_digit(const dg_train_job *job, size_t from, uint64_t name,
                           uint8_t sample[DIGIT_SAMPLE_BYTES])
{
    const digit_dataset *dataset = job->dataset;
    const uint64_t seed = job->options->seed;
    const float strength = job->options->augment;
    const uint32_t logits = dg_network_logits(job->snapshot->network);
    uint8_t label = dataset->labels[from];
    if (logits > DG_LABEL_OTHER && dg_other_takes(seed, name)) {
        dg_other_draw(seed, name, dataset, sample);
        label = DG_LABEL_OTHER;
    } else if (strength > 0) {
        dg_dataset_draw(dataset, from, seed, name, sample);
        if (dg_cut_takes(strength, seed, name))
            dg_cut_draw(seed, name, dataset, sample, sample);
    } else {
        memcpy(sample, dataset->samples + from * DIGIT_SAMPLE_BYTES, DIGIT_SAMPLE_BYTES);
    }
    dg_augment(sample, label, strength, seed, name, sample);
    return label;
}

void dg_gather(const dg_train_job *job, const uint32_t *order, uint32_t count, uint64_t epoch,
               dg_gathered *to)
{
    const dg_shape shape = dg_network_sample(job->snapshot->network);
    for (uint32_t i = 0; i < count; i++) {
        const size_t from = order[i];
        uint8_t *sample = to->samples + i * dg_shape_count(shape);
        if (to->texts)
            dg_line_draw(job->dataset, from, job->options->augment, job->options->seed,
                         epoch + from, shape.columns, to->scratch, sample, &to->texts[i]);
        else
            to->labels[i] = fetch_digit(job, from, epoch + from, sample);
    }
}

void dg_gather_validation_line(const digit_dataset *dataset, size_t index, uint32_t columns,
                               float *scratch, uint8_t *pixels, dg_line_text *text)
{
    dg_line_draw(dataset, index, VALIDATION_STRENGTH, VALIDATION_SEED, index, columns, scratch,
                 pixels, text);
}
