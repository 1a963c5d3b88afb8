#include "train_data.h"

#include "cli.h"
#ifdef WITH_PICTURES
#include "folder.h"
#endif

static int load_all(const train_source *s, const digit_model *model, digit_dataset **all)
{
    if (!s->folder)
        return digit_dataset_load_idx(s->images, s->labels, all) == DIGIT_OK
                   ? 0
                   : cli_library_error(NULL);
#ifdef WITH_PICTURES
    return folder_load(s->folder, model, all);
#else
    (void)model;
    cli_message("--folder: this build reads no pictures (Leptonica was missing)");
    return 1;
#endif
}

int train_data_load(const train_source *s, const digit_model *model, train_data *data)
{
    if (load_all(s, model, &data->all) != 0)
        return 1;
    const size_t count = digit_dataset_count(data->all);
    if (s->split >= count && s->split > 0) {
        cli_message("--validation-split %llu leaves none of the %zu pictures to train on",
                    (unsigned long long)s->split, count);
        return 1;
    }
    const size_t kept = count - (size_t)s->split;
    if (digit_dataset_slice(data->all, 0, kept, &data->training) != DIGIT_OK)
        return cli_library_error(NULL);
    if (s->split && digit_dataset_slice(data->all, kept, (size_t)s->split,
                                        &data->validation) != DIGIT_OK)
        return cli_library_error(NULL);
    if (s->validation_images &&
        digit_dataset_load_idx(s->validation_images, s->validation_labels,
                               &data->validation) != DIGIT_OK)
        return cli_library_error(NULL);
    return 0;
}

void train_data_free(train_data *data)
{
    digit_dataset_free(data->validation);
    digit_dataset_free(data->training);
    digit_dataset_free(data->all);
}
