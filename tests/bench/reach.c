/*
 * A whole training on MNIST by a fixed schedule, and what it reaches; whoever starts this program
 * takes the time.
 *
 *     bench-reach 98|99 [seed=N] [threads=N] [validate=1] [samples= epochs= batch= rate= decay=
 *                       average= smoothing=]
 *
 * Schedules were chosen with validate=1: judged on the last 10,000 training pictures, and trained
 * on some of the others. Without it the test set is the judge. Fewer samples are the first ones.
 */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define VALIDATION 10000

typedef struct schedule {
    const char *name;
    uint32_t samples, epochs, batch;
    double rate, decay, average, smoothing;
} schedule;

static const schedule schedules[] = {
    {.name = "98", .samples = 20000, .epochs = 1, .batch = 32, .rate = 0.003, .average = 0.98},
    {.name = "99",
     .samples = 40000,
     .epochs = 2,
     .batch = 64,
     .rate = 0.005,
     .average = 0.99,
     .smoothing = 0.05},
};

static const schedule *find(const char *name)
{
    for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++)
        if (strcmp(schedules[i].name, name) == 0)
            return &schedules[i];
    return NULL;
}

static void override(schedule *s, int argc, char **argv)
{
    s->samples = bench_argument(argc, argv, "samples", s->samples);
    s->epochs = bench_argument(argc, argv, "epochs", s->epochs);
    s->batch = bench_argument(argc, argv, "batch", s->batch);
    s->rate = bench_argument_real(argc, argv, "rate", s->rate);
    s->decay = bench_argument_real(argc, argv, "decay", s->decay);
    s->average = bench_argument_real(argc, argv, "average", s->average);
    s->smoothing = bench_argument_real(argc, argv, "smoothing", s->smoothing);
}

static void train(digit_model *model, const digit_dataset *dataset, const schedule *s,
                  uint32_t seed)
{
    digit_train_options options;
    digit_train_options_init(&options, sizeof options);
    options.epochs = s->epochs;
    options.batch = s->batch;
    options.learning_rate = (float)s->rate;
    options.weight_decay = (float)s->decay;
    options.average = (float)s->average;
    options.label_smoothing = (float)s->smoothing;
    options.seed = seed;
    options.trained_on = "MNIST";
    bench_check(digit_model_train(model, dataset, &options), "train");
}

int main(int argc, char **argv)
{
    const schedule *named = argc > 1 ? find(argv[1]) : NULL;
    if (!named) {
        fprintf(stderr, "usage: bench-reach 98|99 [seed=N] [validate=1] ...\n");
        return 2;
    }
    schedule s = *named;
    override(&s, argc, argv);
    const double began = bench_now();
    const uint32_t seed = bench_argument(argc, argv, "seed", 1);
    const bool validate = bench_argument(argc, argv, "validate", 0) != 0;
    digit_dataset *all = bench_mnist("train"), *training = NULL, *judge = NULL;
    const size_t most = digit_dataset_count(all) - (validate ? VALIDATION : 0);
    bench_check(digit_dataset_slice(all, 0, s.samples < most ? s.samples : most, &training),
                "slice");
    if (validate)
        bench_check(digit_dataset_slice(all, most, VALIDATION, &judge), "slice");
    else
        judge = bench_mnist("t10k");

    digit_model *model = NULL;
    digit_metrics metrics = {.size = sizeof metrics};
    digit_model_options options;
    digit_model_options_init(&options, sizeof options);
    options.architecture = "keras";
    options.seed = seed;
    bench_check(digit_model_create(&options, &model), "create");
    bench_check(digit_model_set_threads(model, bench_argument(argc, argv, "threads", 2)),
                "threads");
    train(model, training, &s, seed);
    bench_check(digit_model_evaluate(model, judge, &metrics), "evaluate");
    printf("{\"benchmark\": \"reach\", \"schedule\": \"%s\", \"seed\": %u, \"judged\": \"%s\", "
           "\"samples\": %zu, \"epochs\": %u, \"batch\": %u, \"rate\": %g, \"decay\": %g, "
           "\"average\": %g, \"smoothing\": %g, \"accuracy\": %.4f, \"seconds\": %.3f}\n",
           s.name, seed, validate ? "validation" : "test", digit_dataset_count(training), s.epochs,
           s.batch, s.rate, s.decay, s.average, s.smoothing,
           (double)metrics.correct / (double)metrics.count, bench_now() - began);
    digit_model_free(model);
    digit_dataset_free(judge);
    digit_dataset_free(training);
    digit_dataset_free(all);
    return 0;
}
