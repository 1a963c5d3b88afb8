/*
 * train-mpi - train one model on several machines.
 *
 *     mpirun -n 2 train-mpi --images FILE --labels FILE --output FILE [options]
 *
 * Every rank is given the same data and works on its part of each batch; the model is the one
 * that `digit-train` makes of the same options, byte for byte. See docs/distributed-training.md.
 */
#include "cli.h"
#include "progress.h"
#include "train_data.h"
#include "train_files.h"

#include <digit/digit.h>
#include <getopt.h>
#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    IMAGES, LABELS, VALIDATION_IMAGES, VALIDATION_LABELS, ARCHITECTURE, EPOCHS, BATCH, SEED,
    THREADS, CHECKPOINT, CHECKPOINT_INTERVAL, OUTPUT, OPTION_COUNT
};

static const cli_option options[OPTION_COUNT] = {
    [IMAGES] = {"images", "FILE", "training pictures, IDX, plain or gzip", ""},
    [LABELS] = {"labels", "FILE", "their labels", ""},
    [VALIDATION_IMAGES] = {"validation-images", "FILE", "pictures to judge each epoch by", ""},
    [VALIDATION_LABELS] = {"validation-labels", "FILE", "their labels", ""},
    [ARCHITECTURE] = {"architecture", "A", "preset or list of layers", ""},
    [EPOCHS] = {"epochs", "N", "times through the training pictures", ""},
    [BATCH] = {"batch", "N", "pictures per update of the weights, of all ranks", ""},
    [SEED] = {"seed", "N", "of initial weights and order", ""},
    [THREADS] = {"threads", "N", "of each rank, 0 = one per CPU", "1"},
    [CHECKPOINT] = {"checkpoint", "FILE", "written each epoch, resumed from if there", ""},
    [CHECKPOINT_INTERVAL] = {"checkpoint-interval", "N", "and after every N updates", ""},
    [OUTPUT] = {"output", "FILE", "where to save the model (.safetensors)", ""},
};

static const cli_program program = {
    .name = "train-mpi",
    .usage = "--images FILE --labels FILE --output FILE [options]",
    .purpose = "Train a network on the ranks of an MPI job. What is not asked for is as in\n"
               "digit-train, and so is the model.",
    .options = options,
    .count = OPTION_COUNT,
};

typedef struct settings {
    const char *files[OPTION_COUNT]; /* values of the options that name files */
    uint32_t threads;
    digit_model_options model;
    digit_train_options train;
} settings;

static void parse(settings *s, int argc, char **argv)
{
    *s = (settings){.threads = 1};
    digit_model_options_init(&s->model, sizeof s->model);
    digit_train_options_init(&s->train, sizeof s->train);
    cli_start(&program);
    for (int option; (option = cli_next(argc, argv)) >= 0;) {
        digit_train_options *t = &s->train;
        switch (option) {
        case ARCHITECTURE: s->model.architecture = optarg; break;
        case EPOCHS: t->epochs = (uint32_t)cli_whole("--epochs", optarg, 1, 100000); break;
        case BATCH: t->batch = (uint32_t)cli_whole("--batch", optarg, 1, UINT32_MAX); break;
        case SEED: s->model.seed = t->seed = cli_whole("--seed", optarg, 0, UINT64_MAX); break;
        case THREADS: s->threads = (uint32_t)cli_whole("--threads", optarg, 0, 256); break;
        case CHECKPOINT_INTERVAL:
            t->checkpoint_interval =
                (uint32_t)cli_whole("--checkpoint-interval", optarg, 0, UINT32_MAX);
            break;
        default: s->files[option] = optarg; break;
        }
    }
    if (optind < argc || !s->files[IMAGES] || !s->files[LABELS] || !s->files[OUTPUT])
        cli_usage_error("--images, --labels and --output are what it needs");
    s->train.checkpoint = s->files[CHECKPOINT];
}

/* ---- Adding up ---------------------------------------------------------- */

typedef struct gathered {
    float *values; /* [ranks][count] */
    size_t room;
} gathered;

/* MPI_Allreduce promises no order of additions, so the sums would depend on the number of ranks
 * and on the library. A binary tree over the rank goes on where each rank's own sum ended. */
