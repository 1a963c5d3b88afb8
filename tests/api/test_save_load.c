/* Models to bytes and files, and back; every kind of damage is refused. */
#include "api.h"
#include "support/temp_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>

static const char *const architectures[] = {
    API_SMALL,
    API_NORM,
    "dense 10",
    "conv 3x5 same stride 2 relu conv 4x2 maxpool 3 avgpool 2 dense 7 relu dense 10",
    "batchnorm dropout 50 conv 5x1 dense 10",
};
#define ARCHITECTURES ((int)(sizeof architectures / sizeof architectures[0]))

/* Is there a file, and does it hold these bytes? */
static bool file_holds(const char *path, const void *bytes, size_t size)
{
    uint8_t *found = malloc(size + 1);
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(found);
    if (!file) {
        free(found);
        return false;
    }
    const bool same = fread(found, 1, size + 1, file) == size && memcmp(found, bytes, size) == 0;
    fclose(file);
    free(found);
    return same;
}

static void expect_refusal(const char *path, digit_status expected, const char *part)
{
    digit_model *model = (digit_model *)(void *)&path;
    assert_fails(digit_model_load(path, &model), expected, part);
    ck_assert_ptr_null(model);
}

/* ---- Round trips ------------------------------------------------------ */

START_TEST(a_loaded_model_is_the_saved_one)
{
    digit_model *model = api_model(architectures[_i], 7), *loaded, *from_memory;
    const char *path = temp_path("model.safetensors");
    size_t size;
    uint8_t *bytes = api_bytes(model, &size);
    assert_ok(digit_model_save(model, path));
    ck_assert(file_holds(path, bytes, size));
    assert_ok(digit_model_load(path, &loaded));
    assert_ok(digit_model_load_memory(bytes, size, &from_memory));
    ck_assert(api_same_models(model, loaded));
    ck_assert(api_same_models(model, from_memory));

    digit_prediction before[20], after[20];
    uint8_t *samples = api_samples(20, 3, NULL);
    assert_ok(digit_model_predict(model, samples, 20, before));
    assert_ok(digit_model_predict(loaded, samples, 20, after));
    assert_same_bytes(before, after, sizeof before);
    free(samples);
    free(bytes);
    digit_model_free(model);
    digit_model_free(loaded);
    digit_model_free(from_memory);
    ck_assert_int_eq(temp_folder_count(), 1);
}
END_TEST

START_TEST(what_training_learned_is_saved)
{
    digit_model *model = api_model(API_NORM, 1), *loaded;
    digit_dataset *data = api_dataset(200, 1), *validation = api_dataset(50, 2);
    digit_train_options options = api_train_options(2, 32);
    options.validation = validation;
    options.trained_on = "bars, \"quoted\" \xC3\xA4\n";
    options.licence = "CC0-1.0";
    assert_ok(digit_model_train(model, data, &options));
    assert_ok(digit_model_save(model, temp_path("m")));
    assert_ok(digit_model_load(temp_path("m"), &loaded));
    ck_assert(api_same_models(model, loaded));
    digit_model_info info = {.size = sizeof info};
    assert_ok(digit_model_get_info(loaded, &info));
    ck_assert_str_eq(info.trained_on, options.trained_on);
    ck_assert_str_eq(info.licence, "CC0-1.0");
    digit_model_free(model);
    digit_model_free(loaded);
    digit_dataset_free(data);
    digit_dataset_free(validation);
}
END_TEST

START_TEST(save_memory_keeps_to_its_room)
{
    digit_model *model = api_model(API_SMALL, 1);
    size_t needed = 12345, size;
    assert_ok(digit_model_save_memory(model, NULL, &needed));
    ck_assert_uint_gt(needed, 4 * (4 * 10 + 676 * 10));
    uint8_t *bytes = malloc(needed + 16);
    ck_assert_ptr_nonnull(bytes);
    const size_t rooms[] = {0, 1, 8, needed / 2, needed - 1};
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        memset(bytes, 0xA5, needed + 16);
        size = rooms[i];
        assert_fails(digit_model_save_memory(model, bytes, &size), DIGIT_ERR_ARGUMENT, "needs");
        ck_assert_uint_eq(size, needed);
        for (size_t b = 0; b < needed + 16; b++)
            ck_assert_uint_eq(bytes[b], 0xA5);
    }
    size = needed + 16;
    memset(bytes, 0xA5, needed + 16);
    assert_ok(digit_model_save_memory(model, bytes, &size));
    ck_assert_uint_eq(size, needed);
    for (size_t b = needed; b < needed + 16; b++)
        ck_assert_uint_eq(bytes[b], 0xA5);
    free(bytes);
    digit_model_free(model);
}
END_TEST

