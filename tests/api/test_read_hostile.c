/* digit_model_read() of pictures that mean no good, and of the largest: any answer will do that
 * comes soon and says what it is. */
#include "canvas.h"

#include <math.h>
#include <time.h>

static digit_model *model;

static void load_model(void)
{
    assert_ok(digit_model_load_pretrained(&model));
}

static void free_model(void)
{
    digit_model_free(model);
}

enum { NOISE, CHECKS, DOTS, COMB, STRIPES, BLACK, STAIRS, RINGS, HOSTILE };

static uint8_t hostile(int kind, uint32_t x, uint32_t y, uint32_t *state)
{
    switch (kind) {
    case NOISE: return (uint8_t)(api_random(state));
    case CHECKS: return (x + y) % 2 ? 255 : 0;
    case DOTS: return x % 5 < 2 && y % 5 < 2 ? 0 : 255;
    case COMB: return x % 2 || y == 0 ? 0 : 255;
    case STRIPES: return y % 3 ? 255 : 0;
    case STAIRS: return (x + y) / 7 % 3 ? 255 : 0;
    case RINGS: return (uint32_t)hypot((double)x - 500, (double)y - 500) / 4 % 3 ? 255 : 0;
    default: return 0;
    }
}

START_TEST(hostile_pictures_end)
{
    static const int sides[][2] = {{1000, 1000}, {1, 20000}, {20000, 1}, {65535, 3}, {1, 1}};
    const int kind = _i % HOSTILE, *side = sides[_i / HOSTILE];
    canvas c = blank(side[0], side[1]);
    uint32_t state = 1;
    for (int y = 0; y < c.height; y++)
        for (int x = 0; x < c.width; x++)
            c.pixels[y * c.width + x] = hostile(kind, (uint32_t)x, (uint32_t)y, &state);
    const digit_image image = image_of(&c);
    for (uint32_t layout = DIGIT_LAYOUT_PAGE; layout <= DIGIT_LAYOUT_GRID; layout++) {
        digit_read_options options = defaults();
        digit_reading *reading;
        options.layout = layout;
        const digit_status status = digit_model_read(model, &image, &options, &reading);
        ck_assert_msg(status == DIGIT_OK || status == DIGIT_ERR_LIMIT, "kind %d layout %u: %s",
                      kind, layout, digit_last_error());
        ck_assert(status == DIGIT_OK || !reading);
        digit_reading_free(reading);
    }
    free(c.pixels);
}
END_TEST

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

START_TEST(the_largest_picture_is_read)
{
    canvas c = blank(8192, 8192);
    for (int y = 0; y < 8192; y += 64)
        for (int x = 0; x < 8192; x += 64)
            bar(&c, x + 20, y + 10, 5, 40);
    digit_read_options options = defaults();
    const digit_image image = image_of(&c);
    digit_reading *reading;
    const double begin = seconds();
    assert_fails(digit_model_read(model, &image, NULL, &reading), DIGIT_ERR_LIMIT, "4096 digits");
    ck_assert(seconds() - begin < 60);
    options.time_limit_ms = 1;
    assert_fails(digit_model_read(model, &image, &options, &reading), DIGIT_ERR_TIMEOUT, "1 ms");
    ck_assert_ptr_null(reading);
    free(c.pixels);
}
END_TEST

static const api_test tests[] = {
    API_LOOP(hostile_pictures_end, 5 * HOSTILE),
    API_TEST(the_largest_picture_is_read),
};

int main(void)
{
    return API_RUN("read hostile", tests, 300, load_model, free_model);
}
