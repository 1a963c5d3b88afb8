#include "read/checks.h"

#include <string.h>

/* ISO/IEC 7812-1, annex B: from the right, every second digit counts double, its own digits
 * added. */
static bool luhn(const char *digits, size_t count)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        const int digit = digits[count - 1 - i] - '0';
        sum += i % 2 == 0 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9;
    }
    return count > 1 && sum % 10 == 0;
}

/* ISO 2108 before 2007: weights 10 to 1, modulo 11. */
static bool isbn10(const char *digits, size_t count)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (10 - (int)i) * (digits[i] - '0');
    return count == 10 && sum % 11 == 0;
}

/* GS1: from the right, weights 1 and 3, modulo 10. */
static bool gs1(const char *digits, size_t count)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (digits[count - 1 - i] - '0') * (i % 2 == 0 ? 1 : 3);
    return count > 1 && sum % 10 == 0;
}

static bool isbn13(const char *digits, size_t count)
{
    return count == 13 && (!strncmp(digits, "978", 3) || !strncmp(digits, "979", 3)) &&
           gs1(digits, count);
}

static bool ean(const char *digits, size_t count)
{
    return (count == 8 || count == 12 || count == 13 || count == 14) && gs1(digits, count);
}

/* ISO/IEC 7064, MOD 11,10. */
static bool mod11_10(const char *digits, size_t count)
{
    int product = 10;
    for (size_t i = 0; i + 1 < count; i++) {
        const int sum = (product + digits[i] - '0') % 10;
        product = (sum ? sum : 10) * 2 % 11;
    }
    return count > 1 && (product + digits[count - 1] - '0') % 10 == 1;
}

static int remainder97(int remainder, const char *digits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        remainder = (10 * remainder + digits[i] - '0') % 97;
    return remainder;
}

/* ISO/IEC 7064, MOD 97-10. */
static bool mod97_10(const char *digits, size_t count)
{
    return count > 2 && remainder97(0, digits, count) == 1;
}

/* ISO 13616: the account, then the country, A = 10 .. Z = 35, then the check digits, which stand in
 * front; at most 34 characters. */
static bool iban(const char *country, const char *digits, size_t count)
{
    if (count < 13 || count > 32)
        return false;
    int remainder = remainder97(0, digits + 2, count - 2);
    for (int i = 0; i < 2; i++)
        remainder = (100 * remainder + country[i] - 'A' + 10) % 97;
    return remainder97(remainder, digits, 2) == 1;
}

bool dg_check_holds(uint32_t check, const char *country, const char *digits)
{
    const size_t count = strlen(digits);
    switch (check) {
    case DIGIT_CHECK_LUHN: return luhn(digits, count);
    case DIGIT_CHECK_ISBN10: return isbn10(digits, count);
    case DIGIT_CHECK_ISBN13: return isbn13(digits, count);
    case DIGIT_CHECK_EAN: return ean(digits, count);
    case DIGIT_CHECK_IBAN: return iban(country, digits, count);
    case DIGIT_CHECK_MOD11_10: return mod11_10(digits, count);
    case DIGIT_CHECK_MOD97_10: return mod97_10(digits, count);
    default: return true;
    }
}

double dg_check_chance(uint32_t check)
{
    switch (check) {
    case DIGIT_CHECK_NONE: return 1;
    case DIGIT_CHECK_IBAN:
    case DIGIT_CHECK_MOD97_10: return 1 / 97.0;
    case DIGIT_CHECK_ISBN10: return 1 / 11.0;
    default: return 0.1;
    }
}
