/*
 * One save or one load between two marks that strace can see, for check_faults.py:
 *
 *     subject save FILE SEED    a model made with that seed
 *     subject load FILE
 *
 * Prints the status and the sentence. Exit status 0: DIGIT_OK, 1: any other.
 */
#define _DEFAULT_SOURCE
#include <digit/digit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Fails, and does nothing else. */
static void mark(const char *what)
{
    if (access(what, F_OK) == 0)
        abort();
}

static digit_status save(const char *path, uint64_t seed)
{
    digit_model *model;
    digit_model_options options;
    digit_model_options_init(&options, sizeof options);
    options.architecture = "dense 64 relu dense 10"; /* 200 KB: memory by mmap() */
    options.seed = seed;
    digit_status status = digit_model_create(&options, &model);
    if (status != DIGIT_OK)
        return status;
    mark("/mark/begin");
    status = digit_model_save(model, path);
    mark("/mark/end");
    digit_model_free(model);
    return status;
}

/* The first call of the process: what opens the library is part of it. */
static digit_status load(const char *path)
{
    digit_model *model;
    mark("/mark/begin");
    const digit_status status = digit_model_load(path, &model);
    mark("/mark/end");
    if ((status == DIGIT_OK) != (model != NULL))
        abort();
    digit_model_free(model);
    return status;
}

int main(int argc, char **argv)
{
    digit_status status;
    if (argc == 4 && strcmp(argv[1], "save") == 0)
        status = save(argv[2], strtoull(argv[3], NULL, 10));
    else if (argc == 3 && strcmp(argv[1], "load") == 0)
        status = load(argv[2]);
    else
        return 2;
    printf("%d %s\n", (int)status, status == DIGIT_OK ? "" : digit_last_error());
    return status == DIGIT_OK ? 0 : 1;
}
