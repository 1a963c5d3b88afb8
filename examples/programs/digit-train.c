/* digit-train - train a model on IDX files or a folder of pictures, and save it. */
#include "cli.h"
#include "history.h"
#include "progress.h"
#include "train_data.h"
#include "train_files.h"

#include <digit/digit.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    IMAGES, LABELS, STROKES, FOLDER, FROM, VALIDATION_IMAGES, VALIDATION_LABELS,
    VALIDATION_STROKES, VALIDATION_SPLIT, ARCHITECTURE, EPOCHS, BATCH, LEARNING_RATE, SCHEDULE,
    WEIGHT_DECAY, AUGMENT, LABEL_SMOOTHING, AVERAGE, PULL, TEACHER, TEACHER_SHARE, SEED, THREADS,
    CHECKPOINT, CHECKPOINT_INTERVAL, RESUME, HISTORY, TRAINED_ON, LICENCE, OUTPUT, JSON,
    OPTION_COUNT
};

static cli_option options[OPTION_COUNT] = {
    [IMAGES] = {"images", "FILE", "training pictures, IDX, plain or gzip", ""},
    [LABELS] = {"labels", "FILE", "their labels; both again for more pictures", ""},
    [STROKES] = {"strokes", "FILE", "digits as strokes of a pen; again for more", ""},
    [FOLDER] = {"folder", "DIR", "instead of --images: pictures in sub-folders 0 to 9", ""},
    [FROM] = {"from", "MODEL", "adapt this model file, or 'built-in'", ""},
    [VALIDATION_IMAGES] = {"validation-images", "FILE",
                           "pictures to judge each epoch by and to calibrate with", ""},
    [VALIDATION_LABELS] = {"validation-labels", "FILE", "their labels", ""},
    [VALIDATION_STROKES] = {"validation-strokes", "FILE", "besides or instead: strokes", ""},
    [VALIDATION_SPLIT] = {"validation-split", "N",
                          "hold out the last N pictures of the first --images for that", ""},
    [ARCHITECTURE] = {"architecture", "A", "preset or list of layers", ""},
    [EPOCHS] = {"epochs", "N", "times through the training pictures", ""},
    [BATCH] = {"batch", "N", "pictures per update of the weights", ""},
    [LEARNING_RATE] = {"learning-rate", "R", "size of a step, at its highest", ""},
    [SCHEDULE] = {"schedule", "S", "how it moves: constant or cosine", ""},
    [WEIGHT_DECAY] = {"weight-decay", "R", "pull of the weights towards 0", ""},
    [AUGMENT] = {"augment", "0..1", "how strongly pictures are distorted", ""},
    [LABEL_SMOOTHING] = {"label-smoothing", "0..0.5", "share of a label given to the others", ""},
    [AVERAGE] = {"average", "0..1", "decay of the averaged weights, 0 = off", ""},
    [PULL] = {"pull", "R", "of the weights towards those of --from, 0 = none", ""},
    [TEACHER] = {"teacher", "MODEL", "a model to learn from, or 'built-in'; again for more", ""},
    [TEACHER_SHARE] = {"teacher-share", "0..1", "of what is learned; the rest are the labels", ""},
    [SEED] = {"seed", "N", "of initial weights and order; same seed, same model", ""},
    [THREADS] = {"threads", "N", "0 = one per CPU; the result is the same", "0"},
    [CHECKPOINT] = {"checkpoint", "FILE", "written each epoch, resumed from if there", ""},
    [CHECKPOINT_INTERVAL] = {"checkpoint-interval", "N", "and after every N updates, 0 = not",
                             ""},
    [RESUME] = {"resume", NULL, "go on where an interrupted run with --resume stopped", ""},
    [HISTORY] = {"history", "FILE.csv", "a row for each epoch", ""},
    [TRAINED_ON] = {"trained-on", "TEXT", "what the model shall say of its data", ""},
    [LICENCE] = {"licence", "TEXT", "of the trained weights", ""},
    [OUTPUT] = {"output", "FILE", "where to save the model (.safetensors)", ""},
    [JSON] = {"json", NULL, "sum up as one JSON object on standard output", ""},
};

static char purpose[400]; /* written by show_purpose() */

