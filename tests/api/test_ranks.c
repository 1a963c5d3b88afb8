/* Ranks: one training by several callers, here threads, each with a model of its own. */
#include "api.h"
#include "support/meeting.h"
#include "support/temp_folder.h"

#include <math.h>
#include <time.h>

#define RANKS_MOST 16
#define EPOCHS 3
#define OTHER "conv 4x3 relu maxpool 2 dense 10 other 1"

/* ---- One training on several ranks ------------------------------------ */

typedef struct crew crew;

/* One caller, and what came of it. */
typedef struct member {
    crew *crew;
    digit_model *model;
    const digit_dataset *data;
    digit_train_options options;
    digit_status status;
    char said[1000];
    double loss[EPOCHS], accuracy[EPOCHS], validation[EPOCHS];
    uint32_t stop_after; /* epochs, at whose end progress wants to stop; 0: never */
    bool stop_at_once;   /* progress always wants to */
} member;

struct crew {
    meeting meeting;
    uint32_t ranks;
    member members[RANKS_MOST];
};

static int note(const digit_progress *progress, void *user_data)
{
    member *m = user_data;
    if (progress->samples_done < progress->samples_total)
        return m->stop_at_once;
    m->loss[progress->epoch - 1] = progress->loss;
    m->accuracy[progress->epoch - 1] = progress->accuracy;
    m->validation[progress->epoch - 1] = progress->validation_accuracy;
    return m->stop_at_once || progress->epoch == m->stop_after;
}

/* Members with the options of `like`; ranks = 0: one without a reduce function. */
static void gather(crew *c, uint32_t ranks, const char *architecture, const digit_dataset *data,
                   const digit_train_options *like)
{
    memset(c, 0, sizeof *c);
    c->ranks = ranks > 0 ? ranks : 1;
    meeting_open(&c->meeting, c->ranks);
    for (uint32_t r = 0; r < c->ranks; r++) {
        member *m = &c->members[r];
        *m = (member){.crew = c, .model = api_model(architecture, 1), .data = data,
                      .options = *like};
        assert_ok(digit_model_set_threads(m->model, 1 + r % 2));
        m->options.progress = note;
        m->options.user_data = m;
        m->options.rank = r;
        m->options.ranks = c->ranks;
        m->options.reduce = ranks > 0 ? meeting_reduce : NULL;
        m->options.reduce_data = &c->meeting;
    }
}

static void *train_member(void *opaque)
{
    member *m = opaque;
    m->status = digit_model_train(m->model, m->data, &m->options);
    snprintf(m->said, sizeof m->said, "%s", m->status == DIGIT_OK ? "" : digit_last_error());
    return NULL;
}

static void train_crew(crew *c)
{
    pthread_t threads[RANKS_MOST];
    for (uint32_t r = 0; r < c->ranks; r++)
        ck_assert_int_eq(pthread_create(&threads[r], NULL, train_member, &c->members[r]), 0);
    for (uint32_t r = 0; r < c->ranks; r++)
        pthread_join(threads[r], NULL);
}

static void dismiss(crew *c)
{
    for (uint32_t r = 0; r < c->ranks; r++)
        digit_model_free(c->members[r].model);
    meeting_close(&c->meeting);
}

static void expect_status(const crew *c, digit_status status)
{
    for (uint32_t r = 0; r < c->ranks; r++)
        ck_assert_msg(c->members[r].status == status, "rank %u: %d (%s), not %d", r,
                      (int)c->members[r].status, c->members[r].said, (int)status);
}

/* Every member's model, and what its progress said, as the one of `alone`. */
static void expect_same(const crew *c, const crew *alone)
{
    const member *one = &alone->members[0];
    for (uint32_t r = 0; r < c->ranks; r++) {
        const member *m = &c->members[r];
        ck_assert_msg(api_same_models(m->model, one->model), "rank %u of %u", r, c->ranks);
        assert_same_bytes(m->loss, one->loss, sizeof m->loss);
        assert_same_bytes(m->accuracy, one->accuracy, sizeof m->accuracy);
        assert_same_bytes(m->validation, one->validation, sizeof m->validation);
    }
}

/* ---- The same bits ---------------------------------------------------- */

