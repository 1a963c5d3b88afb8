/*
 * Loading a model file that is in the page cache, and saving one, which ends with fsync. In a
 * folder under the current one: memory file systems such as /tmp often is would not show fsync.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SAVES 41

static char folder[] = "bench-file-XXXXXX";
static char path[64];

static void load(void *opaque)
{
    digit_model *model = NULL;
    bench_check(digit_model_load(path, &model), "load");
    digit_model_free(model);
}

static void load_builtin(void *opaque)
{
    digit_model *model = NULL;
    bench_check(digit_model_load_pretrained(&model), "load");
    digit_model_free(model);
}

/* One save a value: fsync varies, and repeats in a row would hide how much. */
static void save(const digit_model *model)
{
    double seconds[SAVES];
    const uint32_t count = bench_quick() ? 3 : SAVES;
    for (uint32_t i = 0; i < count; i++) {
        const double began = bench_now();
        bench_check(digit_model_save(model, path), "save");
        seconds[i] = bench_now() - began;
    }
    bench_report("save", "", bench_spread_of(seconds, count), 1e3, "ms");
}

int main(void)
{
    digit_model *model = bench_model(1);
    if (!mkdtemp(folder)) {
        perror("benchmark: mkdtemp");
        return 1;
    }
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    save(model);
    bench_report("load", "", bench_time(load, NULL), 1e3, "ms");
    bench_report("load built-in", "", bench_time(load_builtin, NULL), 1e3, "ms");
    digit_model_free(model);
    unlink(path);
    rmdir(folder);
    return 0;
}
