/* checks.h - numbers that carry check digits. */
#ifndef DG_READ_CHECKS_H
#define DG_READ_CHECKS_H

#include <digit/digit.h>
#include <stdbool.h>

/* Do the check digits of a string of digits hold? check: DIGIT_CHECK_...; country: two letters in
 * front of it, for an IBAN. */
bool dg_check_holds(uint32_t check, const char *country, const char *digits);

/* The share of wrong numbers that hold by chance. */
double dg_check_chance(uint32_t check);

#endif