static const struct {
    const char *architecture;
    uint32_t batch, count, ranks[4]; /* count: the last batch is a shorter one */
    float average, smoothing, augment, pull;
} runs[] = {
    {API_SMALL, 128, 333, {1, 2, 4}, 0.9f, 0.1f, 0, 0},
    {API_NORM, 128, 333, {1, 2, 4}, 0.9f, 0, 0.5f, 0},
    {API_NORM, 96, 100, {2, 3}, 0, 0, 1, 0},         /* at the end 4 samples, for rank 0 alone */
    {API_NORM, 1000, 1100, {2, 8, 16}, 0, 0, 0, 0},  /* shards larger than 32 */
    {API_NORM, 128, 150, {2, 4}, 0.9f, 0, 0, 1},
    {OTHER, 64, 150, {1, 2}, 0.99f, 0, 0.5f, 0},
    {"dense 10", 7, 20, {2}, 0, 0, 0, 0},
};
#define RUNS ((int)(sizeof runs / sizeof runs[0]))

START_TEST(any_number_of_ranks_gives_the_same_bits)
{
    digit_dataset *data = api_dataset(runs[_i].count, 1), *validation = api_dataset(60, 2);
    digit_train_options options = api_train_options(EPOCHS, runs[_i].batch);
    crew alone, c;
    options.average = runs[_i].average;
    options.label_smoothing = runs[_i].smoothing;
    options.augment = runs[_i].augment;
    options.pull = runs[_i].pull;
    options.validation = validation;
    gather(&alone, 0, runs[_i].architecture, data, &options);
    train_crew(&alone);
    expect_status(&alone, DIGIT_OK);
    ck_assert_uint_eq(alone.meeting.calls, 0);
    for (int i = 0; i < 4 && runs[_i].ranks[i] > 0; i++) {
        gather(&c, runs[_i].ranks[i], runs[_i].architecture, data, &options);
        train_crew(&c);
        expect_status(&c, DIGIT_OK);
        expect_same(&c, &alone);
        const size_t updates = EPOCHS * ((runs[_i].count - 1) / runs[_i].batch + 1);
        ck_assert_uint_eq(c.meeting.calls, updates + 1 + EPOCHS + 1);
        dismiss(&c);
    }
    dismiss(&alone);
    digit_dataset_free(validation);
    digit_dataset_free(data);
}
END_TEST

/* ---- One for all ------------------------------------------------------ */

static void begin_four(crew *c, digit_dataset **data)
{
    const digit_train_options options = api_train_options(EPOCHS, 128);
    *data = api_dataset(300, 1);
    gather(c, 4, API_SMALL, *data, &options);
}

static void end_crew(crew *c, digit_dataset *data)
{
    dismiss(c);
    digit_dataset_free(data);
}

/* `part` is in what every rank but `rank` says, `own` in what that one says. */
static void expect_said(const crew *c, uint32_t rank, const char *own, const char *part)
{
    for (uint32_t r = 0; r < c->ranks; r++)
        ck_assert_msg(strstr(c->members[r].said, r == rank ? own : part) != NULL,
                      "rank %u said '%s'", r, c->members[r].said);
}

START_TEST(all_are_cancelled_with_one)
{
    digit_dataset *data;
    crew c, shorter;
    begin_four(&c, &data);
    c.members[2].stop_after = 2;
    for (uint32_t r = 0; r < c.ranks; r++)
        c.members[r].options.schedule = DIGIT_SCHEDULE_CONSTANT;
    train_crew(&c);
    expect_status(&c, DIGIT_ERR_CANCELLED);
    expect_said(&c, 2, "by its progress callback", "by the progress callback of rank 2");
    digit_train_options options = api_train_options(2, 128);
    options.schedule = DIGIT_SCHEDULE_CONSTANT;
    gather(&shorter, 0, API_SMALL, data, &options);
    train_crew(&shorter);
    expect_same(&c, &shorter);
    dismiss(&shorter);
    end_crew(&c, data);
}
END_TEST

/* So slow that progress is called amid an epoch. */
static int add_slowly(const digit_reduction *reduction, void *user_data)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    nanosleep(&pause, NULL);
    return meeting_reduce(reduction, user_data);
}