static const cli_program program = {
    .name = "digit-train",
    .usage = "--images FILE --labels FILE --output FILE [options]\n"
             "       digit-train --strokes FILE --output FILE [options]\n"
             "       digit-train --folder DIR --output FILE [options]",
    .purpose = purpose,
    .options = options,
    .count = OPTION_COUNT,
};

typedef struct settings {
    const char *files[OPTION_COUNT]; /* values of the options that name one file */
    train_source source;
    const char *teachers[TRAIN_FILES_MOST + 1]; /* up to a NULL */
    uint32_t threads;
    bool json, resume, has_architecture;
    digit_model_options model;
    digit_train_options train;
} settings;

typedef struct run {
    const settings *settings;
    digit_model *model;
    digit_model *teachers[TRAIN_FILES_MOST];
    train_data data;
    char *checkpoint; /* its name; NULL: none */
    bool goes_on;     /* from a checkpoint that is there */
    history history;
    progress_bar bar;
    digit_progress last; /* of the last epoch that ended; epoch 0 = none */
} run;

/* Images, labels, strokes and teachers; one file each of --from and three --validation-... */
#define INPUTS_MOST (4 * TRAIN_FILES_MOST + 4)

static volatile sig_atomic_t stopped_by;

static void note_signal(int number)
{
    stopped_by = number;
}

static void show_defaults(const settings *s)
{
    const digit_train_options *t = &s->train;
    const struct { int option; double value; } numbers[] = {
        {EPOCHS, t->epochs},         {BATCH, t->batch},
        {LEARNING_RATE, t->learning_rate}, {WEIGHT_DECAY, t->weight_decay},
        {AUGMENT, t->augment},       {LABEL_SMOOTHING, t->label_smoothing},
        {AVERAGE, t->average},       {PULL, t->pull},
        {TEACHER_SHARE, t->teacher_share},
        {SEED, (double)t->seed},     {CHECKPOINT_INTERVAL, t->checkpoint_interval},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        cli_option *o = &options[numbers[i].option];
        snprintf(o->initial, sizeof o->initial, "%g", numbers[i].value);
    }
    snprintf(options[ARCHITECTURE].initial, sizeof options->initial, "%s",
             s->model.architecture);
    snprintf(options[SCHEDULE].initial, sizeof options->initial, "%s",
             t->schedule == DIGIT_SCHEDULE_COSINE ? "cosine" : "constant");
}

static void show_purpose(void)
{
    digit_train_options adapt;
    digit_adapt_options_init(&adapt, sizeof adapt);
    snprintf(purpose, sizeof purpose,
             "Train a network to recognise handwritten digits and save it. Ctrl-C stops early\n"
             "and saves what was learned so far (exit status 130).\n\n"
             "With --from, defaults are --epochs %u --batch %u --augment %g --pull %g: a few\n"
             "pictures of one hand are learned, and other hands not forgotten.",
             adapt.epochs, adapt.batch, (double)adapt.augment, (double)adapt.pull);
}

static uint32_t parse_schedule(const char *text)
{
    if (strcmp(text, "constant") == 0)
        return DIGIT_SCHEDULE_CONSTANT;
    if (strcmp(text, "cosine") == 0)
        return DIGIT_SCHEDULE_COSINE;
    cli_usage_error("--schedule is constant or cosine, not '%s'", text);
}

/* One more file of a kind. */
static void add_file(int option, const char *list[TRAIN_FILES_MOST + 1])
{
    int count = 0;
    while (list[count])
        count++;
    if (count == TRAIN_FILES_MOST)
        cli_usage_error("--%s: at most %d times", options[option].name, TRAIN_FILES_MOST);
    list[count] = optarg;
}

