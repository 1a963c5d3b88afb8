/* digit-eval - how well a model does on labelled pictures. */
#include "cli.h"
#include "draw.h"

#include <digit/digit.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>

enum { MODEL, WORST, THREADS, JSON, OPTION_COUNT };

static const cli_option options[OPTION_COUNT] = {
    [MODEL] = {"model", "FILE", "model to judge", "the built-in one"},
    [WORST] = {"worst", "N", "how many of the worst mistakes to draw", "3"},
    [THREADS] = {"threads", "N", "0 = one per CPU; the result is the same", "0"},
    [JSON] = {"json", NULL, "answer as one JSON object", ""},
};

static const cli_program program = {
    .name = "digit-eval",
    .usage = "[options] IMAGES LABELS",
    .purpose = "Judge a model on labelled pictures (IDX files, plain or gzip): accuracy, loss,\n"
               "which digits it takes for which, and its worst mistakes.",
    .options = options,
    .count = OPTION_COUNT,
};

typedef struct settings {
    const char *model;
    size_t worst;
    uint32_t threads;
    bool json;
} settings;

typedef struct mistake {
    size_t index; /* in the dataset */
    double loss;
} mistake;

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static int print_json(const digit_metrics *m)
{
    json_t *rows = json_array();
    for (int label = 0; label < DIGIT_CLASSES; label++) {
        json_t *row = json_array();
        for (int answer = 0; answer < DIGIT_CLASSES; answer++)
            json_array_append_new(row, json_integer((json_int_t)m->confusion[label][answer]));
        json_array_append_new(rows, row);
    }
    return cli_print_json(json_pack("{s:I, s:I, s:f, s:o, s:o}", "count", (json_int_t)m->count,
                                    "correct", (json_int_t)m->correct, "accuracy",
                                    share(m->correct, m->count), "loss",
                                    isfinite(m->loss) ? json_real(m->loss) : json_null(),
                                    "confusion", rows),
                          17);
}

static void print_table(const digit_metrics *m)
{
    printf("accuracy  %.2f %% (%llu of %llu)\nloss      %.4f\n\n",
           100 * share(m->correct, m->count), (unsigned long long)m->correct,
           (unsigned long long)m->count, m->loss);
    printf("label  taken for\n     ");
    for (int answer = 0; answer < DIGIT_CLASSES; answer++)
        printf("%7d", answer);
    printf("     right\n");
    for (int label = 0; label < DIGIT_CLASSES; label++) {
        uint64_t total = 0;
        printf("%5d", label);
        for (int answer = 0; answer < DIGIT_CLASSES; answer++) {
            const uint64_t count = m->confusion[label][answer];
            total += count;
            if (count > 0)
                printf("%7llu", (unsigned long long)count);
            else
                printf("%7s", ".");
        }
        printf("  %6.2f %%\n", 100 * share(m->confusion[label][label], total));
    }
}

static int worse_first(const void *a, const void *b)
{
    const mistake *x = a, *y = b;
    if (x->loss != y->loss)
        return x->loss > y->loss ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static void print_mistake(const digit_dataset *data, const digit_prediction *p, size_t index)
{
    const int label = digit_dataset_labels(data)[index];
    printf("\npicture %zu: a %d taken for a %d (%.1f %%; %d: %.1f %%)\n", index, label, p->digit,
           100 * (double)p->probabilities[p->digit], label,
           100 * (double)p->probabilities[label]);
    draw_sample(stdout, digit_dataset_samples(data) + index * DIGIT_SAMPLE_BYTES, 2);
}

static int print_worst(const digit_model *model, const digit_dataset *data, size_t worst)
{
    const size_t count = digit_dataset_count(data);
    const uint8_t *labels = digit_dataset_labels(data);
    digit_prediction *answers = calloc(count + 1, sizeof *answers);
    mistake *mistakes = calloc(count + 1, sizeof *mistakes);
    size_t found = 0;
    int status = 1;
    if (!answers || !mistakes) {
        cli_message("not enough memory for %zu answers", count);
        goto done;
    }
    if (digit_model_predict(model, digit_dataset_samples(data), count, answers) != DIGIT_OK) {
        cli_library_error(NULL);
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        if (answers[i].digit != labels[i])
            mistakes[found++] = (mistake){i, -log(answers[i].probabilities[labels[i]])};
    }
    qsort(mistakes, found, sizeof *mistakes, worse_first);
    if (found > 0 && worst > 0)
        printf("\nThe worst mistakes, %zu of %zu:\n", worst < found ? worst : found, found);
    for (size_t i = 0; i < found && i < worst; i++)
        print_mistake(data, &answers[mistakes[i].index], mistakes[i].index);
    status = 0;
done:
    free(mistakes);
    free(answers);
    return status;
}

static int judge(const settings *s, const digit_model *model, const digit_dataset *data)
{
    digit_metrics metrics = {.size = sizeof metrics};
    if (digit_model_evaluate(model, data, &metrics) != DIGIT_OK)
        return cli_library_error(NULL);
    if (s->json)
        return print_json(&metrics);
    print_table(&metrics);
    return s->worst > 0 ? print_worst(model, data, s->worst) : 0;
}

static void parse(settings *s, int argc, char **argv)
{
    *s = (settings){.worst = 3};
    cli_start(&program);
    for (int option; (option = cli_next(argc, argv)) >= 0;) {
        switch (option) {
        case MODEL: s->model = optarg; break;
        case WORST: s->worst = (size_t)cli_whole("--worst", optarg, 0, 1000000); break;
        case THREADS: s->threads = (uint32_t)cli_whole("--threads", optarg, 0, 256); break;
        case JSON: s->json = true; break;
        }
    }
    if (argc - optind != 2)
        cli_usage_error("IMAGES and LABELS are two files, not %d", argc - optind);
}

int main(int argc, char **argv)
{
    settings s;
    parse(&s, argc, argv);
    digit_model *model = NULL;
    digit_dataset *data = NULL;
    int status;
    if ((s.model ? digit_model_load(s.model, &model)
                 : digit_model_load_pretrained(&model)) != DIGIT_OK)
        status = cli_library_error(s.model);
    else if (digit_model_set_threads(model, s.threads) != DIGIT_OK ||
             digit_dataset_load_idx(argv[optind], argv[optind + 1], &data) != DIGIT_OK)
        status = cli_library_error(NULL);
    else
        status = judge(&s, model, data);
    digit_dataset_free(data);
    digit_model_free(model);
    return cli_finish(status);
}
