/* What a field may say. */
#include "read/pattern.h"

#include "../support/suite.h"
#include "base/alphabet.h"
#include "base/error.h"

#include <string.h>

#define ALL 0x3ffu

/* Characters of a text as labels; 'w' is a word. */
static uint32_t label_of(char c)
{
    static const char letters[] = "0123456789.,-/:+%w";
    return (uint32_t)(strchr(letters, c) - letters);
}

static bool accepts(const dg_pattern *pattern, const char *text)
{
    uint64_t states = dg_pattern_begin(pattern);
    for (; *text; text++)
        states = dg_pattern_next(pattern, states, label_of(*text));
    return dg_pattern_ends(pattern, states);
}

static const struct {
    const char *pattern, *right[4], *wrong[6];
} patterns[] = {
    {"dd/dd/dddd", {"12/05/2026", "1w2/05/2026"}, {"", "12/05/202", "12/05/20261", "12.05.2026"}},
    {"d+,dd", {"1,50", "123456,50"}, {",50", "1,5", "1,500", "150"}},
    {"-?d+", {"5", "-5", "-123"}, {"-", "", "--5", "5-"}},
    {"d+[.,]dd", {"1.50", "1,50"}, {"1:50", "150", "1.,50"}},
    {"20dd", {"2026", "2000"}, {"1926", "202", "20261"}},
    {"\\+?d*", {"", "+", "+12", "12"}, {"++", "1+"}},
    {"dddd dddd", {"12345678"}, {"1234", "123456789"}},
    {"[12]?d:dd", {"9:05", "12:30"}, {"32:30", "123:30"}},
    {"d?d?d?", {"", "1", "123"}, {"1234"}},
};

START_TEST(patterns_accept_what_they_say)
{
    dg_pattern pattern;
    ck_assert_int_eq(dg_pattern_compile(patterns[_i].pattern, ALL, &pattern), DIGIT_OK);
    for (size_t i = 0; i < 4 && patterns[_i].right[i]; i++)
        ck_assert_msg(accepts(&pattern, patterns[_i].right[i]), "%s", patterns[_i].right[i]);
    for (size_t i = 0; i < 6 && patterns[_i].wrong[i]; i++)
        ck_assert_msg(!accepts(&pattern, patterns[_i].wrong[i]), "%s", patterns[_i].wrong[i]);
}
END_TEST

START_TEST(allowed_digits_are_those_of_d)
{
    dg_pattern pattern;
    ck_assert_int_eq(dg_pattern_compile("d9", 1u << 1 | 1u << 2, &pattern), DIGIT_OK);
    ck_assert(accepts(&pattern, "19") && accepts(&pattern, "29") && !accepts(&pattern, "39"));
}
END_TEST

START_TEST(wrong_patterns_are_named)
{
    static const struct {
        const char *text, *words;
    } wrong[] = {{"", "empty"},    {"dx", "character 2"}, {"+d", "\\+"}, {"[", "[]"},
                 {"[d", "missing"}, {"[]", "[]"},          {"?d", "not d"}, {"d\\", "not d"}};
    char longest[DG_PATTERN_MOST + 2];
    dg_pattern pattern;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_int_eq(dg_pattern_compile(wrong[i].text, ALL, &pattern), DIGIT_ERR_ARGUMENT);
        ck_assert_msg(strstr(dg_error_text(), wrong[i].words), "%s", dg_error_text());
    }
    memset(longest, 'd', sizeof longest);
    longest[DG_PATTERN_MOST + 1] = '\0';
    ck_assert_int_eq(dg_pattern_compile(longest, ALL, &pattern), DIGIT_ERR_LIMIT);
    longest[DG_PATTERN_MOST] = '\0';
    ck_assert_int_eq(dg_pattern_compile(longest, ALL, &pattern), DIGIT_OK);
    ck_assert(accepts(&pattern, "012345678901234567890123456789012345678901234567890123456789012"));
}
END_TEST

START_TEST(numbers_of_digits_are_patterns)
{
    dg_pattern pattern;
    dg_pattern_count(2, 3, ALL, &pattern);
    ck_assert(!accepts(&pattern, "1") && accepts(&pattern, "12") && accepts(&pattern, "1.2w3"));
    ck_assert(!accepts(&pattern, "1234"));
    dg_pattern_count(2, 0, ALL, &pattern);
    ck_assert(!accepts(&pattern, "1") && accepts(&pattern, "1234567890123456789012345678901234"));
    dg_pattern_count(DG_PATTERN_MOST, DG_PATTERN_MOST, ALL, &pattern);
    ck_assert(!accepts(&pattern, "123"));
    dg_pattern_count(0, 0, ALL, &pattern);
    ck_assert(accepts(&pattern, "") && accepts(&pattern, "12"));
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("pattern");
    tcase_add_loop_test(tcase, patterns_accept_what_they_say, 0,
                        (int)(sizeof patterns / sizeof *patterns));
    tcase_add_test(tcase, allowed_digits_are_those_of_d);
    tcase_add_test(tcase, wrong_patterns_are_named);
    tcase_add_test(tcase, numbers_of_digits_are_patterns);
    return suite_run("pattern", tcase);
}
