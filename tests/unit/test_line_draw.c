/* Lines of writing drawn for training: named, within bounds, and of every kind. */
#include "data/line.h"

#include "../support/suite.h"
#include "../support/synthetic.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLES 100
#define COLUMNS 256
#define LINES 600
#define GUARD 64 /* bytes behind the pixels, floats behind the scratch */
#define GUARD_BYTE 0xA5

static digit_dataset *samples;
static float *scratch;
static uint8_t *pixels, *again;

static size_t pixels_of(uint32_t columns)
{
    return DG_LINE_ROWS * (size_t)columns;
}

static void set_up(void)
{
    const size_t most = pixels_of(DG_LINE_COLUMNS_MOST) + GUARD;
    samples = synthetic_dataset(1, SAMPLES);
    scratch = malloc((DG_LINE_SCRATCH(DG_LINE_COLUMNS_MOST) + GUARD) * sizeof *scratch);
    pixels = malloc(most);
    again = malloc(most);
    ck_assert(scratch && pixels && again);
}

static void tear_down(void)
{
    dg_dataset_free(samples);
    free(scratch);
    free(pixels);
    free(again);
}

static void draw(uint64_t name, float strength, uint32_t columns, uint8_t *into,
                 dg_line_text *text)
{
    dg_line_draw(samples, name % SAMPLES, strength, 1, name, columns, scratch, into, text);
}

static bool says(const dg_line_text *text, uint8_t label)
{
    for (uint32_t i = 0; i < text->count; i++)
        if (text->labels[i] == label)
            return true;
    return false;
}

static bool has_digit(const dg_line_text *text)
{
    for (uint8_t label = 0; label < DIGIT_CLASSES; label++)
        if (says(text, label))
            return true;
    return false;
}

START_TEST(the_same_name_gives_the_same_line)
{
    int other = 0;
    for (uint64_t name = 0; name < LINES / 4; name++) {
        dg_line_text text, text_again;
        draw(name, 1, COLUMNS, pixels, &text);
        memset(scratch, 0x5A, DG_LINE_SCRATCH(COLUMNS) * sizeof *scratch);
        draw(name, 1, COLUMNS, again, &text_again);
        ck_assert_mem_eq(again, pixels, pixels_of(COLUMNS));
        ck_assert_uint_eq(text_again.count, text.count);
        ck_assert_mem_eq(text_again.labels, text.labels, text.count);
        dg_line_draw(samples, name % SAMPLES, 1, 1, name + LINES, COLUMNS, scratch, again, &text);
        other += memcmp(again, pixels, pixels_of(COLUMNS)) != 0;
        dg_line_draw(samples, name % SAMPLES, 1, 2, name, COLUMNS, scratch, again, &text);
        other += memcmp(again, pixels, pixels_of(COLUMNS)) != 0;
    }
    ck_assert_int_ge(other, LINES / 2 - 2); /* two bare strips may be alike */
}
END_TEST

/* The line's own sample is its first digit; a few lines have none. */
START_TEST(a_line_has_its_digit)
{
    int without = 0, blank = 0;
    for (uint64_t name = 0; name < LINES; name++) {
        dg_line_text text;
        draw(name, 1, COLUMNS, pixels, &text);
        ck_assert_uint_le(text.count, DG_LINE_LABELS_MOST);
        for (uint32_t i = 0; i < text.count; i++)
            ck_assert_uint_lt(text.labels[i], DG_LINE_CLASSES);
        blank += text.count == 0;
        without += !has_digit(&text);
        uint32_t first = 0;
        while (first < text.count && text.labels[first] >= DIGIT_CLASSES)
            first++;
        if (first < text.count)
            ck_assert_uint_eq(text.labels[first], samples->labels[name % SAMPLES]);
    }
    ck_assert_int_gt(blank, 0);
    ck_assert_int_gt(without, blank); /* words alone, too */
    ck_assert_int_lt(without, LINES / 12);
}
END_TEST

START_TEST(every_label_comes)
{
    int lines[DG_LINE_CLASSES] = {0}, with_signs = 0;
    for (uint64_t name = 0; name < LINES; name++) {
        dg_line_text text;
        bool sign = false;
        draw(name, 1, COLUMNS, pixels, &text);
        for (uint8_t label = 0; label < DG_LINE_CLASSES; label++) {
            lines[label] += says(&text, label);
            sign = sign || (label >= DIGIT_CLASSES && label < DG_LINE_LETTER && says(&text, label));
        }
        with_signs += sign;
    }
    for (int label = 0; label < DG_LINE_CLASSES; label++)
        ck_assert_int_gt(lines[label], label < DIGIT_CLASSES ? LINES / 6 : LINES / 100);
    ck_assert_int_gt(with_signs, LINES / 4);
    ck_assert_int_lt(with_signs, LINES * 3 / 4);
}
END_TEST

