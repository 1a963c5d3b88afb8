/*
 * A process that is killed while it saves, at any moment: the old file or the new one is there,
 * whole, and the next save leaves nothing but the file.
 */
#include "api.h"
#include "support/temp_folder.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

enum { USUAL_KILLS = 1000, WINDOW_US = 6000, CHILD_SECONDS = 60 };

/* Two models of one size, and their files. */
typedef struct scene {
    digit_model *models[2];
    uint8_t *bytes[2];
    size_t size;
    const char *path;
} scene;

static void open_scene(scene *s)
{
    for (int i = 0; i < 2; i++) {
        s->models[i] = api_model("dense 40 relu dense 10", 1 + (uint64_t)i);
        s->bytes[i] = api_bytes(s->models[i], &s->size);
    }
    s->path = temp_path("model");
    assert_ok(digit_model_save(s->models[0], s->path));
}

static void close_scene(scene *s)
{
    for (int i = 0; i < 2; i++) {
        digit_model_free(s->models[i]);
        free(s->bytes[i]);
    }
}

/* Saves one after the other until it is killed. */
static void save_for_ever(const scene *s)
{
    signal(SIGALRM, SIG_DFL);
    alarm(CHILD_SECONDS);
    for (unsigned i = 0;; i++)
        if (digit_model_save(s->models[i % 2], s->path) != DIGIT_OK)
            _exit(1);
}

static void kill_after(const scene *s, long microseconds)
{
    const struct timespec pause = {0, 1000 * microseconds};
    int status;
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        save_for_ever(s);
    nanosleep(&pause, NULL);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "a save failed: %d", status);
}

static bool file_is_whole(const scene *s)
{
    uint8_t *found = malloc(s->size + 1);
    FILE *file = fopen(s->path, "rb");
    ck_assert_ptr_nonnull(found);
    const size_t size = file ? fread(found, 1, s->size + 1, file) : 0;
    const bool whole = size == s->size && (memcmp(found, s->bytes[0], size) == 0 ||
                                           memcmp(found, s->bytes[1], size) == 0);
    if (file)
        fclose(file);
    free(found);
    return whole;
}

START_TEST(a_killed_save_leaves_the_old_file_or_the_new)
{
    const char *wanted = getenv("DIGIT_KILLS");
    const int kills = wanted ? atoi(wanted) : USUAL_KILLS;
    uint32_t state = 7;
    scene s;
    digit_model *loaded;
    open_scene(&s);
    for (int i = 0; i < kills; i++) {
        kill_after(&s, api_random(&state) % WINDOW_US);
        ck_assert_msg(file_is_whole(&s), "after kill %d", i);
        ck_assert_int_le(temp_folder_count(), 2);
        assert_ok(digit_model_load(s.path, &loaded));
        digit_model_free(loaded);
        assert_ok(digit_model_save(s.models[i % 2], s.path));
        ck_assert_int_eq(temp_folder_count(), 1);
    }
    close_scene(&s);
}
END_TEST

static const api_test tests[] = {
    API_TEST(a_killed_save_leaves_the_old_file_or_the_new),
};

int main(void)
{
    return API_RUN("kill", tests, 600, temp_folder_make, temp_folder_remove);
}
