/* digit_model_read_fields() at the edge of the interface: arguments, boxes, patterns, checks. How
 * well fields are read is for tests/accuracy/fields.py. */
#include "drawn.h"

enum { WIDTH = 520, HEIGHT = 240 };

static digit_model *model;

static void load_model(void)
{
    assert_ok(digit_model_load_pretrained(&model));
}

static void free_model(void)
{
    digit_model_free(model);
}

static digit_field field(void)
{
    digit_field f;
    digit_field_init(&f, sizeof f);
    return f;
}

static digit_reading *read_fields(const canvas *c, const digit_field *fields, size_t count)
{
    const digit_image image = image_of(c);
    digit_reading *reading;
    assert_ok(digit_model_read_fields(model, &image, fields, count, NULL, &reading));
    return reading;
}

static canvas draw(const char *text)
{
    canvas c = blank(WIDTH, HEIGHT);
    draw_text(&c, text, 30, 40, 40);
    return c;
}

/* ---- Arguments ------------------------------------------------------------- */

static void refused(const canvas *c, digit_field f, digit_status wanted, const char *words)
{
    const digit_image image = image_of(c);
    digit_reading *reading = (digit_reading *)&image;
    ck_assert_int_eq(digit_model_read_fields(model, &image, &f, 1, NULL, &reading), wanted);
    ck_assert_ptr_null(reading);
    ck_assert_msg(strstr(digit_last_error(), words), "%s", digit_last_error());
}

#define REFUSED(change, status, words)                                                         \
    do {                                                                                       \
        digit_field f = field();                                                               \
        (void)(change);                                                                        \
        refused(&c, f, status, words);                                                         \
    } while (0)

START_TEST(wrong_fields_are_named)
{
    canvas c = draw("1");
    const digit_image image = image_of(&c);
    digit_field two[2] = {field(), field()};
    digit_reading *reading;
    REFUSED(f.size = 3, DIGIT_ERR_ARGUMENT, "size");
    REFUSED(f.box.width = -1, DIGIT_ERR_ARGUMENT, "box");
    REFUSED(f.pattern = "dx", DIGIT_ERR_ARGUMENT, "character 2");
    REFUSED(f.max_digits = 64, DIGIT_ERR_ARGUMENT, "max_digits");
    REFUSED((f.min_digits = 3, f.max_digits = 2), DIGIT_ERR_ARGUMENT, "max_digits");
    REFUSED(f.allowed = 1024, DIGIT_ERR_ARGUMENT, "allowed");
    REFUSED(f.check = 8, DIGIT_ERR_ARGUMENT, "check 8");
    REFUSED(f.check = DIGIT_CHECK_IBAN, DIGIT_ERR_ARGUMENT, "country");
    REFUSED((f.check = DIGIT_CHECK_IBAN, f.country = "de"), DIGIT_ERR_ARGUMENT, "country");
    two[1].size--;
    ck_assert_int_eq(digit_model_read_fields(model, &image, two, 2, NULL, &reading),
                     DIGIT_ERR_ARGUMENT);
    ck_assert(strstr(digit_last_error(), "field 1"));
    ck_assert_int_eq(digit_model_read_fields(model, &image, two, 1025, NULL, &reading),
                     DIGIT_ERR_LIMIT);
    ck_assert_int_eq(digit_model_read_fields(NULL, &image, two, 1, NULL, &reading),
                     DIGIT_ERR_ARGUMENT);
    ck_assert_int_eq(digit_model_read_fields(model, NULL, two, 1, NULL, &reading),
                     DIGIT_ERR_ARGUMENT);
    ck_assert_int_eq(digit_model_read_fields(model, &image, NULL, 1, NULL, &reading),
                     DIGIT_ERR_ARGUMENT);
    ck_assert_int_eq(digit_model_read_fields(model, &image, two, 1, NULL, NULL),
                     DIGIT_ERR_ARGUMENT);
    free(c.pixels);
}
END_TEST

