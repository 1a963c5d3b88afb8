/*
 * digit_model_read() of pictures that are slow to read: it keeps its time limit, and without one it
 * ends. Processor time counts, for a test may run beside others: the clock of this file answers the
 * library, too.
 */
#define _GNU_SOURCE
#include "canvas.h"

#include <math.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Overshoot of a time limit, in seconds, and the time without one. */
#define LATE_MOST 0.05
#define TIME_MOST 30.0

/* The monotonic clock is this process's processor time: the linker prefers this function to the
 * system's, for the library as well. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    return (int)syscall(SYS_clock_gettime,
                        clock == CLOCK_MONOTONIC ? CLOCK_PROCESS_CPUTIME_ID : clock, now);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Sanitizers and valgrind make all work slower. */
static double slowness(void)
{
    const char *multiplier = getenv("CK_TIMEOUT_MULTIPLIER");
    return multiplier ? fmax(1, atof(multiplier)) : 1;
}

static digit_model *model;

static void load_model(void)
{
    assert_ok(digit_model_load_pretrained(&model));
    assert_ok(digit_model_set_threads(model, 1)); /* processor time is time then */
}

static void free_model(void)
{
    digit_model_free(model);
}

/* ---- Pictures ------------------------------------------------------------- */

static void dot(const canvas *c, int x, int y)
{
    if (x >= 0 && y >= 0 && x < c->width && y < c->height)
        c->pixels[y * c->width + x] = 0;
}

static void stroke(const canvas *c, int x0, int y0, int x1, int y1)
{
    const int steps = abs(x1 - x0) > abs(y1 - y0) ? abs(x1 - x0) : abs(y1 - y0);
    for (int i = 0; i <= steps; i++)
        dot(c, x0 + (x1 - x0) * i / (steps > 0 ? steps : 1),
            y0 + (y1 - y0) * i / (steps > 0 ? steps : 1));
}

/* A mesh of lines 4 pixels apart. */
static void mesh(const canvas *c, int x, int y, int width, int height)
{
    for (int j = 0; j < height; j += 4)
        bar(c, x, y + j, width, 1);
    for (int i = 0; i < width; i += 4)
        bar(c, x + i, y, 1, height);
}

static void small_meshes(const canvas *c)
{
    for (int y = 3; y + 20 < c->height; y += 23)
        for (int x = 3; x + 40 < c->width; x += 43)
            mesh(c, x, y, 40, 20);
}

static void one_mesh(const canvas *c)
{
    mesh(c, 0, 0, c->width, c->height);
}

static void ring(const canvas *c, int x, int y, int width, int height)
{
    bar(c, x, y, width, 1);
    bar(c, x, y + height - 1, width, 1);
    bar(c, x, y, 1, height);
    bar(c, x + width - 1, y, 1, height);
}

static void nested_rectangles(const canvas *c)
{
    for (int k = 0; 2 * k + 8 < c->width; k += 4)
        ring(c, k, k, c->width - 2 * k, c->height - 2 * k);
}

static void small_rectangles(const canvas *c)
{
    for (int y = 3; y + 16 < c->height; y += 19)
        for (int x = 3; x + 24 < c->width; x += 27)
            ring(c, x, y, 24, 16);
}

static void noise_blocks(const canvas *c)
{
    uint32_t state = 1;
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++)
            if (x % 169 < 160 && y % 169 < 160 && api_random(&state) % 8 > 0)
                dot(c, x, y);
}

static void combs(const canvas *c)
{
    for (int y = 3; y + 30 < c->height; y += 33)
        for (int x = 3; x + 200 < c->width; x += 204) {
            bar(c, x, y + 29, 200, 1);
            for (int i = 0; i < 200; i += 4)
                bar(c, x + i, y + 15, 1, 15);
        }
}

static void hatching(const canvas *c)
{
    for (int x = -c->height; x < c->width; x += 9) {
        stroke(c, x, 0, x + c->height, c->height);
        stroke(c, x + c->height, 0, x, c->height);
    }
}

/* Lines as far from horizontal and vertical as they are looked for. */
static void steep_lines(const canvas *c)
{
    for (int y = -c->width / 8; y < c->height; y += 7) {
        stroke(c, 0, y, c->width - 1, y + c->width / 8);
        stroke(c, 0, y + c->width / 8, c->width - 1, y);
    }
    for (int x = -c->height / 8; x < c->width; x += 7)
        stroke(c, x, 0, x + c->height / 8, c->height - 1);
}

