#include "train_files.h"

#include "cli.h"
#include "file_target.h"

#include <digit/digit.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static void check_ending(const char *path)
{
    static const char *const others[] = {".h5", ".hdf5", ".keras", ".onnx", ".pt", ".pth"};
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    for (size_t i = 0; dot && i < sizeof others / sizeof *others; i++) {
        if (strcasecmp(dot, others[i]) == 0)
            cli_usage_error("%s: models are saved as .safetensors; 'digit convert' of the Python "
                            "package makes other formats", path);
    }
}

/* Whether a file at the end of all links can be replaced, or made. */
static int check_target(const char *path, char *target)
{
    struct stat facts;
    if (target && lstat(target, &facts) == 0) {
        if (!S_ISREG(facts.st_mode)) {
            cli_message("%s: %s, not a file to save a model in", path,
                        S_ISDIR(facts.st_mode) ? "is a folder" : "is a device or a FIFO");
            return 1;
        }
    } else if (!target || errno != ENOENT) {
        cli_message("%s: can't save there: %s", path, strerror(errno));
        return 1;
    }
    if (access(file_cut_folder(target), W_OK | X_OK) == 0)
        return 0;
    cli_message("%s: can't save there: %s", path, strerror(errno));
    return 1;
}

int train_files_check_model(const char *path)
{
    if (!path[0]) {
        cli_message("--output: the name is empty");
        return 1;
    }
    check_ending(path);
    char *target = file_target(path);
    const int status = check_target(path, target);
    free(target);
    return status;
}

void train_files_check_apart(const train_file *inputs, size_t input_count,
                             const train_file *outputs, size_t output_count)
{
    for (size_t i = 0; i < output_count; i++) {
        const train_file *out = &outputs[i];
        for (size_t k = 0; k < input_count + i && out->path; k++) {
            const train_file *other = k < input_count ? &inputs[k] : &outputs[k - input_count];
            if (other->path && file_same(out->path, other->path))
                cli_usage_error("--%s and --%s are the same file, '%s'", out->option,
                                other->option, out->path);
        }
    }
}

static void check_shelf(const char *folder, const train_file *out)
{
    char path[PATH_MAX + 300];
    DIR *shelf = opendir(folder);
    if (!shelf) /* who loads the pictures says so, if it matters */
        return;
    for (const struct dirent *entry; (entry = readdir(shelf)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (file_same(out->path, path))
            cli_usage_error("--%s: '%s' is one of the files in --folder", out->option, out->path);
    }
    closedir(shelf);
}

void train_files_check_folder(const char *folder, const train_file *outputs, size_t output_count)
{
    char path[PATH_MAX + 16];
    struct stat facts;
    for (size_t i = 0; i < output_count; i++) {
        if (!outputs[i].path || stat(outputs[i].path, &facts) != 0)
            continue;
        for (int digit = 0; digit < DIGIT_CLASSES; digit++) {
            snprintf(path, sizeof path, "%s/%d", folder, digit);
            check_shelf(path, &outputs[i]);
        }
    }
}