/* Who wants to stop amid an epoch waits until the others know. From there one rank goes on. */
START_TEST(all_are_cancelled_at_the_same_update)
{
    digit_dataset *data = api_dataset(6400, 1);
    digit_train_options options = api_train_options(2, 64);
    crew c, whole;
    gather(&whole, 0, API_NORM, data, &options);
    train_crew(&whole);
    options.checkpoint = temp_path("checkpoint");
    gather(&c, 2, API_NORM, data, &options);
    c.members[1].stop_at_once = true;
    for (uint32_t r = 0; r < c.ranks; r++)
        c.members[r].options.reduce = add_slowly;
    train_crew(&c);
    expect_status(&c, DIGIT_ERR_CANCELLED);
    expect_said(&c, 1, "by its progress callback", "by another rank's progress callback");
    ck_assert(c.members[1].loss[0] == 0); /* no epoch has ended */
    ck_assert(api_same_models(c.members[0].model, c.members[1].model));
    dismiss(&c);
    gather(&c, 0, API_NORM, data, &options);
    train_crew(&c);
    expect_status(&c, DIGIT_OK);
    ck_assert(api_same_models(c.members[0].model, whole.members[0].model));
    assert_same_bytes(c.members[0].loss, whole.members[0].loss, sizeof whole.members[0].loss);
    dismiss(&whole);
    end_crew(&c, data);
}
END_TEST

/* After the first epoch, before the first update, and before anything. */
START_TEST(all_fail_with_one)
{
    digit_model *before = api_model(API_SMALL, 1);
    digit_dataset *data;
    crew c;
    begin_four(&c, &data);
    for (uint32_t r = 0; r < c.ranks; r++)
        c.members[r].options.checkpoint = temp_path("none/checkpoint");
    if (_i == 1)
        c.members[3].options.checkpoint = temp_write("foreign", "no checkpoint", 13);
    if (_i == 2)
        c.members[1].options.epochs = 0;
    train_crew(&c);
    static const digit_status statuses[] = {DIGIT_ERR_IO, DIGIT_ERR_FORMAT, DIGIT_ERR_ARGUMENT};
    static const char *const own[] = {"none/checkpoint", "foreign", "epochs is 0"};
    static const uint32_t ranks[] = {0, 3, 1};
    char others[32];
    snprintf(others, sizeof others, "rank %u of 4 has failed", ranks[_i]);
    expect_status(&c, statuses[_i]);
    expect_said(&c, ranks[_i], own[_i], others);
    for (uint32_t r = 0; r < c.ranks; r++)
        ck_assert(api_same_models(c.members[r].model, before));
    digit_model_free(before);
    end_crew(&c, data);
}
END_TEST

START_TEST(ranks_must_be_alike)
{
    digit_dataset *data, *other = api_dataset(300, 7), *nothing = api_dataset(0, 1);
    crew c;
    begin_four(&c, &data);
    member *odd = &c.members[1 + _i % 3];
    if (_i == 0)
        odd->data = other;
    if (_i == 1)
        odd->options.seed = 2;
    if (_i == 2)
        odd->options.validation = other;
    if (_i == 3)
        odd->options.checkpoint = temp_path("checkpoint");
    if (_i == 4)
        odd->options.checkpoint_interval = 3;
    if (_i == 5) {
        digit_model_free(odd->model);
        odd->model = api_model(API_SMALL, 2);
    }
    if (_i == 6)
        odd->data = nothing;
    train_crew(&c);
    expect_status(&c, DIGIT_ERR_ARGUMENT);
    for (uint32_t r = 0; r < c.ranks; r++)
        ck_assert_ptr_nonnull(strstr(c.members[r].said, "has not the same model, data, options"));
    digit_dataset_free(nothing);
    digit_dataset_free(other);
    end_crew(&c, data);
}
END_TEST

START_TEST(divergence_is_told_by_all)
{
    digit_dataset *data = api_dataset(300, 1);
    digit_train_options options = api_train_options(EPOCHS, 64);
    crew c;
    options.learning_rate = 10;
    options.weight_decay = 1;
    options.schedule = DIGIT_SCHEDULE_CONSTANT;
    options.epochs = 400;
    options.batch = 10;
    gather(&c, 2, "dense 300 dense 300 dense 300 dense 10", data, &options);
    for (uint32_t r = 0; r < c.ranks; r++)
        c.members[r].options.progress = NULL;
    train_crew(&c);
    expect_status(&c, DIGIT_ERR_DIVERGED);
    ck_assert_str_eq(c.members[0].said, c.members[1].said);
    end_crew(&c, data);
}
END_TEST