static void dashes(const canvas *c)
{
    for (int y = 1; y < c->height; y += 5)
        for (int x = y % 9; x + 30 < c->width; x += 39)
            bar(c, x, y, 30, 1);
}

static void waves(const canvas *c)
{
    for (int y = 9; y + 11 < c->height; y += 6)
        for (int x = 0; x < c->width; x++)
            bar(c, x, y + (int)(9 * sin(x / 100.0)), 1, 2);
}

static void ones(const canvas *c)
{
    for (int y = 3; y + 20 < c->height; y += 24)
        for (int x = 3; x < c->width; x += 5)
            bar(c, x, y, 1, 20);
}

static void lines_at_random(const canvas *c)
{
    uint32_t state = 1;
    for (int i = 0; i < c->width * c->height / 600; i++) {
        const int x = (int)api_random(&state) % c->width, y = (int)api_random(&state) % c->height;
        const int along = 20 + (int)(api_random(&state) % 200);
        const int across = (int)(api_random(&state) % 25) - 12;
        stroke(c, x, y, x + (i % 2 ? along : across), y + (i % 2 ? across : along));
    }
}

/* What the networks have most work with: pieces as high as digits, many digits wide. */
static void zigzags(const canvas *c)
{
    for (int y = 2; y + 20 < c->height; y += 23)
        for (int x = 2; x + 54 < c->width; x += 56)
            for (int i = 0; i < 12; i++)
                stroke(c, x + 9 * i / 2, y + i % 2 * 19, x + 9 * (i + 1) / 2, y + (i + 1) % 2 * 19);
}

typedef struct slow_picture {
    const char *name;
    void (*draw)(const canvas *c);
} slow_picture;

/* Without a limit, the last one takes half a minute: the networks are asked as often as ever. */
static const slow_picture pictures[] = {
    {"small meshes", small_meshes},
    {"one mesh", one_mesh},
    {"nested rectangles", nested_rectangles},
    {"small rectangles", small_rectangles},
    {"noise blocks", noise_blocks},
    {"combs", combs},
    {"hatching", hatching},
    {"steep lines", steep_lines},
    {"dashes", dashes},
    {"waves", waves},
    {"ones", ones},
    {"lines at random", lines_at_random},
    {"zigzags", zigzags},
};

enum { PICTURES = sizeof pictures / sizeof *pictures };

/* ---- Tests ---------------------------------------------------------------- */

/* How long it takes to read a picture of `side` pixels, in seconds. */
static double read_slow(const slow_picture *picture, int side, uint32_t limit_ms,
                        digit_status *status)
{
    canvas c = blank(side, side);
    digit_read_options options = defaults();
    digit_reading *reading;
    picture->draw(&c);
    const digit_image image = image_of(&c);
    options.time_limit_ms = limit_ms;
    const double begin = seconds();
    *status = digit_model_read(model, &image, &options, &reading);
    const double took = seconds() - begin;
    ck_assert(*status == DIGIT_OK || !reading);
    digit_reading_free(reading);
    free(c.pixels);
    return took;
}

START_TEST(time_limits_are_kept)
{
    static const uint32_t limits[] = {20, 100, 250};
    const slow_picture *picture = &pictures[_i];
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        digit_status status;
        const double took = read_slow(picture, 2000, limits[i], &status);
        ck_assert_msg(status == DIGIT_OK || status == DIGIT_ERR_LIMIT ||
                      status == DIGIT_ERR_TIMEOUT, "%s: %s", picture->name, digit_last_error());
        ck_assert_msg(took <= limits[i] / 1e3 + LATE_MOST * slowness(),
                      "%s: %.0f ms with a limit of %u", picture->name, 1e3 * took, limits[i]);
    }
}
END_TEST

START_TEST(slow_pictures_end)
{
    const slow_picture *picture = &pictures[_i];
    digit_status status;
    const double took = read_slow(picture, 2000, 0, &status);
    ck_assert_msg(status == DIGIT_OK || status == DIGIT_ERR_LIMIT, "%s: %s", picture->name,
                  digit_last_error());
    ck_assert_msg(took <= TIME_MOST * slowness(), "%s: %.1f s", picture->name, took);
}
END_TEST

static const api_test tests[] = {
    API_LOOP(time_limits_are_kept, PICTURES),
    API_LOOP(slow_pictures_end, PICTURES - 1),
};

int main(void)
{
    return API_RUN("read deadline", tests, 300, load_model, free_model);
}