static void apply_option(settings *s, int option)
{
    digit_train_options *t = &s->train;
    switch (option) {
    case IMAGES: add_file(option, s->source.images); break;
    case LABELS: add_file(option, s->source.labels); break;
    case STROKES: add_file(option, s->source.strokes); break;
    case TEACHER: add_file(option, s->teachers); break;
    case TEACHER_SHARE:
        t->teacher_share = (float)cli_real("--teacher-share", optarg, 0, 1);
        break;
    case VALIDATION_SPLIT:
        s->source.split = cli_whole("--validation-split", optarg, 1, UINT32_MAX);
        break;
    case ARCHITECTURE:
        s->model.architecture = optarg;
        s->has_architecture = true;
        break;
    case EPOCHS: t->epochs = (uint32_t)cli_whole("--epochs", optarg, 1, 100000); break;
    case BATCH: t->batch = (uint32_t)cli_whole("--batch", optarg, 1, UINT32_MAX); break;
    case LEARNING_RATE:
        t->learning_rate = (float)cli_real("--learning-rate", optarg, 0, 1000);
        break;
    case SCHEDULE: t->schedule = parse_schedule(optarg); break;
    case WEIGHT_DECAY:
        t->weight_decay = (float)cli_real("--weight-decay", optarg, 0, 1000);
        break;
    case AUGMENT: t->augment = (float)cli_real("--augment", optarg, 0, 1); break;
    case LABEL_SMOOTHING:
        t->label_smoothing = (float)cli_real("--label-smoothing", optarg, 0, 0.5);
        break;
    case AVERAGE: t->average = (float)cli_real("--average", optarg, 0, 1); break;
    case PULL: t->pull = (float)cli_real("--pull", optarg, 0, 1e6); break;
    case SEED:
        s->model.seed = t->seed = cli_whole("--seed", optarg, 0, UINT64_MAX);
        break;
    case THREADS: s->threads = (uint32_t)cli_whole("--threads", optarg, 0, 256); break;
    case CHECKPOINT_INTERVAL:
        t->checkpoint_interval =
            (uint32_t)cli_whole("--checkpoint-interval", optarg, 0, UINT32_MAX);
        break;
    case RESUME: s->resume = true; break;
    case TRAINED_ON: t->trained_on = optarg; break;
    case LICENCE: t->licence = optarg; break;
    case JSON: s->json = true; break;
    default: s->files[option] = optarg; break;
    }
}

/* --from changes the defaults, wherever it stands: they are set before any option is applied. */
static void set_defaults(settings *s, int argc, char **argv)
{
    digit_model_options_init(&s->model, sizeof s->model);
    digit_train_options_init(&s->train, sizeof s->train);
    show_defaults(s);
    show_purpose();
    cli_start(&program);
    for (int option; (option = cli_next(argc, argv)) >= 0;)
        if (option == FROM)
            digit_adapt_options_init(&s->train, sizeof s->train);
    optind = 1;
}

static void check_source(const train_source *s, const char *const files[OPTION_COUNT])
{
    if (files[FOLDER] && (s->images[0] || s->labels[0]))
        cli_usage_error("--folder and --images exclude each other");
    for (int i = 0; s->images[i] || s->labels[i]; i++)
        if (!s->images[i] || !s->labels[i])
            cli_usage_error("--%s is missing", s->images[i] ? "labels" : "images");
    if (!s->images[0] && !s->strokes[0] && !files[FOLDER])
        cli_usage_error("--images is missing, or --strokes or --folder");
    if (!files[VALIDATION_IMAGES] != !files[VALIDATION_LABELS])
        cli_usage_error("--validation-images and --validation-labels go together");
    if (s->split && files[VALIDATION_IMAGES])
        cli_usage_error("--validation-split and --validation-images exclude each other");
}

static void parse(settings *s, int argc, char **argv)
{
    *s = (settings){0};
    set_defaults(s, argc, argv);
    for (int option; (option = cli_next(argc, argv)) >= 0;)
        apply_option(s, option);
    if (optind < argc)
        cli_usage_error("'%s' is not an option", argv[optind]);

    check_source(&s->source, s->files);
    if (!s->files[OUTPUT])
        cli_usage_error("--output is missing");
    if (s->files[FROM] && s->has_architecture)
        cli_usage_error("--from and --architecture exclude each other: a model has one");
    if (s->train.checkpoint_interval > 0 && !s->files[CHECKPOINT] && !s->resume)
        cli_usage_error("--checkpoint-interval wants --checkpoint or --resume");
}

