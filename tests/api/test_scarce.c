/*
 * A process that has little: address space, threads, descriptors, room for files, or not even
 * standard streams. Each case is a child that sets its own limits; it must end by itself, soon,
 * with an answer or a status.
 */
#define _GNU_SOURCE /* unshare */
#include "api.h"
#include "support/child.h"
#include "support/temp_folder.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>

enum { CHILD_SECONDS = 20, SAMPLES = 20, NOBODY = 65534, CANNOT = 77 };
enum { MIB = 1 << 20, SWEEP_MIB = 1024, STEP_MIB = 16 };

/* What a child found. */
enum { ALIVE, REFUSED, OTHERWISE };

/* ---- Children --------------------------------------------------------- */

static bool set_limit(int resource, rlim_t most)
{
    const struct rlimit limit = {most, most};
    return setrlimit(resource, &limit) == 0;
}

/* Make, ask with threads, train, save to memory, load. */
static digit_status live_a_life(void)
{
    static uint8_t samples[SAMPLES][DIGIT_SAMPLE_BYTES], labels[SAMPLES], bytes[MIB];
    digit_prediction answers[SAMPLES];
    const digit_train_options training = api_train_options(1, SAMPLES);
    digit_model_options options;
    digit_model *model = NULL, *copy = NULL;
    digit_dataset *data = NULL;
    size_t size = sizeof bytes;
    digit_model_options_init(&options, sizeof options);
    options.architecture = API_NORM;
    digit_status status = digit_model_create(&options, &model);
    if (status == DIGIT_OK)
        status = digit_model_set_threads(model, 4);
    if (status == DIGIT_OK)
        status = digit_model_predict(model, samples[0], SAMPLES, answers);
    if (status == DIGIT_OK)
        status = digit_dataset_create(samples[0], labels, SAMPLES, &data);
    if (status == DIGIT_OK)
        status = digit_model_train(model, data, &training);
    if (status == DIGIT_OK)
        status = digit_model_save_memory(model, bytes, &size);
    if (status == DIGIT_OK)
        status = digit_model_load_memory(bytes, size, &copy);
    digit_model_free(copy);
    digit_dataset_free(data);
    digit_model_free(model);
    return status;
}

#ifndef SHARED_OPENBLAS

/* ---- Address space ---------------------------------------------------- */

static rlim_t address_space(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    const bool known = file && fscanf(file, "%lu", &pages) == 1;
    if (file)
        fclose(file);
    return known ? (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) : 0;
}

static int live_in(const void *argument)
{
    const int mebibytes = *(const int *)argument;
    const rlim_t now = address_space();
    if (now == 0 || !set_limit(RLIMIT_AS, now + (rlim_t)mebibytes * MIB))
        return CANNOT;
    const digit_status status = live_a_life();
    if (status == DIGIT_OK)
        return ALIVE;
    return status == DIGIT_ERR_MEMORY && strstr(digit_last_error(), "memory") ? REFUSED : OTHERWISE;
}

/* From nothing to a gigabyte: no memory at first, an answer in the end, and nothing else. */
START_TEST(any_limit_of_address_space)
{
    int lived = 0, refused = 0;
    for (int mebibytes = 0; mebibytes <= SWEEP_MIB; mebibytes += STEP_MIB) {
        const int end = child_run(live_in, &mebibytes, CHILD_SECONDS);
        ck_assert_msg(end == ALIVE || end == REFUSED, "%d MiB more: %d", mebibytes, end);
        lived += end == ALIVE;
        refused += end == REFUSED;
    }
    ck_assert_int_gt(refused, 0);
    ck_assert_int_gt(lived, 0);
}
END_TEST

/* ---- Threads ---------------------------------------------------------- */

static int live_without_threads(const void *argument)
{
    if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        return CANNOT;
    if (!set_limit(RLIMIT_NPROC, 1))
        return CANNOT;
    return live_a_life() == DIGIT_OK ? ALIVE : OTHERWISE;
}

START_TEST(no_thread_to_spare)
{
    const int end = child_run(live_without_threads, NULL, CHILD_SECONDS);
    ck_assert_int_eq(end, ALIVE);
}
END_TEST