/* ---- The function ----------------------------------------------------- */

static int do_nothing(const digit_reduction *reduction, void *user_data)
{
    (void)reduction;
    (void)user_data;
    return 0;
}

static int add_twice(const digit_reduction *reduction, void *user_data)
{
    for (size_t i = 0; i < reduction->count; i++)
        reduction->values[i] *= 2;
    return do_nothing(reduction, user_data);
}

static int spoil(const digit_reduction *reduction, void *user_data)
{
    for (size_t i = 0; i < reduction->count; i++)
        reduction->values[i] = NAN;
    return do_nothing(reduction, user_data);
}

START_TEST(what_does_not_add_up_is_found)
{
    static const digit_reduce_fn wrong[] = {do_nothing, add_twice, spoil};
    digit_model *model = api_model(API_SMALL, 1), *before = api_model(API_SMALL, 1);
    digit_dataset *data = api_dataset(200, 1);
    digit_train_options options = api_train_options(1, 64);
    options.ranks = 2;
    options.rank = 1;
    options.reduce = wrong[_i];
    assert_fails(digit_model_train(model, data, &options), DIGIT_ERR_ARGUMENT,
                 "reduce does not give the sums of 2 ranks");
    ck_assert(api_same_models(model, before));
    digit_dataset_free(data);
    digit_model_free(before);
    digit_model_free(model);
}
END_TEST

/* From the second update on, rank 1 gets other sums than rank 0. */
static int drift(const digit_reduction *reduction, void *user_data)
{
    const int failed = meeting_reduce(reduction, user_data);
    if (reduction->rank == 1 && reduction->count > 1000)
        reduction->values[0] += 1;
    return failed;
}

START_TEST(weights_that_drift_apart_are_found)
{
    digit_dataset *data;
    crew c;
    begin_four(&c, &data);
    for (uint32_t r = 0; r < c.ranks; r++)
        c.members[r].options.reduce = drift;
    train_crew(&c);
    expect_status(&c, DIGIT_ERR_ARGUMENT);
    for (uint32_t r = 0; r < c.ranks; r++)
        ck_assert_ptr_nonnull(strstr(c.members[r].said, "rank 1 of 4 has not the same weights"));
    end_crew(&c, data);
}
END_TEST

/* At the first meeting, in an update, at the end of an epoch, at the very end. The call is never
 * repeated, and what was learned stays. */
START_TEST(a_function_that_fails_ends_training)
{
    static const size_t calls[] = {1, 2, 4, 5, 14};
    digit_dataset *data;
    crew c;
    begin_four(&c, &data); /* an epoch has three updates */
    c.meeting.fail_at = calls[_i];
    train_crew(&c);
    expect_status(&c, DIGIT_ERR_CANCELLED);
    ck_assert_uint_eq(c.meeting.calls, calls[_i]);
    for (uint32_t r = 0; r < c.ranks; r++) {
        ck_assert_str_eq(c.members[r].said, "training stopped by its reduce function");
        ck_assert(api_same_models(c.members[r].model, c.members[0].model));
    }
    end_crew(&c, data);
}
END_TEST

/* Its own failure is what a rank speaks of, even if nobody hears it. */
START_TEST(a_failure_is_told_though_the_function_fails)
{
    digit_dataset *data;
    crew c;
    begin_four(&c, &data);
    for (uint32_t r = 0; r < c.ranks; r++)
        c.members[r].options.batch = 0;
    c.meeting.fail_at = 1;
    train_crew(&c);
    expect_status(&c, DIGIT_ERR_ARGUMENT);
    expect_said(&c, 0, "batch is 0", "batch is 0");
    end_crew(&c, data);
}
END_TEST

#define EXPECT(setting, part)                                                                  \
    do {                                                                                       \
        digit_train_options o = api_train_options(1, 128);                                     \
        setting;                                                                               \
        assert_fails(digit_model_train(model, data, &o), DIGIT_ERR_ARGUMENT, part);            \
        ck_assert(api_same_models(model, before));                                             \
    } while (0)