static int load_data(run *r)
{
    const char *const *files = r->settings->files;
    train_source source = r->settings->source;
    source.folder = files[FOLDER];
    source.validation_images = files[VALIDATION_IMAGES];
    source.validation_labels = files[VALIDATION_LABELS];
    source.validation_strokes = files[VALIDATION_STROKES];
    return train_data_load(&source, r->model, &r->data);
}

/* --resume alone keeps its checkpoint beside the output, and removes it in the end. */
static int name_checkpoint(run *r)
{
    const settings *s = r->settings;
    const char *given = s->files[CHECKPOINT], *base = given ? given : s->files[OUTPUT];
    if (!given && !s->resume)
        return 0;
    const size_t size = strlen(base) + sizeof ".checkpoint";
    r->checkpoint = malloc(size);
    if (!r->checkpoint) {
        cli_message("out of memory");
        return 1;
    }
    snprintf(r->checkpoint, size, "%s%s", base, given ? "" : ".checkpoint");
    r->goes_on = access(r->checkpoint, F_OK) == 0;
    return 0;
}

static bool is_built_in(const char *model)
{
    return strcmp(model, "built-in") == 0;
}

static size_t list_inputs(const settings *s, train_file inputs[INPUTS_MOST])
{
    const train_source *source = &s->source;
    const char *from = s->files[FROM];
    size_t count = 0;
    for (int i = 0; source->images[i]; i++) {
        inputs[count++] = (train_file){"images", source->images[i]};
        inputs[count++] = (train_file){"labels", source->labels[i]};
    }
    for (int i = 0; source->strokes[i]; i++)
        inputs[count++] = (train_file){"strokes", source->strokes[i]};
    for (int i = 0; s->teachers[i]; i++)
        if (!is_built_in(s->teachers[i]))
            inputs[count++] = (train_file){"teacher", s->teachers[i]};
    static const int single[] = {VALIDATION_IMAGES, VALIDATION_LABELS, VALIDATION_STROKES};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        inputs[count++] = (train_file){options[single[i]].name, s->files[single[i]]};
    inputs[count++] =
        (train_file){"from", from && is_built_in(from) ? NULL : from};
    return count;
}

/* Better to hear now than after an hour of training. */
static int check_files(const run *r)
{
    const char *const *files = r->settings->files;
    train_file inputs[INPUTS_MOST];
    const size_t input_count = list_inputs(r->settings, inputs);
    const train_file outputs[] = {
        {"output", files[OUTPUT]},
        {r->settings->resume ? "resume" : "checkpoint", r->checkpoint},
        {"history", files[HISTORY]},
    };
    const size_t count = sizeof outputs / sizeof *outputs;
    train_files_check_apart(inputs, input_count, outputs, count);
    if (files[FOLDER])
        train_files_check_folder(files[FOLDER], outputs, count);
    const int status = train_files_check_model(files[OUTPUT]);
    return status == 0 && r->checkpoint ? train_files_check_model(r->checkpoint) : status;
}

static int report(const digit_progress *p, void *user_data)
{
    run *r = user_data;
    progress_draw(&r->bar, p);
    if (p->samples_done == p->samples_total && p->epoch != r->last.epoch) {
        r->last = *p;
        progress_epoch(&r->bar, p);
        history_add(&r->history, p);
    }
    return stopped_by != 0;
}

static digit_status train(run *r)
{
    /* A second Ctrl-C ends the program at once. */
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    digit_train_options train_options = r->settings->train;
    train_options.validation = r->data.validation;
    train_options.checkpoint = r->checkpoint;
    train_options.progress = report;
    train_options.user_data = r;
    train_options.teachers = (const digit_model *const *)r->teachers;
    while (r->settings->teachers[train_options.teacher_count])
        train_options.teacher_count++;
    progress_start(&r->bar, r->goes_on);
    const digit_status status = digit_model_train(r->model, r->data.training, &train_options);
    progress_clear(&r->bar);
    return status;
}

static json_t *number_or_null(double value, bool known)
{
    return known && isfinite(value) ? json_real(value) : json_null();
}

