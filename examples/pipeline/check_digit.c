#include "check_digit.h"

#include <stddef.h>
#include <string.h>

/* From the right, every second digit counts double, its own digits added. */
static bool luhn(const char *digits)
{
    const size_t count = strlen(digits);
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        const int digit = digits[count - 1 - i] - '0';
        sum += i % 2 == 0 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9;
    }
    return count > 1 && sum % 10 == 0;
}

static bool mod11_10(const char *digits)
{
    const size_t count = strlen(digits);
    int product = 10;
    for (size_t i = 0; i + 1 < count; i++) {
        const int sum = (product + digits[i] - '0') % 10;
        product = (sum ? sum : 10) * 2 % 11;
    }
    return count > 1 && (product + digits[count - 1] - '0') % 10 == 1;
}

static bool mod97_10(const char *digits)
{
    int remainder = 0;
    for (const char *c = digits; *c; c++)
        remainder = (10 * remainder + *c - '0') % 97;
    return strlen(digits) > 2 && remainder == 1;
}

check_digit_fn check_digit_named(const char *name)
{
    static const struct {
        const char *name;
        check_digit_fn holds;
    } checks[] = {{"luhn", luhn}, {"mod11,10", mod11_10}, {"mod97,10", mod97_10}};
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (strcmp(name, checks[i].name) == 0)
            return checks[i].holds;
    }
    return NULL;
}
