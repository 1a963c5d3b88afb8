/*
 * pattern.h - what a field may say: a regular language of labels, as a nondeterministic automaton.
 *
 * A pattern is a sequence of elements; a state is the place in front of one, a set of states one
 * word (Baeza-Yates and Gonnet, "A new approach to text searching", CACM 1992).
 */
#ifndef DG_READ_PATTERN_H
#define DG_READ_PATTERN_H

#include <digit/digit.h>
#include <stdbool.h>

/* States are bits: one in front of each element, and the end. */
#define DG_PATTERN_MOST 63

typedef struct dg_pattern {
    uint32_t labels[DG_PATTERN_MOST]; /* [count]: bit c: an element may be label c */
    uint64_t optional;                /* elements that may be left out */
    uint64_t repeated;                /* elements that may be said more than once */
    uint32_t passed; /* labels that may come anywhere, and say nothing */
    uint32_t count;
} dg_pattern;

/*
 * Compile "dd/dd/dddd", "d+[.,]dd", "-?d+": `d` is a digit of `allowed`, 0 .. 9 . , - / : % are
 * themselves, \+ a plus sign, [...] one of several; ? behind an element: or nothing, + and *: as
 * often as there are. DIGIT_ERR_ARGUMENT: it is none, with the place; DIGIT_ERR_LIMIT: it is too
 * long.
 */
digit_status dg_pattern_compile(const char *text, uint32_t allowed, dg_pattern *pattern);

/* min .. max digits of `allowed`, max 0: any number; signs may stand anywhere. */
void dg_pattern_count(uint32_t min, uint32_t max, uint32_t allowed, dg_pattern *pattern);

/* The states before the first label. */
uint64_t dg_pattern_begin(const dg_pattern *pattern);

/* The states after one more label; 0: it may not come there. */
uint64_t dg_pattern_next(const dg_pattern *pattern, uint64_t states, uint32_t label);

/* May a text end in these states? */
bool dg_pattern_ends(const dg_pattern *pattern, uint64_t states);

#endif