/* Whether a column has ink, but for the grain of the synthetic samples. */
static bool column_has_ink(uint32_t column)
{
    for (uint32_t row = 0; row < DG_LINE_ROWS; row++)
        if (pixels[row * COLUMNS + column] >= 100)
            return true;
    return false;
}

/* As many runs of columns with ink as labels: digits clear of each other, none cut by an end. */
START_TEST(without_strength_digits_are_clear)
{
    for (uint64_t name = 0; name < LINES / 4; name++) {
        dg_line_text text;
        uint32_t runs = 0;
        draw(name, 0, COLUMNS, pixels, &text);
        for (uint32_t i = 0; i < text.count; i++)
            ck_assert_uint_lt(text.labels[i], DIGIT_CLASSES);
        for (uint32_t x = 1; x < COLUMNS; x++)
            runs += column_has_ink(x) && !column_has_ink(x - 1);
        ck_assert(!column_has_ink(0) && !column_has_ink(COLUMNS - 1));
        ck_assert_uint_eq(runs, text.count);
        ck_assert_uint_gt(text.count, 5);
    }
}
END_TEST

START_TEST(strength_counts)
{
    static const float strengths[] = {0, 0.3f, 1};
    int before = -1;
    for (size_t s = 0; s < sizeof strengths / sizeof *strengths; s++) {
        int signs = 0;
        for (uint64_t name = 0; name < LINES; name++) {
            dg_line_text text;
            draw(name, strengths[s], COLUMNS, pixels, &text);
            signs += says(&text, DG_LINE_LETTER);
        }
        ck_assert_int_gt(signs, before);
        before = signs;
    }
}
END_TEST

/* Nothing is written behind the pixels or the scratch, and every strip has what it says. */
START_TEST(any_width_will_do)
{
    static const uint32_t widths[] = {64, 65, 96, 127, 128, 200, 333, 512, 1000, 1024};
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        const size_t end = pixels_of(widths[w]), scratch_end = DG_LINE_SCRATCH(widths[w]);
        uint32_t most = 0;
        int without = 0;
        for (uint64_t name = 0; name < 150; name++) {
            dg_line_text text;
            memset(pixels + end, GUARD_BYTE, GUARD);
            memset(scratch + scratch_end, GUARD_BYTE, GUARD * sizeof *scratch);
            draw(name, name % 4 == 0 ? 0.5f : 1, widths[w], pixels, &text);
            for (size_t i = 0; i < GUARD; i++)
                ck_assert_uint_eq(pixels[end + i], GUARD_BYTE);
            for (size_t i = 0; i < GUARD * sizeof *scratch; i++)
                ck_assert_uint_eq(((const uint8_t *)(scratch + scratch_end))[i], GUARD_BYTE);
            ck_assert(!has_digit(&text) || says(&text, samples->labels[name % SAMPLES]));
            without += !has_digit(&text);
            most = text.count > most ? text.count : most;
        }
        ck_assert_int_lt(without, 20);
        ck_assert_uint_ge(most, widths[w] / 32);
        ck_assert_uint_le(most, DG_LINE_LABELS_MOST);
    }
}
END_TEST

/* Samples without ink are no digits of a line, and full ones are. */
START_TEST(any_samples_will_do)
{
    uint8_t bytes[2 * DIGIT_SAMPLE_BYTES] = {0};
    const uint8_t labels[] = {3, 8};
    digit_dataset *odd;
    memset(bytes + DIGIT_SAMPLE_BYTES, 255, DIGIT_SAMPLE_BYTES);
    ck_assert_int_eq(dg_dataset_create(bytes, labels, 2, &odd), DIGIT_OK);
    for (uint64_t name = 0; name < 150; name++) {
        dg_line_text text;
        dg_line_draw(odd, name % 2, 0, 1, name, COLUMNS, scratch, pixels, &text);
        ck_assert(!says(&text, 3));
        dg_line_draw(odd, name % 2, 1, 1, name, COLUMNS, scratch, pixels, &text);
    }
    dg_dataset_free(odd);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("line_draw");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, the_same_name_gives_the_same_line);
    tcase_add_test(tcase, a_line_has_its_digit);
    tcase_add_test(tcase, every_label_comes);
    tcase_add_test(tcase, without_strength_digits_are_clear);
    tcase_add_test(tcase, strength_counts);
    tcase_add_test(tcase, any_width_will_do);
    tcase_add_test(tcase, any_samples_will_do);
    return suite_run("line_draw", tcase);
}