START_TEST(null_arguments_are_named)
{
    digit_model *model = api_model(API_SMALL, 1), *out;
    size_t size = 0;
    assert_fails(digit_model_save(NULL, "x"), DIGIT_ERR_ARGUMENT, "model");
    assert_fails(digit_model_save(model, NULL), DIGIT_ERR_ARGUMENT, "path");
    assert_fails(digit_model_save_memory(NULL, NULL, &size), DIGIT_ERR_ARGUMENT, "model");
    assert_fails(digit_model_save_memory(model, NULL, NULL), DIGIT_ERR_ARGUMENT, "size");
    assert_fails(digit_model_load("x", NULL), DIGIT_ERR_ARGUMENT, "out");
    assert_fails(digit_model_load_memory("x", 1, NULL), DIGIT_ERR_ARGUMENT, "out");
    out = model;
    assert_fails(digit_model_load(NULL, &out), DIGIT_ERR_ARGUMENT, "path");
    ck_assert_ptr_null(out);
    out = model;
    assert_fails(digit_model_load_memory(NULL, 100, &out), DIGIT_ERR_ARGUMENT, "data");
    ck_assert_ptr_null(out);
    digit_model_free(model);
}
END_TEST

/* ---- Where files can't be --------------------------------------------- */

START_TEST(saving_fails_where_it_must)
{
    digit_model *model = api_model(API_SMALL, 1);
    char longer[5000];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_fails(digit_model_save(model, temp_path("none/m")), DIGIT_ERR_IO, "none/m");
    assert_fails(digit_model_save(model, temp_folder), DIGIT_ERR_IO, "directory");
    assert_fails(digit_model_save(model, ""), DIGIT_ERR_IO, "No such file");
    assert_fails(digit_model_save(model, longer), DIGIT_ERR_IO, "aaa");
    assert_fails(digit_model_save(model, "/dev/null"), DIGIT_ERR_IO, "/dev/null");
    const char *fifo = temp_path("fifo");
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    assert_fails(digit_model_save(model, fifo), DIGIT_ERR_IO, "regular");
    ck_assert_int_eq(temp_folder_count(), 1);
    digit_model_free(model);
}
END_TEST

/* Root may write anywhere, so a child does it as nobody. */
START_TEST(a_read_only_folder_keeps_its_file)
{
    digit_model *model = api_model(API_SMALL, 1);
    const char *path = temp_write("m", "precious", 8);
    ck_assert_int_eq(chmod(temp_folder, 0555), 0);
    fflush(NULL);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(77);
        const bool refused = digit_model_save(model, path) == DIGIT_ERR_IO &&
                             strstr(digit_last_error(), path) != NULL;
        _exit(refused ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(chmod(temp_folder, 0755), 0);
    ck_assert(WIFEXITED(status));
    ck_assert(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
    ck_assert(file_holds(path, "precious", 8));
    ck_assert_int_eq(temp_folder_count(), 1);
    digit_model_free(model);
}
END_TEST

START_TEST(saving_replaces_what_a_link_leads_to)
{
    digit_model *model = api_model(API_SMALL, 1);
    size_t size;
    uint8_t *bytes = api_bytes(model, &size);
    const char *real = temp_write("real", "old", 3), *link = temp_path("link");
    struct stat facts;
    ck_assert_int_eq(symlink("real", link), 0);
    assert_ok(digit_model_save(model, link));
    ck_assert_int_eq(lstat(link, &facts), 0);
    ck_assert(S_ISLNK(facts.st_mode));
    ck_assert(file_holds(real, bytes, size));
    ck_assert_int_eq(temp_folder_count(), 2);
    free(bytes);
    digit_model_free(model);
}
END_TEST

START_TEST(a_saved_file_keeps_its_mode)
{
    digit_model *model = api_model(API_SMALL, 1);
    const char *path = temp_write("m", "old", 3);
    struct stat facts;
    ck_assert_int_eq(chmod(path, 0640), 0);
    assert_ok(digit_model_save(model, path));
    ck_assert_int_eq(stat(path, &facts), 0);
    ck_assert_uint_eq(facts.st_mode & 0777, 0640);
    digit_model_free(model);
}
END_TEST

START_TEST(what_is_no_model_file_is_refused)
{
    const char *fifo = temp_path("fifo");
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    expect_refusal(fifo, DIGIT_ERR_IO, "regular");
    expect_refusal(temp_folder, DIGIT_ERR_IO, "directory");
    expect_refusal(temp_path("none"), DIGIT_ERR_IO, "No such file");
    expect_refusal("/dev/zero", DIGIT_ERR_IO, "/dev/zero");
    expect_refusal(temp_write("empty", "", 0), DIGIT_ERR_FORMAT, "");
    expect_refusal(temp_write("text", "# just a text\n", 14), DIGIT_ERR_FORMAT, "");
    expect_refusal(temp_write("elf", "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0", 16), DIGIT_ERR_FORMAT, "");
    expect_refusal(temp_write("short", "\2\0\0\0\0\0\0\0{}", 10), DIGIT_ERR_FORMAT, "");
    /* A whole safetensors file of somebody else's: one number called "a". */
    const char head[] = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}  ";
    char foreign[8 + sizeof head - 1 + 4] = {sizeof head - 1};
    memcpy(foreign + 8, head, sizeof head - 1);
    expect_refusal(temp_write("foreign", foreign, sizeof foreign), DIGIT_ERR_FORMAT, "");
    /* Sparse: a gigabyte that takes no room and must not be read. */
    const char *huge = temp_path("huge");
    const int fd = open(huge, O_WRONLY | O_CREAT, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, 1 << 30), 0);
    close(fd);
    expect_refusal(huge, DIGIT_ERR_LIMIT, "huge");
}
END_TEST

