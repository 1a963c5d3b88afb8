#include "read/pattern.h"

#include "base/alphabet.h"
#include "base/error.h"

#include <string.h>

#define DIGITS  ((1u << DIGIT_CLASSES) - 1)
#define LETTERS (1u << DG_LINE_LETTER)
#define SIGNS   ((1u << DG_LINE_CLASSES) - 1 - DIGITS - LETTERS)

/* ---- Compiling ----------------------------------------------------------------- */

typedef struct parser {
    const char *text, *at;
    uint32_t allowed;
} parser;

static digit_status fail_at(const parser *p, const char *what)
{
    return dg_fail(DIGIT_ERR_ARGUMENT, "pattern \"%s\", character %td: %s", p->text,
                   p->at - p->text + 1, what);
}

/* The labels, as bits, of a digit or a sign that stands for itself; 0: it is none. */
static uint32_t own_label(char c)
{
    static const char characters[] = DG_LINE_CHARACTERS;
    const char *found = c ? strchr(characters, c) : NULL;
    return found ? 1u << (found - characters) : 0;
}

/* One character, or two with a backslash: the labels that it stands for. */
static digit_status parse_label(parser *p, uint32_t *labels)
{
    const bool escaped = *p->at == '\\';
    p->at += escaped;
    const char c = *p->at;
    if (c == 'd' && !escaped)
        *labels |= p->allowed;
    else if (own_label(c) && (escaped || c != '+'))
        *labels |= own_label(c);
    else
        return fail_at(p, c == '+' ? "nothing to repeat; a plus sign is \\+"
                                   : "not d, a digit, a sign, or [");
    p->at++;
    return DIGIT_OK;
}

static digit_status parse_element(parser *p, uint32_t *labels)
{
    *labels = 0;
    if (*p->at != '[')
        return parse_label(p, labels);
    digit_status status = DIGIT_OK;
    p->at++;
    while (status == DIGIT_OK && *p->at && *p->at != ']')
        status = parse_label(p, labels);
    if (status == DIGIT_OK && (!*p->at || !*labels))
        return fail_at(p, *labels ? "] is missing" : "[] has nothing in it");
    p->at++;
    return status;
}

digit_status dg_pattern_compile(const char *text, uint32_t allowed, dg_pattern *pattern)
{
    parser p = {text, text, allowed};
    *pattern = (dg_pattern){.passed = LETTERS};
    while (*p.at) {
        if (*p.at == ' ') { /* gaps are not read */
            p.at++;
            continue;
        }
        if (pattern->count == DG_PATTERN_MOST)
            return dg_fail(DIGIT_ERR_LIMIT, "pattern \"%.40s...\": more than %d elements", text,
                           DG_PATTERN_MOST);
        const digit_status status = parse_element(&p, &pattern->labels[pattern->count]);
        if (status != DIGIT_OK)
            return status;
        const uint64_t element = (uint64_t)1 << pattern->count++;
        pattern->optional |= *p.at == '?' || *p.at == '*' ? element : 0;
        pattern->repeated |= *p.at == '+' || *p.at == '*' ? element : 0;
        p.at += *p.at == '?' || *p.at == '+' || *p.at == '*';
    }
    return pattern->count > 0 ? DIGIT_OK : fail_at(&p, "it is empty");
}

void dg_pattern_count(uint32_t min, uint32_t max, uint32_t allowed, dg_pattern *pattern)
{
    const uint32_t count = max > 0 ? max : min + 1;
    *pattern = (dg_pattern){.passed = LETTERS | SIGNS};
    for (; pattern->count < count && pattern->count < DG_PATTERN_MOST; pattern->count++) {
        pattern->labels[pattern->count] = allowed;
        if (pattern->count >= min)
            pattern->optional |= (uint64_t)1 << pattern->count;
    }
    if (max == 0)
        pattern->repeated = (uint64_t)1 << (pattern->count - 1);
}

/* ---- Running ------------------------------------------------------------------- */

/* States that are reached from these without a label. */
static uint64_t skip_optional(const dg_pattern *pattern, uint64_t states)
{
    for (uint32_t i = 0; i < pattern->count; i++)
        states |= (states & pattern->optional & (uint64_t)1 << i) << 1;
    return states;
}

uint64_t dg_pattern_begin(const dg_pattern *pattern)
{
    return skip_optional(pattern, 1);
}

uint64_t dg_pattern_next(const dg_pattern *pattern, uint64_t states, uint32_t label)
{
    uint64_t next = pattern->passed >> label & 1 ? states : 0;
    for (uint32_t i = 0; i < pattern->count; i++) {
        const uint64_t element = (uint64_t)1 << i;
        if (states & element && pattern->labels[i] >> label & 1)
            next |= element << 1 | (pattern->repeated & element);
    }
    return skip_optional(pattern, next);
}

bool dg_pattern_ends(const dg_pattern *pattern, uint64_t states)
{
    return states >> pattern->count & 1;
}