#endif

/* ---- Files ------------------------------------------------------------ */

static int save_with(const void *argument, int resource, rlim_t most)
{
    const digit_model *model = argument;
    signal(SIGXFSZ, SIG_IGN);
    if (!set_limit(resource, most))
        return CANNOT;
    return digit_model_save(model, temp_path("m")) == DIGIT_ERR_IO &&
                   strstr(digit_last_error(), temp_path("m"))
               ? REFUSED
               : OTHERWISE;
}

static int save_large(const void *argument)
{
    return save_with(argument, RLIMIT_FSIZE, 1000);
}

static int save_without_descriptors(const void *argument)
{
    return save_with(argument, RLIMIT_NOFILE, 0);
}

static void check_precious(void)
{
    char found[16];
    FILE *file = fopen(temp_path("m"), "rb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fread(found, 1, sizeof found, file), 8);
    ck_assert_mem_eq(found, "precious", 8);
    fclose(file);
    ck_assert_int_eq(temp_folder_count(), 1);
}

START_TEST(no_file_that_large_and_no_descriptor)
{
    digit_model *model = api_model(API_SMALL, 1);
    temp_write("m", "precious", 8);
    ck_assert_int_eq(child_run(save_large, model, CHILD_SECONDS), REFUSED);
    check_precious();
    ck_assert_int_eq(child_run(save_without_descriptors, model, CHILD_SECONDS), REFUSED);
    check_precious();
    digit_model_free(model);
}
END_TEST

/* The disk is really full: a file system of 64 KiB in a name space of the child's own. */
static int save_to_full_disk(const void *argument)
{
    digit_model *large = api_model("dense 40 relu dense 10", 1), *small = api_model("dense 10", 1);
    digit_model *loaded;
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", temp_folder, "tmpfs", 0, "size=64k") != 0)
        return CANNOT;
    if (digit_model_save(small, temp_path("m")) != DIGIT_OK)
        return 1;
    if (digit_model_save(large, temp_path("m")) != DIGIT_ERR_IO)
        return 2;
    if (!strstr(digit_last_error(), "No space left") || temp_folder_count() != 1)
        return 3;
    if (digit_model_load(temp_path("m"), &loaded) != DIGIT_OK || !api_same_models(small, loaded))
        return 4;
    return ALIVE;
}

START_TEST(a_full_disk)
{
    const int end = child_run(save_to_full_disk, NULL, CHILD_SECONDS);
    if (end == CANNOT)
        fprintf(stderr, "SKIPPED: no file system may be mounted here, so no disk is full\n");
    else
        ck_assert_int_eq(end, ALIVE);
}
END_TEST

/* ---- Standard streams ------------------------------------------------- */

static int live_without_streams(const void *argument)
{
    digit_model *loaded;
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    if (digit_model_save(argument, temp_path("m")) != DIGIT_OK)
        return 1;
    digit_model_load(temp_path("none"), &loaded);
    if (digit_model_load(temp_path("m"), &loaded) != DIGIT_OK)
        return 2;
    return api_same_models(argument, loaded) && live_a_life() == DIGIT_OK ? ALIVE : OTHERWISE;
}

START_TEST(no_standard_streams)
{
    digit_model *model = api_model(API_SMALL, 1);
    ck_assert_int_eq(child_run(live_without_streams, model, CHILD_SECONDS), ALIVE);
    digit_model_free(model);
}
END_TEST

/* A shared OpenBLAS starts threads of its own while it is loaded, and again in a forked child, and
 * waits for memory and threads as long as it takes: docs/blas.md. */
static const api_test tests[] = {
#ifndef SHARED_OPENBLAS
    API_TEST(any_limit_of_address_space),
    API_TEST(no_thread_to_spare),
#endif
    API_TEST(no_file_that_large_and_no_descriptor),
    API_TEST(a_full_disk),
    API_TEST(no_standard_streams),
};

int main(void)
{
    return API_RUN("scarce", tests, 600, temp_folder_make, temp_folder_remove);
}