static int sum_up_json(const run *r, const digit_model_info *info, bool stopped)
{
    const digit_progress *p = &r->last;
    const bool known = p->epoch > 0;
    return cli_print_json(
        json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:I, s:b, s:o}", "epochs", (int)p->epoch,
                  "loss", number_or_null(p->loss, known), "accuracy",
                  number_or_null(p->accuracy, known), "validation_accuracy",
                  number_or_null(p->validation_accuracy, known), "seconds",
                  number_or_null(p->seconds, known), "architecture",
                  cli_json_text(info->architecture), "parameters", (json_int_t)info->parameters,
                  "stopped", (int)stopped, "output", cli_json_text(r->settings->files[OUTPUT])),
        17);
}

static void sum_up(const run *r, const digit_model_info *info)
{
    const digit_progress *p = &r->last;
    printf("architecture  %s\n", info->architecture);
    printf("parameters    %llu\n", (unsigned long long)info->parameters);
    if (p->epoch > 0) {
        printf("trained       %u epoch%s in %.1f s: loss %.4f, accuracy %.2f %%", p->epoch,
               p->epoch == 1 ? "" : "s", p->seconds, p->loss, 100 * p->accuracy);
        if (!isnan(p->validation_accuracy))
            printf(", validation %.2f %%", 100 * p->validation_accuracy);
        putchar('\n');
    }
    printf("saved         ");
    cli_print_name(stdout, r->settings->files[OUTPUT]);
    putchar('\n');
}

static int save(run *r, bool stopped)
{
    const char *path = r->settings->files[OUTPUT];
    digit_model_info info = {.size = sizeof info};
    if (digit_model_save(r->model, path) != DIGIT_OK ||
        digit_model_get_info(r->model, &info) != DIGIT_OK)
        return cli_library_error(path);
    if (stopped)
        cli_message("stopped early; what was learned so far is in %s%s", path,
                    r->checkpoint ? "; the same command goes on" : "");
    if (!stopped && r->checkpoint && !r->settings->files[CHECKPOINT])
        unlink(r->checkpoint);
    if (r->settings->json)
        return sum_up_json(r, &info, stopped);
    sum_up(r, &info);
    return 0;
}

static digit_status load_model(const char *from, digit_model **model)
{
    return is_built_in(from) ? digit_model_load_pretrained(model) : digit_model_load(from, model);
}

static digit_status make_model(const settings *s, digit_model **model)
{
    const char *from = s->files[FROM];
    return from ? load_model(from, model) : digit_model_create(&s->model, model);
}

static int load_teachers(run *r)
{
    for (int i = 0; r->settings->teachers[i]; i++)
        if (load_model(r->settings->teachers[i], &r->teachers[i]) != DIGIT_OK)
            return cli_library_error(r->settings->teachers[i]);
    return 0;
}

static int work(run *r)
{
    const settings *s = r->settings;
    if (name_checkpoint(r) != 0 || check_files(r) != 0)
        return 1;
    const digit_status made = make_model(s, &r->model);
    if (made == DIGIT_ERR_ARGUMENT && !s->files[FROM])
        cli_usage_error("--architecture: %s", digit_last_error());
    if (made != DIGIT_OK || digit_model_set_threads(r->model, s->threads) != DIGIT_OK)
        return cli_library_error(s->files[FROM]);
    if (load_teachers(r) != 0 || load_data(r) != 0 ||
        history_open(&r->history, s->files[HISTORY], r->goes_on) != 0)
        return 1;

    const digit_status trained = train(r);
    if (trained == DIGIT_ERR_ARGUMENT) /* a value only the library knows the limits of */
        cli_usage_error("%s", digit_last_error());
    if (trained != DIGIT_OK && trained != DIGIT_ERR_CANCELLED)
        return cli_library_error(NULL);
    const bool stopped = trained == DIGIT_ERR_CANCELLED;
    const int signal_number = stopped_by;
    int status = save(r, stopped);
    if (history_close(&r->history) != 0)
        status = 1;
    /* As a shell reports a program that a signal ended. */
    return status == 0 && stopped ? 128 + signal_number : status;
}

int main(int argc, char **argv)
{
    settings s;
    parse(&s, argc, argv);
    run r = {.settings = &s};
    const int status = work(&r);
    free(r.checkpoint);
    train_data_free(&r.data);
    for (int i = 0; i < TRAIN_FILES_MOST; i++)
        digit_model_free(r.teachers[i]);
    digit_model_free(r.model);
    return cli_finish(status);
}
