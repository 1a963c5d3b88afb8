/*
 * How the golden files were made. usage: make_golden ARCHITECTURE NAME
 *
 * Writes NAME.safetensors and NAME.txt, the answers of that model. Not run by the tests:
 * golden files of a format version are made once, when the version is new, and kept for
 * ever. See README.md for the commands.
 */
#include "golden.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRAINING_SAMPLES 600

static void check(digit_status status)
{
    if (status == DIGIT_OK)
        return;
    fprintf(stderr, "make_golden: %s\n", digit_last_error());
    exit(1);
}

static digit_dataset *make_dataset(unsigned first, unsigned count)
{
    static uint8_t samples[TRAINING_SAMPLES * DIGIT_SAMPLE_BYTES], labels[TRAINING_SAMPLES];
    digit_dataset *dataset;
    for (unsigned i = 0; i < count; i++) {
        golden_sample(first + i, samples + (size_t)i * DIGIT_SAMPLE_BYTES);
        labels[i] = (uint8_t)((first + i) % DIGIT_CLASSES);
    }
    check(digit_dataset_create(samples, labels, count, &dataset));
    return dataset;
}

static digit_model *make_model(const char *architecture)
{
    digit_model *model;
    digit_model_options options;
    digit_train_options training;
    digit_dataset *data = make_dataset(GOLDEN_SAMPLES, TRAINING_SAMPLES);
    digit_dataset *validation = make_dataset(GOLDEN_SAMPLES + TRAINING_SAMPLES, 100);
    digit_model_options_init(&options, sizeof options);
    options.architecture = architecture;
    check(digit_model_create(&options, &model));
    digit_train_options_init(&training, sizeof training);
    training.epochs = 1; /* far from sure of itself: answers of all sizes */
    training.batch = 60;
    training.label_smoothing = 0.2f;
    training.validation = validation;
    training.trained_on = "600 samples of a formula, tests/golden/golden.h";
    training.licence = "MIT";
    check(digit_model_train(model, data, &training));
    digit_dataset_free(data);
    digit_dataset_free(validation);
    return model;
}

static void write_answers(const digit_model *model, const char *path)
{
    digit_model_info info = {.size = sizeof info};
    FILE *file = fopen(path, "w");
    check(digit_model_get_info(model, &info));
    if (!file) {
        perror(path);
        exit(1);
    }
    for (unsigned i = 0; i < GOLDEN_SAMPLES; i++) {
        uint8_t sample[DIGIT_SAMPLE_BYTES];
        digit_prediction p;
        golden_sample(i, sample);
        check(digit_model_predict(model, sample, 1, &p));
        fprintf(file, "%d", (int)p.digit); /* whole numbers: the locale has no say in them */
        for (int c = 0; c < DIGIT_CLASSES; c++)
            fprintf(file, " %ld", lround(1e8 * (double)p.probabilities[c]));
        if (info.rejects)
            fprintf(file, " %ld", lround(1e8 * (double)p.other));
        fputc('\n', file);
    }
    if (fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    char path[1024];
    if (argc != 3 || strlen(argv[2]) > 1000) {
        fprintf(stderr, "usage: make_golden ARCHITECTURE NAME\n");
        return 2;
    }
    digit_model *model = make_model(argv[1]);
    snprintf(path, sizeof path, "%s.safetensors", argv[2]);
    check(digit_model_save(model, path));
    snprintf(path, sizeof path, "%s.txt", argv[2]);
    write_answers(model, path);
    digit_model_free(model);
    return 0;
}
