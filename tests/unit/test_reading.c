/* What was read: text, groups, rejected digits, letters known by their context. */
#include "read/context.h"
#include "base/deadline.h"
#include "read/reading.h"

#include "../support/suite.h"

#include <stdbool.h>
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
    ck_assert_int_eq(dg_reading_finish(reading, false), DIGIT_OK);
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
    dg_context_apply(reading, &(dg_context){0});
    ck_assert_int_eq(dg_reading_finish(reading, false), DIGIT_OK);
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
    for (int i = 0; i < DG_READING_ROOM; i++)
        ck_assert_int_eq(dg_reading_add_glyph(reading, &glyph), DIGIT_OK);
    ck_assert_int_eq(dg_reading_add_glyph(reading, &glyph), DIGIT_ERR_LIMIT);
    ck_assert_int_eq(dg_reading_finish(reading, false), DIGIT_ERR_LIMIT);
    reading->count = DG_READING_MAX; /* as when the others were left out */
    ck_assert_int_eq(dg_reading_finish(reading, false), DIGIT_OK);
    dg_reading_free(reading);
}
END_TEST

static void apply(digit_reading *reading)
{
    float confidence[32];
    for (size_t i = 0; i < reading->count; i++)
        confidence[i] = reading->glyphs[i].prediction.confidence;
    dg_context_apply(reading, &(dg_context){.confidence = confidence});
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
    const dg_deadline none = dg_deadline_begin(0), some = dg_deadline_begin(60000);
    const dg_deadline little = dg_deadline_begin(1);
    const struct timespec wait = {0, 5000000};
    ck_assert_int_eq(dg_deadline_check(&none), DIGIT_OK);
    ck_assert_int_eq(dg_deadline_check(&some), DIGIT_OK);
    nanosleep(&wait, NULL);
    ck_assert_int_eq(dg_deadline_check(&little), DIGIT_ERR_TIMEOUT);
}
END_TEST

/* The confidence of a digit that has these letters beside its group and on its page. */
static float confidence_beside(uint32_t letters, size_t page_letters)
{
    const float confidence[] = {0.99f, 0.99f, 0.99f, 0.99f};
    const uint32_t beside[] = {0, letters};
    digit_reading *reading;
    ck_assert_int_eq(dg_reading_create(&reading), DIGIT_OK);
    add(reading, 0, 0, "47");
    add(reading, 0, 1, "11");
    dg_context_apply(reading, &(dg_context){confidence, beside, page_letters});
    const float found = reading->glyphs[2].prediction.confidence;
    dg_reading_free(reading);
    return found;
}

START_TEST(letters_beside_digits_make_a_word)
{
    const float alone = confidence_beside(0, 0), word = confidence_beside(4, 4);
    ck_assert_float_gt(alone, 0.95f);
    ck_assert_float_lt(word, 0.3f);
    ck_assert_float_lt(confidence_beside(2, 2), alone);
    ck_assert_float_gt(confidence_beside(2, 2), word);
}
END_TEST

/* Letters all over the page make a word of a group more likely, but only up to a point. */
START_TEST(letters_of_the_page_count_less)
{
    const float some = confidence_beside(0, 1), many = confidence_beside(0, 100);
    ck_assert_float_lt(some, confidence_beside(0, 0));
    ck_assert_float_lt(many, some);
    ck_assert_float_eq(confidence_beside(0, 100000), many);
    ck_assert_float_gt(many, 0.4f);
}
END_TEST

/* A group whose digits stand so: `left` pixels from the left, 20 wide and 30 high. */
static void add_at(digit_reading *reading, uint32_t line, uint32_t group, const char *digits,
                   int32_t left, bool likely, bool mark)
{
    ck_assert_int_eq(dg_reading_add_group(reading, line, group), DIGIT_OK);
    for (const char *c = digits; *c; c++) {
        digit_glyph glyph = glyph_of(*c - '0', line, group, likely ? 0.99f : 0.05f);
        glyph.box = (digit_box){left + 22 * (int32_t)(c - digits), 0, 20, 30};
        glyph.flags |= mark && c == digits ? DIGIT_GLYPH_MARK : 0;
        ck_assert_int_eq(dg_reading_add_glyph(reading, &glyph), DIGIT_OK);
    }
    ck_assert_int_eq(dg_reading_add_candidate(reading, digits, strlen(digits), 0.5), DIGIT_OK);
}

static void leave_out(digit_reading *reading)
{
    ck_assert_int_eq(dg_context_leave_out(reading), DIGIT_OK);
    dg_reading_reject(reading, 0);
    ck_assert_int_eq(dg_reading_finish(reading, false), DIGIT_OK);
}

START_TEST(words_are_left_out)
{
    digit_reading *reading;
    ck_assert_int_eq(dg_reading_create(&reading), DIGIT_OK);
    add_at(reading, 0, 0, "631", 0, false, false);
    add_at(reading, 1, 0, "1107", 0, false, false);
    add_at(reading, 1, 1, "42", 300, true, false);
    add_at(reading, 1, 2, "17", 400, true, true);
    add_at(reading, 2, 0, "5", 0, true, false);
    leave_out(reading);
    ck_assert_str_eq(reading->text, "42 17\n5");
    ck_assert_uint_eq(reading->group_count, 3);
    ck_assert_str_eq(reading->strings + reading->candidates[reading->groups[1].first].text, "17");
    ck_assert(reading->groups[1].line == 0 && reading->groups[1].group == 1);
    ck_assert(reading->glyphs[2].line == 0 && reading->glyphs[2].group == 1);
    ck_assert(reading->glyphs[4].line == 1 && reading->glyphs[4].group == 0);
    dg_reading_free(reading);
}
END_TEST

START_TEST(what_a_sign_joins_stays)
{
    digit_reading *reading;
    ck_assert_int_eq(dg_reading_create(&reading), DIGIT_OK);
    add_at(reading, 0, 0, "12", 0, true, false);
    add_at(reading, 0, 1, "50", 50, false, true); /* 12.50 */
    add_at(reading, 0, 2, "71", 200, false, true); /* far away */
    add_at(reading, 1, 0, "3", 0, false, false);
    add_at(reading, 1, 1, "75", 30, true, true); /* 3.75 */
    leave_out(reading);
    ck_assert_str_eq(reading->text, "12 ??\n? 75");
    ck_assert(reading->glyphs[2].flags & DIGIT_GLYPH_REJECTED);
    dg_reading_free(reading);
}
END_TEST

START_TEST(nothing_is_left_of_words_alone)
{
    digit_reading *reading;
    ck_assert_int_eq(dg_reading_create(&reading), DIGIT_OK);
    add_at(reading, 0, 0, "631", 0, false, false);
    leave_out(reading);
    ck_assert_str_eq(reading->text, "");
    ck_assert_uint_eq(reading->count, 0);
    dg_reading_free(reading);
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
    tcase_add_test(tcase, letters_beside_digits_make_a_word);
    tcase_add_test(tcase, letters_of_the_page_count_less);
    tcase_add_test(tcase, words_are_left_out);
    tcase_add_test(tcase, what_a_sign_joins_stays);
    tcase_add_test(tcase, nothing_is_left_of_words_alone);
    return suite_run("reading", tcase);
}
