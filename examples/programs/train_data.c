#include "train_data.h"

#include "cli.h"
#ifdef WITH_PICTURES
#include "folder.h"
#endif

/* Datasets that become one. */
typedef struct parts {
    digit_dataset *at[2 * TRAIN_FILES_MOST + 1];
    size_t count;
} parts;

static int load_folder(const char *folder, const digit_model *model, digit_dataset **out)
{
#ifdef WITH_PICTURES
    return folder_load(folder, model, out);
#else
    (void)folder;
    (void)model;
    (void)out;
    cli_message("--folder: this build reads no pictures (Leptonica was missing)");
    return 1;
#endif
}

static int add_idx(parts *p, const char *images, const char *labels)
{
    return digit_dataset_load_idx(images, labels, &p->at[p->count++]) == DIGIT_OK
               ? 0
               : cli_library_error(NULL);
}

static int add_strokes(parts *p, const char *path)
{
    return digit_dataset_load_strokes(path, &p->at[p->count++]) == DIGIT_OK
               ? 0
               : cli_library_error(NULL);
}

static void parts_free(const parts *p)
{
    for (size_t i = 0; i < p->count; i++)
        digit_dataset_free(p->at[i]);
}

/* Takes the last `split` samples of the first part over to `held_out`. */
static int hold_out(parts *p, uint64_t split, parts *held_out)
{
    digit_dataset *all = p->at[0], *kept = NULL, *last = NULL;
    const size_t count = digit_dataset_count(all);
    if (split == 0)
        return 0;
    if (split >= count) {
        cli_message("--validation-split %llu leaves none of the %zu pictures to train on",
                    (unsigned long long)split, count);
        return 1;
    }
    const size_t rest = count - (size_t)split;
    if (digit_dataset_slice(all, 0, rest, &kept) != DIGIT_OK ||
        digit_dataset_slice(all, rest, (size_t)split, &last) != DIGIT_OK) {
        digit_dataset_free(kept);
        return cli_library_error(NULL);
    }
    digit_dataset_free(all);
    p->at[0] = kept;
    held_out->at[held_out->count++] = last;
    return 0;
}

/* All parts as one dataset; NULL if there is none. */
static int join(const parts *p, digit_dataset **out)
{
    *out = NULL;
    if (p->count == 0)
        return 0;
    const digit_status status =
        p->count == 1 ? digit_dataset_slice(p->at[0], 0, digit_dataset_count(p->at[0]), out)
                      : digit_dataset_join((const digit_dataset *const *)p->at, p->count, out);
    return status == DIGIT_OK ? 0 : cli_library_error(NULL);
}

static int load_training(const train_source *s, const digit_model *model, parts *p)
{
    int status = 0;
    if (s->folder)
        status = load_folder(s->folder, model, &p->at[p->count++]);
    for (int i = 0; status == 0 && s->images[i]; i++)
        status = add_idx(p, s->images[i], s->labels[i]);
    for (int i = 0; status == 0 && s->strokes[i]; i++)
        status = add_strokes(p, s->strokes[i]);
    return status;
}

static int load_validation(const train_source *s, parts *p)
{
    int status = 0;
    if (s->validation_images)
        status = add_idx(p, s->validation_images, s->validation_labels);
    if (status == 0 && s->validation_strokes)
        status = add_strokes(p, s->validation_strokes);
    return status;
}

int train_data_load(const train_source *s, const digit_model *model, train_data *data)
{
    parts training = {0}, validation = {0};
    int status = load_training(s, model, &training);
    if (status == 0)
        status = hold_out(&training, s->split, &validation);
    if (status == 0)
        status = load_validation(s, &validation);
    if (status == 0)
        status = join(&training, &data->training);
    if (status == 0)
        status = join(&validation, &data->validation);
    parts_free(&training);
    parts_free(&validation);
    return status;
}

void train_data_free(train_data *data)
{
    digit_dataset_free(data->validation);
    digit_dataset_free(data->training);
}
