/* digit_model_read() at the edge of the interface: arguments, options, results,
 * layouts. How well it reads is for tests/accuracy. */
#include "drawn.h"
#include "support/formats.h"

#include <stdatomic.h>

enum { WIDTH = 320, HEIGHT = 120 };

static digit_model *model;

static void load_model(void)
{
    assert_ok(digit_model_load_pretrained(&model));
}

static void free_model(void)
{
    digit_model_free(model);
}

/* ---- Drawings -------------------------------------------------------------- */

/* With so many pixels from one digit to the next. */
static canvas draw_row(const char *digits, int pitch)
{
    canvas c = blank(WIDTH, HEIGHT);
    draw_text(&c, digits, 30, 40, pitch);
    return c;
}

static canvas draw_number(const char *digits)
{
    return draw_row(digits, 40);
}

static digit_reading *read_with(const canvas *c, const digit_read_options *options)
{
    const digit_image image = image_of(c);
    digit_reading *reading;
    assert_ok(digit_model_read(model, &image, options, &reading));
    return reading;
}

/* ---- Arguments ------------------------------------------------------------- */

START_TEST(wrong_arguments_are_named)
{
    canvas c = draw_number("107");
    const digit_image good = image_of(&c);
    digit_image bad = good;
    digit_reading *reading = (digit_reading *)&c;
    assert_fails(digit_model_read(NULL, &good, NULL, &reading), DIGIT_ERR_ARGUMENT, "model");
    ck_assert_ptr_null(reading);
    assert_fails(digit_model_read(model, NULL, NULL, &reading), DIGIT_ERR_ARGUMENT, "image");
    assert_fails(digit_model_read(model, &good, NULL, NULL), DIGIT_ERR_ARGUMENT, "out");
    bad.pixels = NULL;
    reading = (digit_reading *)&c;
    assert_fails(digit_model_read(model, &bad, NULL, &reading), DIGIT_ERR_ARGUMENT, "pixels");
    ck_assert_ptr_null(reading);
    free(c.pixels);
}
END_TEST

START_TEST(options_are_checked)
{
    canvas c = draw_number("1");
    const digit_image image = image_of(&c);
    digit_reading *reading;
    const digit_read_options good = defaults();
    digit_read_options o;
#define REFUSED(change, status, part)                                                          \
    do {                                                                                       \
        o = good;                                                                              \
        change;                                                                                \
        assert_fails(digit_model_read(model, &image, &o, &reading), status, part);             \
    } while (0)
    REFUSED(o.size = 8, DIGIT_ERR_ARGUMENT, "size");
    REFUSED(o.layout = 4, DIGIT_ERR_ARGUMENT, "layout 4");
    REFUSED(o.min_confidence = -0.1f, DIGIT_ERR_ARGUMENT, "min_confidence");
    REFUSED(o.min_confidence = NAN, DIGIT_ERR_ARGUMENT, "min_confidence");
    REFUSED(o.max_digits = 65, DIGIT_ERR_ARGUMENT, "max_digits");
    REFUSED((o.min_digits = 5, o.max_digits = 3), DIGIT_ERR_ARGUMENT, "less than");
    REFUSED(o.allowed = 1 << 10, DIGIT_ERR_ARGUMENT, "allowed");
    REFUSED(o.flags = 2, DIGIT_ERR_ARGUMENT, "flags");
    REFUSED(o.rows = 3, DIGIT_ERR_ARGUMENT, "GRID");
    REFUSED((o.layout = DIGIT_LAYOUT_GRID, o.rows = 3), DIGIT_ERR_ARGUMENT, "columns");
    REFUSED((o.layout = DIGIT_LAYOUT_GRID, o.rows = o.columns = 100), DIGIT_ERR_LIMIT, "4096");
#undef REFUSED
    ck_assert(good.layout == DIGIT_LAYOUT_PAGE && good.min_digits == 1 && good.allowed == 0);
    free(c.pixels);
}
END_TEST

