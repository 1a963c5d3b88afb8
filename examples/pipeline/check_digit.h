/* check_digit.h - numbers that carry their own check. */
#ifndef EXAMPLES_CHECK_DIGIT_H
#define EXAMPLES_CHECK_DIGIT_H

#include <stdbool.h>

/* Whether a string of digits ends in the check digits that the ones before ask for. */
typedef bool (*check_digit_fn)(const char *digits);

/*
 * By name, or NULL:
 *   "luhn"      ISO/IEC 7812: bank cards, IMEI
 *   "mod11,10"  ISO 7064, one check digit: tax numbers
 *   "mod97,10"  ISO 7064, two check digits: invoices, with letters IBAN
 */
check_digit_fn check_digit_named(const char *name);

#endif
