/* Check digits: numbers that are printed in the standards or on things. */
#include "read/checks.h"

#include "../support/suite.h"

#include <string.h>

static const struct {
    uint32_t check;
    const char *country, *digits;
} right[] = {
    {DIGIT_CHECK_LUHN, NULL, "79927398713"},
    {DIGIT_CHECK_LUHN, NULL, "4111111111111111"},
    {DIGIT_CHECK_LUHN, NULL, "490154203237518"},
    {DIGIT_CHECK_ISBN10, NULL, "0306406152"},
    {DIGIT_CHECK_ISBN13, NULL, "9780306406157"},
    {DIGIT_CHECK_EAN, NULL, "4006381333931"},
    {DIGIT_CHECK_EAN, NULL, "73513537"},
    {DIGIT_CHECK_EAN, NULL, "036000291452"},
    {DIGIT_CHECK_IBAN, "DE", "89370400440532013000"},
    {DIGIT_CHECK_IBAN, "AT", "611904300234573201"},
    {DIGIT_CHECK_MOD11_10, NULL, "86095742719"},
    {DIGIT_CHECK_MOD97_10, NULL, "79444"},
};

#define RIGHT (int)(sizeof right / sizeof *right)

START_TEST(right_numbers_hold)
{
    ck_assert(dg_check_holds(right[_i].check, right[_i].country, right[_i].digits));
}
END_TEST

/* Every one of these finds any single wrong digit. */
START_TEST(one_wrong_digit_is_found)
{
    char digits[64];
    strcpy(digits, right[_i].digits);
    for (char *at = digits; *at; at++)
        for (char other = '0'; other <= '9'; other++) {
            const char was = *at;
            *at = other;
            ck_assert_int_eq(dg_check_holds(right[_i].check, right[_i].country, digits),
                             other == was);
            *at = was;
        }
}
END_TEST

START_TEST(lengths_count)
{
    ck_assert(!dg_check_holds(DIGIT_CHECK_LUHN, NULL, ""));
    ck_assert(!dg_check_holds(DIGIT_CHECK_LUHN, NULL, "0"));
    ck_assert(!dg_check_holds(DIGIT_CHECK_ISBN10, NULL, "00000000000"));
    ck_assert(!dg_check_holds(DIGIT_CHECK_ISBN13, NULL, "4006381333931"));
    ck_assert(!dg_check_holds(DIGIT_CHECK_EAN, NULL, "0000000"));
    ck_assert(!dg_check_holds(DIGIT_CHECK_IBAN, "DE", "98"));
    ck_assert(dg_check_holds(DIGIT_CHECK_NONE, NULL, "7"));
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("checks");
    tcase_add_loop_test(tcase, right_numbers_hold, 0, RIGHT);
    tcase_add_loop_test(tcase, one_wrong_digit_is_found, 0, RIGHT);
    tcase_add_test(tcase, lengths_count);
    return suite_run("checks", tcase);
}