START_TEST(nothing_is_read_from_nothing)
{
    size_t count = 7;
    ck_assert_str_eq(digit_reading_text(NULL), "");
    ck_assert_ptr_null(digit_reading_glyphs(NULL, &count));
    ck_assert_uint_eq(count, 0);
    count = 7;
    ck_assert_ptr_null(digit_reading_groups(NULL, &count));
    ck_assert_uint_eq(count, 0);
    count = 7;
    ck_assert_ptr_null(digit_reading_lines(NULL, &count));
    ck_assert_uint_eq(count, 0);
    digit_reading_free(NULL);
}
END_TEST

/* ---- Results --------------------------------------------------------------- */

START_TEST(digits_come_with_their_boxes)
{
    canvas c = draw_number("10771");
    digit_read_options options = defaults();
    options.layout = (uint32_t)_i;
    digit_reading *reading = read_with(&c, &options);
    size_t count;
    const digit_glyph *glyphs = digit_reading_glyphs(reading, &count);
    ck_assert_str_eq(digit_reading_text(reading), "10771");
    ck_assert_uint_eq(count, 5);
    for (size_t i = 0; i < count; i++) {
        const digit_box b = glyphs[i].box;
        ck_assert(b.x >= 28 + 40 * (int)i && b.x + b.width <= 58 + 40 * (int)i);
        ck_assert(b.y >= 38 && b.y + b.height <= 82 && b.height >= 36);
        ck_assert(glyphs[i].line == 0 && glyphs[i].group == 0 && glyphs[i].flags == 0);
        ck_assert(glyphs[i].prediction.probabilities[glyphs[i].prediction.digit] > 0.5f);
    }
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* "17 01" above "7", which stands lower and to the right. */
START_TEST(groups_and_lines_have_places)
{
    canvas c = blank(330, 200);
    digit_read_options options = defaults();
    const int x[] = {30, 70, 190, 230, 230}, y[] = {40, 40, 40, 40, 120};
    for (int i = 0; i < 5; i++)
        draw_digit(&c, "17017"[i] - '0', x[i], y[i]);
    digit_reading *reading = read_with(&c, &options);
    size_t count;
    const digit_group *groups = digit_reading_groups(reading, &count);
    const char *text;
    double p;
    ck_assert_str_eq(digit_reading_text(reading), "17 01\n7");
    ck_assert_uint_eq(count, 3);
    for (size_t i = 0; i < count; i++) {
        const digit_group *g = &groups[i];
        ck_assert(g->line == i / 2 && g->group == i % 2 && g->flags == 0);
        ck_assert(g->first == 2 * i && g->count == (i < 2 ? 2 : 1));
        ck_assert(g->confidence > 0.5f && g->confidence <= 1);
        assert_ok(digit_reading_candidate(reading, g->line, g->group, g->candidates - 1, &text,
                                          &p));
        ck_assert_int_eq(digit_reading_candidate(reading, g->line, g->group, g->candidates,
                                                 &text, &p), DIGIT_ERR_ARGUMENT);
    }
    ck_assert(groups[1].box.x >= 188 && groups[1].box.x + groups[1].box.width <= 260);
    const digit_line *lines = digit_reading_lines(reading, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert(lines[0].first_group == 0 && lines[0].group_count == 2);
    ck_assert(lines[0].first_glyph == 0 && lines[0].glyph_count == 4);
    ck_assert(lines[1].first_group == 2 && lines[1].group_count == 1);
    ck_assert(lines[1].first_glyph == 4 && lines[1].glyph_count == 1);
    ck_assert(lines[0].box.x == groups[0].box.x && lines[0].box.height >= 36);
    ck_assert_float_eq_tol(lines[0].baseline, 80, 3);
    ck_assert_float_eq_tol(lines[1].baseline, 160, 3);
    ck_assert_float_eq_tol(lines[0].skew, 0, 0.05f);
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* No ink between them that would tell. */
START_TEST(digits_that_touch_come_apart)
{
    static const char *const numbers[] = {"77", "70", "00", "700"};
    canvas c = draw_row(numbers[_i], 22);
    digit_reading *reading = read_with(&c, NULL);
    size_t count;
    const digit_glyph *glyphs = digit_reading_glyphs(reading, &count);
    ck_assert_str_eq(digit_reading_text(reading), numbers[_i]);
    for (size_t i = 0; i < count; i++) {
        const digit_box b = glyphs[i].box;
        ck_assert_uint_eq(glyphs[i].flags, DIGIT_GLYPH_CUT);
        ck_assert(b.x >= 20 + 22 * (int)i && b.x + b.width <= 64 + 22 * (int)i);
        ck_assert_float_gt(glyphs[i].prediction.confidence, 0.2f);
    }
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* Neighbours share a stroke: no cut divides them. (Linked by a quarter of their width or more, rows
 * of rings are read in part, or not at all: docs/reading.md.) */
START_TEST(rows_that_touch_come_apart)
{
    static const struct { const char *digits; int pitch; } rows[] = {
        {"00000", 20}, {"00700", 20}, {"70000", 21}};
    canvas c = draw_row(rows[_i].digits, rows[_i].pitch);
    digit_reading *reading = read_with(&c, NULL);
    ck_assert_str_eq(digit_reading_text(reading), rows[_i].digits);
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* An 8 whose loops don't meet, and that leans: wider than high. */
START_TEST(loops_apart_are_one_digit)
{
    canvas c = draw_number("17 01");
    for (int step = 0; step < 400; step++) {
        bar(&c, (int)(111 + 11 * cos(step / 63.0)), (int)(63 + 7 * sin(step / 63.0)), 4, 3);
        bar(&c, (int)(131 + 11 * cos(step / 63.0)), (int)(46 + 6 * sin(step / 63.0)), 4, 3);
    }
    digit_reading *reading = read_with(&c, NULL);
    ck_assert_str_eq(digit_reading_text(reading), "17801");
    ck_assert_uint_eq(digit_reading_glyphs(reading, NULL)[2].flags, DIGIT_GLYPH_JOINED);
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* In every format, also inverted, bottom up, on four threads: the same answers, bit for bit. */
START_TEST(how_it_is_stored_does_not_matter)
{
    canvas c = draw_number("7017");
    static uint8_t other[HEIGHT][4 * WIDTH + 1];
    const uint8_t flip = _i % 2 ? 255 : 0;
    digit_image image = image_of(&c);
    digit_reading *plain, *reading;
    assert_ok(digit_model_read(model, &image, NULL, &plain));
    image.format = (uint32_t)_i / 2;
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++)
            format_put(other[HEIGHT - 1 - y], x, image.format, c.pixels[y * WIDTH + x] ^ flip);
    image.pixels = other[HEIGHT - 1];
    image.stride = -(ptrdiff_t)sizeof other[0];
    assert_ok(digit_model_set_threads(model, 4));
    assert_ok(digit_model_read(model, &image, NULL, &reading));
    size_t a, b;
    const digit_glyph *expected = digit_reading_glyphs(plain, &a);
    const digit_glyph *got = digit_reading_glyphs(reading, &b);
    ck_assert_uint_eq(a, 4);
    ck_assert_uint_eq(a, b);
    assert_same_bytes(expected, got, a * sizeof *got);
    digit_reading_free(plain);
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

START_TEST(signs_begin_groups)
{
    canvas c = draw_number("17");
    draw_digit(&c, 0, 150, 40);
    draw_digit(&c, 7, 190, 40);
    bar(&c, 118, 74, 7, 7);
    digit_reading *reading = read_with(&c, NULL);
    size_t count;
    const digit_glyph *glyphs = digit_reading_glyphs(reading, &count);
    ck_assert_str_eq(digit_reading_text(reading), "17 07");
    ck_assert_uint_eq(glyphs[2].flags & DIGIT_GLYPH_MARK, DIGIT_GLYPH_MARK);
    ck_assert_uint_eq(glyphs[3].flags & DIGIT_GLYPH_MARK, 0);
    ck_assert_uint_eq(glyphs[2].group, 1);
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* Half as high as a digit, a comma is not a 1; close to both digits, a dash is not a part of
 * one. */
START_TEST(signs_that_look_like_strokes_begin_groups)
{
    const bool page = _i % 2;
    digit_read_options options = defaults();
    options.layout = page ? DIGIT_LAYOUT_PAGE : DIGIT_LAYOUT_LINE;
    canvas c = draw_number("00 00");
    for (int y = 0; y < 22 && _i < 2; y++)
        bar(&c, 112 - y / 4, 72 + y, 4, 1);
    if (_i >= 2)
        bar(&c, 98, 57, 38, 4);
    digit_reading *reading = read_with(&c, &options);
    ck_assert_str_eq(digit_reading_text(reading), "00 00");
    ck_assert_uint_eq(digit_reading_glyphs(reading, NULL)[2].flags, DIGIT_GLYPH_MARK);
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* Cut down the middle, a cross would make two digits. */
START_TEST(a_sign_as_wide_as_a_digit_stays_whole)
{
    canvas c = draw_number("17 01");
    for (int step = 0; step < 24 && _i == 0; step++) { /* X */
        bar(&c, 114 + step, 44 + step, 4, 3);
        bar(&c, 137 - step, 44 + step, 4, 3);
    }
    if (_i == 1) { /* + */
        bar(&c, 112, 58, 26, 4);
        bar(&c, 123, 46, 4, 28);
    }
    digit_reading *reading = read_with(&c, NULL);
    ck_assert_str_eq(digit_reading_text(reading), "17 01");
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* Its edge lies aslant, through the digits. */
START_TEST(a_hard_shadow_is_no_ink)
{
    canvas c = draw_number("1701");
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint8_t *pixel = &c.pixels[y * WIDTH + x];
            *pixel = (uint8_t)(60 + *pixel * 0.6);
            *pixel = (uint8_t)(x + y < 130 + 40 * _i ? *pixel * 0.55 : *pixel);
        }
    digit_reading *reading = read_with(&c, NULL);
    ck_assert_str_eq(digit_reading_text(reading), "1701");
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

START_TEST(candidates_are_sorted_and_end)
{
    canvas c = draw_number("1071");
    digit_reading *reading = read_with(&c, NULL);
    const char *text;
    double p, before = 1;
    uint32_t rank = 0;
    assert_ok(digit_reading_candidate(reading, 0, 0, 0, &text, &p));
    ck_assert_str_eq(text, digit_reading_text(reading));
    while (digit_reading_candidate(reading, 0, 0, rank, &text, &p) == DIGIT_OK) {
        ck_assert(p >= 0 && p <= before + 1e-12);
        before = p;
        rank++;
    }
    ck_assert_uint_ge(rank, 2);
    assert_fails(digit_reading_candidate(reading, 0, 0, rank, &text, &p), DIGIT_ERR_ARGUMENT,
                 "rank");
    ck_assert(!text && p == 0);
    assert_fails(digit_reading_candidate(reading, 0, 1, 0, &text, &p), DIGIT_ERR_ARGUMENT,
                 "no group 1");
    assert_fails(digit_reading_candidate(NULL, 0, 0, 0, &text, &p), DIGIT_ERR_ARGUMENT,
                 "reading");
    assert_fails(digit_reading_candidate(reading, 0, 0, 0, NULL, &p), DIGIT_ERR_ARGUMENT, "text");
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

START_TEST(doubtful_digits_are_question_marks)
{
    canvas c = draw_number("107");
    digit_read_options options = defaults();
    const char *text;
    double p;
    options.min_confidence = 1;
    digit_reading *reading = read_with(&c, &options);
    ck_assert_str_eq(digit_reading_text(reading), "???");
    assert_ok(digit_reading_candidate(reading, 0, 0, 0, &text, &p));
    ck_assert_str_eq(text, "???");
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

START_TEST(only_allowed_digits_are_answered)
{
    canvas c = draw_number("107");
    digit_read_options options = defaults();
    options.allowed = 1 << 1 | 1 << 7;
    digit_reading *reading = read_with(&c, &options);
    size_t count;
    const digit_glyph *glyphs = digit_reading_glyphs(reading, &count);
    for (size_t i = 0; i < count; i++)
        ck_assert(glyphs[i].prediction.digit == 1 || glyphs[i].prediction.digit == 7);
    ck_assert_int_eq(glyphs[0].prediction.digit, 1);
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* A number of another length is shown, but not as one. */
START_TEST(length_is_kept_or_complained_about)
{
    canvas c = draw_number("1071");
    digit_read_options options = defaults();
    options.min_digits = options.max_digits = 4;
    digit_reading *reading = read_with(&c, &options);
    ck_assert_str_eq(digit_reading_text(reading), "1071");
    digit_reading_free(reading);
    options.min_digits = options.max_digits = 60;
    reading = read_with(&c, &options);
    ck_assert_str_eq(digit_reading_text(reading), "????");
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* A line of groups that together have the number is right as it is. */
START_TEST(length_makes_nothing_wrong)
{
    canvas c = draw_number("10  71");
    digit_read_options options = defaults();
    options.layout = DIGIT_LAYOUT_LINE;
    options.min_digits = options.max_digits = 4;
    digit_reading *reading = read_with(&c, &options);
    ck_assert_str_eq(digit_reading_text(reading), "10 71");
    digit_reading_free(reading);
    options.layout = DIGIT_LAYOUT_PAGE;
    reading = read_with(&c, &options);
    ck_assert_str_eq(digit_reading_text(reading), "?? ??");
    digit_reading_free(reading);
    options.min_digits = options.max_digits = 2;
    reading = read_with(&c, &options);
    ck_assert_str_eq(digit_reading_text(reading), "10 71");
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

START_TEST(min_height_drops_low_ink)
{
    canvas c = draw_number("107");
    digit_read_options options = defaults();
    options.min_height = 60;
    digit_reading *reading = read_with(&c, &options);
    ck_assert_str_eq(digit_reading_text(reading), "");
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* ---- Cancelling ------------------------------------------------------------ */

typedef struct patience {
    atomic_int left, asked;
} patience;

static int ask(void *user_data)
{
    patience *p = user_data;
    atomic_fetch_add(&p->asked, 1);
    return atomic_fetch_sub(&p->left, 1) <= 0;
}

/* Asked at every step: stopped at any of them, the call ends; never, it ends as without. */
START_TEST(reading_can_be_cancelled)
{
    canvas c = draw_number("1071");
    const digit_image image = image_of(&c);
    digit_read_options options = defaults();
    patience p = {0};
    digit_reading *reading;
    options.layout = (uint32_t)_i;
    options.cancel = ask;
    options.user_data = &p;
    int steps = 0;
    for (digit_status status = DIGIT_ERR_CANCELLED; status != DIGIT_OK; steps++) {
        atomic_store(&p.left, steps);
        status = digit_model_read(model, &image, &options, &reading);
        ck_assert(status == DIGIT_OK || status == DIGIT_ERR_CANCELLED);
        ck_assert(status == DIGIT_OK || !reading);
        ck_assert(status == DIGIT_OK || strstr(digit_last_error(), "cancel"));
        ck_assert_int_lt(steps, 1000);
    }
    ck_assert_int_gt(steps, 2);
    ck_assert_str_eq(digit_reading_text(reading), "1071");
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* ---- Layouts --------------------------------------------------------------- */

START_TEST(grids_report_empty_cells)
{
    canvas c = blank(60 * 4 + 40, 60 * 2 + 40);
    digit_read_options options = defaults();
    options.layout = DIGIT_LAYOUT_GRID;
    options.rows = _i ? 2 : 0;
    options.columns = _i ? 4 : 0;
    for (int i = 0; i <= 4; i++)
        bar(&c, 20 + 60 * i, 20, 2, 122);
    for (int i = 0; i <= 2; i++)
        bar(&c, 20, 20 + 60 * i, 242, 2);
    draw_digit(&c, 7, 40, 31);
    draw_digit(&c, 0, 40 + 120, 31);
    draw_digit(&c, 1, 40 + 180, 31 + 60);
    digit_reading *reading = read_with(&c, &options);
    size_t count;
    const digit_glyph *glyphs = digit_reading_glyphs(reading, &count);
    ck_assert_str_eq(digit_reading_text(reading), "7 0\n1");
    ck_assert_uint_eq(count, 8);
    for (uint32_t i = 0; i < 8; i++) {
        const bool empty = i != 0 && i != 2 && i != 7;
        ck_assert(glyphs[i].row == i / 4 && glyphs[i].column == i % 4);
        ck_assert_int_eq((glyphs[i].flags & DIGIT_GLYPH_EMPTY) != 0, empty);
        ck_assert(!empty || (glyphs[i].prediction.confidence <= 0 &&
                             glyphs[i].prediction.flags == DIGIT_FLAG_BLANK));
    }
    const digit_group *groups = digit_reading_groups(reading, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert(groups[0].first == 0 && groups[1].first == 2 && groups[2].first == 7);
    ck_assert(groups[0].count == 1 && groups[1].count == 1 && groups[2].count == 1);
    const digit_line *lines = digit_reading_lines(reading, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert(lines[0].glyph_count == 4 && lines[1].first_glyph == 4);
    ck_assert(lines[0].group_count == 2 && lines[1].group_count == 1);
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

START_TEST(single_is_one_digit)
{
    canvas c = draw_number("7");
    digit_read_options options = defaults();
    options.layout = DIGIT_LAYOUT_SINGLE;
    digit_reading *reading = read_with(&c, &options);
    const char *text;
    double p;
    ck_assert_str_eq(digit_reading_text(reading), "7");
    assert_ok(digit_reading_candidate(reading, 0, 0, 0, &text, &p));
    ck_assert_str_eq(text, "7");
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

START_TEST(blank_pages_have_no_digits)
{
    canvas c = blank(WIDTH, HEIGHT);
    digit_read_options options = defaults();
    options.layout = (uint32_t)_i;
    digit_reading *reading = read_with(&c, &options);
    size_t count;
    digit_reading_glyphs(reading, &count);
    ck_assert_str_eq(digit_reading_text(reading), "");
    ck_assert_uint_le(count, _i == DIGIT_LAYOUT_GRID ? 1 : 0);
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

static const api_test tests[] = {
    API_TEST(wrong_arguments_are_named),
    API_TEST(options_are_checked),
    API_TEST(nothing_is_read_from_nothing),
    API_LOOP(digits_come_with_their_boxes, DIGIT_LAYOUT_LINE + 1),
    API_TEST(groups_and_lines_have_places),
    API_LOOP(digits_that_touch_come_apart, 4),
    API_LOOP(rows_that_touch_come_apart, 3),
    API_TEST(loops_apart_are_one_digit),
    API_LOOP(how_it_is_stored_does_not_matter, 2 * FORMATS),
    API_TEST(signs_begin_groups),
    API_LOOP(signs_that_look_like_strokes_begin_groups, 4),
    API_LOOP(a_sign_as_wide_as_a_digit_stays_whole, 2),
    API_LOOP(a_hard_shadow_is_no_ink, 3),
    API_TEST(candidates_are_sorted_and_end),
    API_TEST(doubtful_digits_are_question_marks),
    API_TEST(only_allowed_digits_are_answered),
    API_TEST(length_is_kept_or_complained_about),
    API_TEST(length_makes_nothing_wrong),
    API_LOOP(reading_can_be_cancelled, 2),
    API_TEST(min_height_drops_low_ink),
    API_LOOP(grids_report_empty_cells, 2),
    API_TEST(single_is_one_digit),
    API_LOOP(blank_pages_have_no_digits, DIGIT_LAYOUT_GRID + 1),
};

int main(void)
{
    return API_RUN("read", tests, 300, load_model, free_model);
}