static void add_tree(float *values, uint32_t ranks, size_t count)
{
    for (uint32_t apart = 1; apart < ranks; apart *= 2)
        for (uint32_t r = 0; r + apart < ranks; r += 2 * apart) {
            float *sum = values + r * count;
            const float *other = sum + apart * count;
            for (size_t i = 0; i < count; i++)
                sum[i] += other[i];
        }
}

static int add_up(const digit_reduction *r, void *user_data)
{
    gathered *all = user_data;
    const int count = (int)r->count; /* no model is that large: 256 MiB a file */
    if (all->room < r->count) {
        free(all->values);
        all->values = malloc(r->ranks * r->count * sizeof *all->values);
        all->room = all->values ? r->count : 0;
    }
    if (!all->values || MPI_Allgather(r->values, count, MPI_FLOAT, all->values, count, MPI_FLOAT,
                                      MPI_COMM_WORLD) != MPI_SUCCESS)
        return 1;
    add_tree(all->values, r->ranks, r->count);
    memcpy(r->values, all->values, r->count * sizeof *r->values);
    return 0;
}

/* ---- The work of a rank --------------------------------------------------- */

/* As digit-train does before it begins. Rank 0 alone writes: the others may be on machines that
 * have no such folder. */
static int check_files(const settings *s)
{
    const char *const *files = s->files;
    const train_file inputs[] = {
        {"images", files[IMAGES]},
        {"labels", files[LABELS]},
        {"validation-images", files[VALIDATION_IMAGES]},
        {"validation-labels", files[VALIDATION_LABELS]},
    };
    const train_file outputs[] = {{"output", files[OUTPUT]}, {"checkpoint", files[CHECKPOINT]}};
    train_files_check_apart(inputs, sizeof inputs / sizeof *inputs, outputs,
                            sizeof outputs / sizeof *outputs);
    const int status = train_files_check_model(files[OUTPUT]);
    return status == 0 && files[CHECKPOINT] ? train_files_check_model(files[CHECKPOINT]) : status;
}

static int report(const digit_progress *p, void *user_data)
{
    progress_bar *bar = user_data;
    progress_draw(bar, p);
    if (p->samples_done == p->samples_total)
        progress_epoch(bar, p);
    return 0;
}

static int train(const settings *s, digit_model *model, const train_data *data)
{
    gathered all = {0};
    progress_bar bar;
    digit_train_options t = s->train;
    int rank, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    t.validation = data->validation;
    t.reduce = add_up;
    t.reduce_data = &all;
    t.rank = (uint32_t)rank;
    t.ranks = (uint32_t)ranks;
    t.progress = rank == 0 ? report : NULL;
    t.user_data = &bar;
    progress_start(&bar, t.checkpoint && access(t.checkpoint, F_OK) == 0);
    digit_status status = digit_model_train(model, data->training, &t);
    progress_clear(&bar);
    if (status == DIGIT_OK && rank == 0)
        status = digit_model_save(model, s->files[OUTPUT]);
    free(all.values);
    return status == DIGIT_OK ? 0 : cli_library_error(NULL);
}

static int work(const settings *s)
{
    const train_source source = {
        .images = {s->files[IMAGES]},
        .labels = {s->files[LABELS]},
        .validation_images = s->files[VALIDATION_IMAGES],
        .validation_labels = s->files[VALIDATION_LABELS],
    };
    train_data data = {0};
    digit_model *model = NULL;
    int rank, status;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    status = rank == 0 ? check_files(s) : 0;
    if (status != 0)
        return status;
    status = 1;
    if (digit_model_create(&s->model, &model) != DIGIT_OK ||
        digit_model_set_threads(model, s->threads) != DIGIT_OK)
        cli_library_error(NULL);
    else if (train_data_load(&source, model, &data) == 0)
        status = train(s, model, &data);
    train_data_free(&data);
    digit_model_free(model);
    return status;
}

/* The others wait in MPI_Allgather for a rank that has failed: its end is theirs. */
int main(int argc, char **argv)
{
    settings s;
    parse(&s, argc, argv);
    if (MPI_Init(&argc, &argv) != MPI_SUCCESS)
        return 1;
    const int status = work(&s);
    if (status != 0)
        MPI_Abort(MPI_COMM_WORLD, status);
    MPI_Finalize();
    return cli_finish(status);
}