/* A struct of a later release, whose new members are 0. */
START_TEST(fields_may_be_longer)
{
    struct longer {
        digit_field field;
        uint64_t later;
    } fields[2];
    canvas c = draw("17");
    memset(fields, 0, sizeof fields);
    for (int i = 0; i < 2; i++)
        digit_field_init(&fields[i].field, sizeof fields[i]);
    digit_reading *reading = read_fields(&c, &fields[0].field, 2);
    size_t count;
    const digit_field_text *texts = digit_reading_fields(reading, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(texts[1].text, "17");
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

START_TEST(no_field_is_nothing)
{
    canvas c = draw("17");
    const digit_field f = field();
    size_t count = 7;
    digit_reading *reading = read_fields(&c, &f, 0);
    ck_assert_ptr_null(digit_reading_fields(reading, &count));
    ck_assert_uint_eq(count, 0);
    ck_assert_str_eq(digit_reading_text(reading), "");
    digit_reading_free(reading);
    count = 7;
    ck_assert_ptr_null(digit_reading_fields(NULL, &count));
    ck_assert_uint_eq(count, 0);
    free(c.pixels);
}
END_TEST

/* ---- Results --------------------------------------------------------------- */

/* A form with three fields, of which the second is empty. */
START_TEST(each_field_has_its_box)
{
    canvas c = draw("107");
    draw_text(&c, "7 7 1", 230, 140, 50); /* gaps as wide as a digit */
    digit_field fields[3] = {field(), field(), field()};
    fields[0].box = (digit_box){10, 20, 180, 80};
    fields[1].box = (digit_box){200, 20, 180, 80};
    fields[2].box = (digit_box){200, 120, 320, 80};
    digit_reading *reading = read_fields(&c, fields, 3);
    size_t count, glyph_count;
    const digit_field_text *texts = digit_reading_fields(reading, &count);
    const digit_glyph *glyphs = digit_reading_glyphs(reading, &glyph_count);
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(texts[0].text, "107");
    ck_assert_str_eq(texts[1].text, "");
    ck_assert_str_eq(texts[2].text, "771");
    ck_assert_uint_eq(texts[0].flags, DIGIT_FIELD_VALID);
    ck_assert_uint_eq(texts[1].flags, DIGIT_FIELD_EMPTY);
    ck_assert_uint_eq(texts[2].flags, DIGIT_FIELD_VALID);
    ck_assert(texts[0].confidence > 0.5f && texts[1].confidence <= 0);
    ck_assert(texts[2].first == 3 && texts[2].count == 3 && glyph_count == 6);
    for (size_t i = 0; i < glyph_count; i++)
        ck_assert(glyphs[i].line == (i < 3 ? 0 : 2) && glyphs[i].group == 0);
    ck_assert_int_ge(glyphs[3].box.x, 228);
    ck_assert_str_eq(digit_reading_text(reading), "107\n771");
    digit_reading_lines(reading, &count);
    ck_assert_uint_eq(count, 3);
    digit_reading_groups(reading, &count);
    ck_assert_uint_eq(count, 2);
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

static const struct {
    const char *drawn, *pattern, *text; /* text: NULL: none that fits */
} forms[] = {
    {"10/07", "dd/dd", "10/07"}, {"10.70", "d+[.,]dd", "10.70"}, {"-107", "-?d+", "-107"},
    {"107", "-?d+", "107"},      {"107", "dd/dd", NULL},
};

/* The networks are not sure of drawn digits and signs: the confidence is not asked for. */
START_TEST(patterns_tell_what_fits)
{
    canvas c = draw(forms[_i].drawn);
    digit_field f = field();
    f.pattern = forms[_i].pattern;
    digit_reading *reading = read_fields(&c, &f, 1);
    const digit_field_text *text = digit_reading_fields(reading, NULL);
    if (forms[_i].text)
        ck_assert_str_eq(text->text, forms[_i].text);
    else
        ck_assert_uint_eq(text->flags, 0);
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

START_TEST(checks_tell_what_is_valid)
{
    canvas right = draw("1010107"), wrong = draw("1010170");
    digit_field f = field();
    f.check = DIGIT_CHECK_LUHN;
    digit_reading *reading = read_fields(&right, &f, 1);
    ck_assert_str_eq(digit_reading_fields(reading, NULL)->text, "1010107");
    ck_assert_uint_eq(digit_reading_fields(reading, NULL)->flags, DIGIT_FIELD_VALID);
    digit_reading_free(reading);
    reading = read_fields(&wrong, &f, 1);
    ck_assert_uint_eq(digit_reading_fields(reading, NULL)->flags, 0);
    digit_reading_free(reading);
    free(right.pixels);
    free(wrong.pixels);
}
END_TEST

typedef struct seen {
    char texts[64][32];
    size_t count;
} seen;

static int accept_text(const char *text, void *user_data)
{
    seen *s = user_data;
    if (s->count < 64)
        strcpy(s->texts[s->count++], text);
    return strcmp(text, "107") == 0;
}

START_TEST(the_caller_decides)
{
    canvas c = draw("107");
    seen s = {.count = 0};
    digit_field f = field();
    f.accept = accept_text;
    f.user_data = &s;
    digit_reading *reading = read_fields(&c, &f, 1);
    ck_assert_str_eq(digit_reading_fields(reading, NULL)->text, "107");
    ck_assert_uint_eq(digit_reading_fields(reading, NULL)->flags, DIGIT_FIELD_VALID);
    ck_assert_uint_ge(s.count, 1);
    ck_assert_str_eq(s.texts[0], "107");
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

/* What the picture shows stays, whatever number of digits is asked for, if it has it; and a field
 * that can't be right is not valid. */
START_TEST(the_length_makes_nothing_wrong)
{
    canvas c = draw("10 70 1");
    digit_field f = field();
    f.min_digits = f.max_digits = 5;
    digit_reading *reading = read_fields(&c, &f, 1);
    ck_assert_str_eq(digit_reading_fields(reading, NULL)->text, "10701");
    ck_assert_uint_eq(digit_reading_fields(reading, NULL)->flags, DIGIT_FIELD_VALID);
    digit_reading_free(reading);
    f.min_digits = f.max_digits = 9;
    reading = read_fields(&c, &f, 1);
    ck_assert_uint_eq(digit_reading_fields(reading, NULL)->flags, 0);
    digit_reading_free(reading);
    free(c.pixels);
}
END_TEST

START_TEST(long_fields_are_refused)
{
    canvas c = blank(4000, 100);
    for (int x = 30; x < 3900; x += 90)
        draw_digit(&c, 7, x, 30);
    REFUSED(f.min_digits = 1, DIGIT_ERR_LIMIT, "field 0");
    free(c.pixels);
}
END_TEST

START_TEST(threads_do_not_matter)
{
    canvas c = draw("10.70");
    const digit_field f = field();
    digit_reading *one = read_fields(&c, &f, 1);
    assert_ok(digit_model_set_threads(model, 4));
    digit_reading *four = read_fields(&c, &f, 1);
    const digit_field_text *a = digit_reading_fields(one, NULL);
    const digit_field_text *b = digit_reading_fields(four, NULL);
    ck_assert_str_eq(a->text, b->text);
    ck_assert_mem_eq(&a->confidence, &b->confidence, sizeof a->confidence);
    digit_reading_free(one);
    digit_reading_free(four);
    free(c.pixels);
}
END_TEST

static const api_test tests[] = {
    API_TEST(wrong_fields_are_named),
    API_TEST(fields_may_be_longer),
    API_TEST(no_field_is_nothing),
    API_TEST(each_field_has_its_box),
    API_LOOP(patterns_tell_what_fits, 5),
    API_TEST(checks_tell_what_is_valid),
    API_TEST(the_caller_decides),
    API_TEST(the_length_makes_nothing_wrong),
    API_TEST(long_fields_are_refused),
    API_TEST(threads_do_not_matter),
};

int main(void)
{
    return API_RUN("fields", tests, 60, load_model, free_model);
}