/* ---- Damage ----------------------------------------------------------- */

static void expect_damage(const uint8_t *bytes, size_t size, size_t where)
{
    digit_model *model = (digit_model *)(void *)&size;
    const digit_status status = digit_model_load_memory(bytes, size, &model);
    ck_assert_msg(status == DIGIT_ERR_FORMAT || status == DIGIT_ERR_LIMIT ||
                      status == DIGIT_ERR_UNSUPPORTED,
                  "damage at %zu gives %d", where, (int)status);
    ck_assert_uint_gt(strlen(digit_last_error()), 8);
    ck_assert_ptr_null(model);
}

/* Cut to every length near the ends and to others spread between; each copy has a block
 * of its own size, so that sanitizers see a read behind it. */
START_TEST(a_cut_file_is_refused)
{
    digit_model *model = api_model(API_SMALL, 1);
    size_t size;
    uint8_t *bytes = api_bytes(model, &size);
    for (size_t i = 0; i < 90; i++) {
        const size_t length = i < 20 ? i : i >= 70 ? size - (90 - i) : (i - 19) * (size / 52);
        uint8_t *cut = malloc(length ? length : 1);
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, bytes, length);
        expect_damage(cut, length, length);
        free(cut);
    }
    uint8_t *longer = malloc(size + 1);
    ck_assert_ptr_nonnull(longer);
    memcpy(longer, bytes, size);
    longer[size] = 0;
    expect_damage(longer, size + 1, size);
    free(longer);
    free(bytes);
    digit_model_free(model);
}
END_TEST

START_TEST(a_flipped_bit_is_noticed)
{
    digit_model *model = api_model(_i % 2 ? API_NORM : API_SMALL, 1);
    size_t size;
    uint8_t *bytes = api_bytes(model, &size);
    uint32_t state = 99 + (uint32_t)_i;
    for (int i = 0; i < 1000; i++) {
        const size_t at = i < 500 ? api_random(&state) % 600 : api_random(&state) % size;
        const uint8_t bit = (uint8_t)(1u << api_random(&state) % 8);
        bytes[at] ^= bit;
        expect_damage(bytes, size, at);
        bytes[at] ^= bit;
    }
    digit_model *again;
    assert_ok(digit_model_load_memory(bytes, size, &again));
    digit_model_free(again);
    free(bytes);
    digit_model_free(model);
}
END_TEST

/* ---- Checkpoints ------------------------------------------------------ */

/* A checkpoint is a model file with more in it; as a model it is just a model. */
START_TEST(a_checkpoint_loads_as_a_plain_model)
{
    digit_model *model = api_model(API_SMALL, 1), *loaded;
    digit_dataset *data = api_dataset(100, 1);
    digit_train_options options = api_train_options(2, 50);
    options.checkpoint = temp_path("checkpoint");
    assert_ok(digit_model_train(model, data, &options));
    assert_ok(digit_model_load(options.checkpoint, &loaded));
    size_t size, loaded_size;
    free(api_bytes(model, &size));
    free(api_bytes(loaded, &loaded_size));
    ck_assert_msg(loaded_size == size, "%zu bytes instead of %zu", loaded_size, size);
    ck_assert(api_same_models(model, loaded));
    digit_model_free(model);
    digit_model_free(loaded);
    digit_dataset_free(data);
}
END_TEST

static const api_test tests[] = {
    API_LOOP(a_loaded_model_is_the_saved_one, ARCHITECTURES),
    API_TEST(what_training_learned_is_saved),
    API_TEST(save_memory_keeps_to_its_room),
    API_TEST(null_arguments_are_named),
    API_TEST(saving_fails_where_it_must),
    API_TEST(a_read_only_folder_keeps_its_file),
    API_TEST(saving_replaces_what_a_link_leads_to),
    API_TEST(a_saved_file_keeps_its_mode),
    API_TEST(what_is_no_model_file_is_refused),
    API_TEST(a_cut_file_is_refused),
    API_LOOP(a_flipped_bit_is_noticed, 2),
    API_TEST(a_checkpoint_loads_as_a_plain_model),
};

int main(void)
{
    return API_RUN("save and load", tests, 60, temp_folder_make, temp_folder_remove);
}
