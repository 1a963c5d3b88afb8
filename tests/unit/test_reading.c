/* What was read: text, groups, rejected digits, letters known by their company. */
#include "tasks/context.h"
#include "tasks/patience.h"
#include "tasks/reading.h"

#include "../support/suite.h"

#include <string.h>

static digit_glyph glyph_of(int digit, uint32_t line, uint32_t group, float confidence)
{
    digit_glyph glyph = {.line = line, .group = group};
    glyph.prediction.digit = digit;
    glyph.prediction.probabilities[digit] = confidence;
    glyph.prediction.confidence = confidence;
    return glyph;
}

/* Add a group of digits; '?' stands for a doubtful 0. */
static void add(digit_reading *reading, uint32_t line, uint32_t group, const char *digits)
{
    ck_assert_int_eq(dg_reading_add_group(reading, line, group), DIGIT_OK);
    for (const char *c = digits; *c; c++) {
        const digit_glyph glyph = *c == '?' ? glyph_of(0, line, group, 0.4f)
                                            : glyph_of(*c - '0', line, group, 0.99f);
        ck_assert_int_eq(dg_reading_add_glyph(reading, &glyph), DIGIT_OK);
    }
    ck_assert_int_eq(dg_reading_add_candidate(reading, digits, strlen(digits), 0.5), DIGIT_OK);
}

START_TEST(text_has_spaces_and_lines)
{
    digit_reading *reading;
    ck_assert_int_eq(dg_reading_create(&reading), DIGIT_OK);
    add(reading, 0, 0, "12");
    add(reading, 0, 1, "3?5");
    add(reading, 1, 0, "6");
    dg_reading_reject(reading, 0.5f);
    ck_assert_int_eq(dg_reading_finish(reading), DIGIT_OK);
    ck_assert_str_eq(reading->text, "12 3?5\n6");
    ck_assert_str_eq(reading->strings + reading->candidates[1].text, "3?5");
    ck_assert(reading->glyphs[3].flags == DIGIT_GLYPH_REJECTED);
    dg_reading_free(reading);
}
END_TEST

START_TEST(empty_is_empty)
{
    digit_reading *reading;
    ck_assert_int_eq(dg_reading_create(&reading), DIGIT_OK);
    dg_reading_reject(reading, 1);
    dg_context_apply(reading, NULL);
    ck_assert_int_eq(dg_reading_finish(reading), DIGIT_OK);
    ck_assert_str_eq(reading->text, "");
    dg_reading_free(reading);
    dg_reading_free(NULL);
}
END_TEST

START_TEST(too_many_digits_are_refused)
{
    const digit_glyph glyph = glyph_of(1, 0, 0, 1);
    digit_reading *reading;
    ck_assert_int_eq(dg_reading_create(&reading), DIGIT_OK);
    for (int i = 0; i < DG_READING_MAX; i++)
        ck_assert_int_eq(dg_reading_add_glyph(reading, &glyph), DIGIT_OK);
    ck_assert_int_eq(dg_reading_add_glyph(reading, &glyph), DIGIT_ERR_LIMIT);
    dg_reading_free(reading);
}
END_TEST

static void apply(digit_reading *reading)
{
    float sure[32];
    for (size_t i = 0; i < reading->count; i++)
        sure[i] = reading->glyphs[i].prediction.confidence;
    dg_context_apply(reading, sure);
}

/* Words lose their digits, numbers beside them keep theirs. */
START_TEST(company_tells_letters)
{
    digit_reading *reading;
    ck_assert_int_eq(dg_reading_create(&reading), DIGIT_OK);
    add(reading, 0, 0, "?1??0?");
    add(reading, 0, 1, "??5");
    add(reading, 1, 0, "4711");
    apply(reading);
    ck_assert(reading->glyphs[1].prediction.confidence < 0.3f);
    ck_assert(reading->glyphs[1].prediction.other > 0.7f);
    ck_assert(reading->glyphs[8].prediction.confidence < 0.3f);
    for (size_t i = 9; i < 13; i++)
        ck_assert(reading->glyphs[i].prediction.confidence > 0.5f);
    dg_reading_free(reading);
    ck_assert_int_eq(dg_reading_create(&reading), DIGIT_OK);
    add(reading, 0, 0, "47?1");
    add(reading, 0, 1, "123456");
    apply(reading);
    ck_assert(reading->glyphs[0].prediction.confidence > 0.85f);
    ck_assert(reading->glyphs[5].prediction.confidence > 0.97f);
    dg_reading_free(reading);
}
END_TEST

START_TEST(patience_ends)
{
    const dg_patience none = dg_patience_begin(0), some = dg_patience_begin(60000);
    const dg_patience little = dg_patience_begin(1);
    const struct timespec wait = {0, 5000000};
    ck_assert_int_eq(dg_patience_check(&none), DIGIT_OK);
    ck_assert_int_eq(dg_patience_check(&some), DIGIT_OK);
    nanosleep(&wait, NULL);
    ck_assert_int_eq(dg_patience_check(&little), DIGIT_ERR_TIMEOUT);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("reading");
    tcase_add_test(tcase, text_has_spaces_and_lines);
    tcase_add_test(tcase, empty_is_empty);
    tcase_add_test(tcase, too_many_digits_are_refused);
    tcase_add_test(tcase, company_tells_letters);
    tcase_add_test(tcase, patience_ends);
    return suite_run("reading", tcase);
}