START_TEST(options_of_ranks)
{
    digit_model *model = api_model(API_SMALL, 1), *before = api_model(API_SMALL, 1);
    digit_dataset *data = api_dataset(100, 1);
    EXPECT(o.ranks = 0, "ranks is 0");
    EXPECT(o.ranks = 17, "ranks is 17");
    EXPECT(o.ranks = 2, "reduce is NULL");
    EXPECT((o.reduce = do_nothing, o.rank = 1), "rank is 1");
    EXPECT((o.reduce = do_nothing, o.ranks = 2, o.rank = 2), "rank is 2");
    EXPECT((o.reduce = do_nothing, o.ranks = 3), "by 2, of 4 none is left for rank 2");
    EXPECT((o.reduce = do_nothing, o.ranks = 8), "by 1, of 4 none is left for rank 4");
    digit_dataset_free(data);
    digit_model_free(before);
    digit_model_free(model);
}
END_TEST

/* ---- Checkpoints ------------------------------------------------------ */

/* Stopped on four ranks, it ends on two, then alone, as it would have. */
START_TEST(a_checkpoint_fits_any_number_of_ranks)
{
    static const uint32_t ranks[] = {4, 2, 1};
    digit_dataset *data = api_dataset(500, 1);
    digit_train_options options = api_train_options(EPOCHS, 128);
    crew whole, c;
    gather(&whole, 0, API_NORM, data, &options);
    train_crew(&whole);
    options.checkpoint = temp_path("checkpoint");
    options.checkpoint_interval = 3;
    for (uint32_t i = 0; i < 3; i++) {
        gather(&c, ranks[i], API_NORM, data, &options);
        c.members[0].stop_after = i + 1;
        train_crew(&c);
        expect_status(&c, DIGIT_ERR_CANCELLED);
        ck_assert_int_eq(temp_folder_count(), 1);
        if (i == 2)
            ck_assert(api_same_models(c.members[0].model, whole.members[0].model));
        dismiss(&c);
    }
    dismiss(&whole);
    digit_dataset_free(data);
}
END_TEST

static int remove_folder_and_stop(const digit_progress *progress, void *user_data)
{
    ck_assert_uint_lt(progress->samples_done, progress->samples_total);
    ck_assert_int_eq(rmdir(user_data), 0);
    return 1;
}

/* What was learned is not lost with the place for its checkpoint. */
START_TEST(cancelled_without_a_place_for_the_checkpoint)
{
    digit_model *before = api_model(API_SMALL, 1);
    digit_dataset *data = api_dataset(6400, 1);
    digit_train_options options = api_train_options(1, 64);
    char folder[300], path[310];
    crew c;
    snprintf(folder, sizeof folder, "%s", temp_path("points"));
    snprintf(path, sizeof path, "%s/point", folder);
    ck_assert_int_eq(mkdir(folder, 0777), 0);
    options.checkpoint = path;
    gather(&c, 1, API_SMALL, data, &options);
    c.members[0].options.reduce = add_slowly;
    c.members[0].options.progress = remove_folder_and_stop;
    c.members[0].options.user_data = folder;
    train_crew(&c);
    expect_status(&c, DIGIT_ERR_CANCELLED);
    ck_assert_ptr_nonnull(strstr(c.members[0].said, "stopped, without a last checkpoint: "));
    ck_assert_ptr_nonnull(strstr(c.members[0].said, path));
    ck_assert(!api_same_models(c.members[0].model, before));
    digit_model_free(before);
    end_crew(&c, data);
}
END_TEST

static const api_test tests[] = {
    API_LOOP(any_number_of_ranks_gives_the_same_bits, RUNS),
    API_TEST(all_are_cancelled_with_one),
    API_TEST(all_are_cancelled_at_the_same_update),
    API_LOOP(all_fail_with_one, 3),
    API_LOOP(ranks_must_be_alike, 7),
    API_TEST(divergence_is_told_by_all),
    API_LOOP(what_does_not_add_up_is_found, 3),
    API_TEST(weights_that_drift_apart_are_found),
    API_LOOP(a_function_that_fails_ends_training, 5),
    API_TEST(a_failure_is_told_though_the_function_fails),
    API_TEST(options_of_ranks),
    API_TEST(a_checkpoint_fits_any_number_of_ranks),
    API_TEST(cancelled_without_a_place_for_the_checkpoint),
};

int main(void)
{
    return API_RUN("ranks", tests, 120, temp_folder_make, temp_folder_remove);
}
