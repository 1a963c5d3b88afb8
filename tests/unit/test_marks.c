/* Signs in the text of a reading, and what becomes of them when words are left out. */
#include "read/context.h"

#include "../support/suite.h"

#include <string.h>

/*
 * A reading from a text as it should look with signs: digits and signs one after the other, a blank
 * for a gap, '|' for a new line. A digit 'o' is a letter: nothing of its group is likely to be a
 * digit. A sign begins a group.
 */
static digit_reading *make(const char *text)
{
    static const char signs[] = ".,-/:+%*"; /* the last one stands for DIGIT_MARK_OTHER */
    digit_reading *reading;
    uint32_t line = 0, group = 0;
    ck_assert_int_eq(dg_reading_create(&reading), DIGIT_OK);
    bool begins = true;
    for (const char *c = text; *c; c++) {
        const char *sign = strchr(signs, *c);
        if (*c == '|' || *c == ' ' || sign) {
            begins = true;
            line += *c == '|';
            group = *c == '|' ? 0 : group + 1;
        }
        if (sign) {
            const digit_mark mark = {
                .line = line,
                .glyph = (uint32_t)reading->count,
                .kind = (uint32_t)(sign - signs),
                .confidence = 0.9f,
            };
            const dg_reading_mark gaps = {c > text && c[-1] == ' ', c[1] == ' '};
            ck_assert_int_eq(dg_reading_add_mark(reading, &mark, gaps), DIGIT_OK);
        } else if (*c != '|' && *c != ' ') {
            digit_glyph glyph = {.line = line, .group = group};
            const bool letter = *c == 'o';
            glyph.prediction.digit = letter ? 0 : *c - '0';
            glyph.prediction.other = letter ? 1 : 0;
            glyph.prediction.confidence = letter ? 0 : 1;
            glyph.prediction.probabilities[glyph.prediction.digit] = 1;
            if (begins) {
                ck_assert_int_eq(dg_reading_add_group(reading, line, group), DIGIT_OK);
                ck_assert_int_eq(dg_reading_add_candidate(reading, "0", 1, 1), DIGIT_OK);
            }
            begins = false;
            ck_assert_int_eq(dg_reading_add_glyph(reading, &glyph), DIGIT_OK);
        }
    }
    return reading;
}

static const struct {
    const char *text, *signs, *plain;
} cases[] = {
    {"12.50", "12.50", "12 50"},
    {"-3", "-3", "3"},
    {"45%", "45%", "45"},
    {"45 %", "45 %", "45"},
    {"12/05/2026", "12/05/2026", "12 05 2026"},
    {"12 05", "12 05", "12 05"},
    {"1 - 2", "1 - 2", "1 2"},
    {"1- 2", "1- 2", "1 2"},
    {"1 -2", "1 -2", "1 2"},
    {"+49 664-12", "+49 664-12", "49 664 12"},
    {"1.|2", "1.\n2", "1\n2"},
    {"1|.2", "1\n.2", "1\n2"},
    {"1-|-2", "1-\n-2", "1\n2"},
    {"..1", "..1", "1"},
    {"1*2.5", "1 2.5", "1 2 5"},
    {"*1", "1", "1"},
    {"1*|2", "1\n2", "1\n2"},
    {"", "", ""},
};

#define CASES (int)(sizeof cases / sizeof cases[0])

START_TEST(writes_signs_where_they_stand)
{
    for (int signs = 0; signs < 2; signs++) {
        digit_reading *reading = make(cases[_i].text);
        ck_assert_int_eq(dg_reading_finish(reading, signs), DIGIT_OK);
        ck_assert_str_eq(reading->text, signs ? cases[_i].signs : cases[_i].plain);
        dg_reading_free(reading);
    }
}
END_TEST

/* Lines of words go with their signs; signs beside what stays, stay. */
static const struct {
    const char *text, *left;
} words[] = {
    {"12.50|oo-o|3,4", "12.50\n3,4"},
    {"oo|12.50", "12.50"},
    {"oo-o", ""},
    {"oo 12.5", "12.5"},
    {"1:2 oo|-7", "1:2\n-7"},
};

START_TEST(follows_what_is_left_out)
{
    digit_reading *reading = make(words[_i].text);
    ck_assert_int_eq(dg_context_leave_out(reading), DIGIT_OK);
    ck_assert_int_eq(dg_reading_finish(reading, true), DIGIT_OK);
    ck_assert_str_eq(reading->text, words[_i].left);
    for (size_t i = 0; i < reading->mark_count; i++)
        ck_assert_uint_le(reading->marks[i].glyph, reading->count);
    dg_reading_free(reading);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("marks");
    tcase_add_loop_test(tcase, writes_signs_where_they_stand, 0, CASES);
    tcase_add_loop_test(tcase, follows_what_is_left_out, 0, (int)(sizeof words / sizeof words[0]));
    return suite_run("marks", tcase);
}
