/*
 * digit_model_read() of pictures that are slow to read: it keeps its time limit, and without one it
 * ends. Processor time counts, for a test may run beside others.
 */
#include "canvas.h"

#include "support/hostile.h"
#include "support/processor_clock.h"

#include <math.h>

/* Overshoot of a time limit, and the time without one, in seconds. */
#define LATE_MOST 0.05
#define TIME_MOST 10.0

/* Pixels of the pictures: a scanned page's, and the most there may be. */
#define PAGE_PIXELS ((size_t)4 << 20)
#define MOST_PIXELS ((size_t)64 << 20)

/* How many pictures there are, which a table of tests has to know. */
#define PICTURES 46

/* Sanitizers and valgrind make all work slower. */
static double slowness(void)
{
    const char *multiplier = getenv("CK_TIMEOUT_MULTIPLIER");
    return multiplier ? fmax(1, atof(multiplier)) : 1;
}

static digit_model *model;

static void load_model(void)
{
    ck_assert_uint_eq(hostile_count, PICTURES);
    assert_ok(digit_model_load_pretrained(&model));
    assert_ok(digit_model_set_threads(model, 1)); /* processor time is time then */
}

static void free_model(void)
{
    digit_model_free(model);
}

/* How long it takes to read a picture, in seconds. */
static double read_slow(const hostile_picture *picture, const canvas *c, uint32_t limit_ms,
                        digit_status *status)
{
    digit_read_options options = defaults();
    digit_reading *reading;
    const digit_image image = image_of(c);
    options.layout = picture->layout;
    options.time_limit_ms = limit_ms;
    const double begin = processor_seconds();
    *status = digit_model_read(model, &image, &options, &reading);
    const double took = processor_seconds() - begin;
    ck_assert(*status == DIGIT_OK || !reading);
    digit_reading_free(reading);
    return took;
}

/* A step that does not look at the clock is late each time; a machine with other work, now and
 * then. */
#define ATTEMPTS 3

static void check_limit(const hostile_picture *picture, const canvas *c, uint32_t limit_ms)
{
    const double most = limit_ms / 1e3 + LATE_MOST * slowness();
    digit_status status;
    double took = read_slow(picture, c, limit_ms, &status);
    for (int attempt = 1; took > most && attempt < ATTEMPTS; attempt++)
        took = read_slow(picture, c, limit_ms, &status);
    ck_assert_msg(status == DIGIT_OK || status == DIGIT_ERR_LIMIT || status == DIGIT_ERR_TIMEOUT,
                  "%s: %s", picture->name, digit_last_error());
    ck_assert_msg(took <= most,
                  "%s: %.0f ms with a limit of %u", picture->name, 1e3 * took, limit_ms);
}

START_TEST(time_limits_are_kept)
{
    static const uint32_t limits[] = {20, 100, 250};
    const hostile_picture *picture = &hostile_pictures[_i];
    const canvas c = hostile_draw(picture, PAGE_PIXELS);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        check_limit(picture, &c, limits[i]);
    free(c.pixels);
}
END_TEST

START_TEST(time_limits_are_kept_on_the_largest)
{
    const hostile_picture *picture = &hostile_pictures[_i];
    const canvas c = hostile_draw(picture, MOST_PIXELS);
    check_limit(picture, &c, 100);
    free(c.pixels);
}
END_TEST

START_TEST(slow_pictures_end)
{
    const hostile_picture *picture = &hostile_pictures[_i];
    const canvas c = hostile_draw(picture, PAGE_PIXELS);
    digit_status status;
    const double took = read_slow(picture, &c, 0, &status);
    ck_assert_msg(status == DIGIT_OK || status == DIGIT_ERR_LIMIT, "%s: %s", picture->name,
                  digit_last_error());
    ck_assert_msg(took <= TIME_MOST * slowness(), "%s: %.1f s", picture->name, took);
    free(c.pixels);
}
END_TEST

static const api_test tests[] = {
    API_LOOP(time_limits_are_kept, PICTURES),
    API_LOOP(time_limits_are_kept_on_the_largest, PICTURES),
    API_LOOP(slow_pictures_end, PICTURES),
};

int main(void)
{
    return API_RUN("read deadline", tests, 300, load_model, free_model);
}
