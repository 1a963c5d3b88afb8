/*
 * What the picture shows counts first: it is only changed if it does not fit. Then the most
 * probable texts are searched for that the pattern allows, by both networks at once, and the first
 * one is taken whose check digits hold and that the caller accepts.
 */
#include "read/field.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "read/checks.h"
#include "read/fuse.h"
#include "read/opinions.h"
#include "read/read_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the texts that fit the pattern, and are wrong, the caller accepts about so many: a guess. */
#define ACCEPT_CHANCE 0.5

#define ALL_LABELS ((1u << DG_LINE_CLASSES) - 1)

digit_status dg_field_compile(const digit_field *field, dg_field *compiled)
{
    const uint32_t allowed = field->allowed ? field->allowed : (1u << DIGIT_CLASSES) - 1;
    *compiled = (dg_field){
        .allowed = allowed,
        .check = field->check,
        .country = field->country,
        .accept = field->accept,
        .user_data = field->user_data,
        .signs = field->pattern != NULL,
    };
    if (field->pattern)
        return dg_pattern_compile(field->pattern, allowed, &compiled->pattern);
    dg_pattern_count(field->min_digits, field->max_digits, allowed, &compiled->pattern);
    return DIGIT_OK;
}

/* ---- Does a text fit? ---------------------------------------------------------- */

static const char letters[] = DG_LINE_CHARACTERS;

/* The characters of labels[count], without words; signs, if the pattern may have some. */
static void write_labels(const dg_field *field, const uint8_t *labels, size_t count, char *text)
{
    const size_t known = field->signs ? sizeof letters - 1 : DIGIT_CLASSES;
    for (size_t i = 0; i < count; i++)
        if (labels[i] < known)
            *text++ = letters[labels[i]];
    *text = '\0';
}

static bool is_in_pattern(const dg_pattern *pattern, const uint8_t *labels, size_t count)
{
    uint64_t states = dg_pattern_begin(pattern);
    for (size_t i = 0; states && i < count; i++)
        if (labels[i] != DG_LINE_MARK)
            states = dg_pattern_next(pattern, states, labels[i]);
        else if (!(pattern->passed >> DG_LINE_POINT & 1))
            return false; /* a sign that is none of the pattern's */
    return dg_pattern_ends(pattern, states);
}

size_t dg_field_digits(const char *text, char digits[DG_FIELD_LENGTH_MOST + 1])
{
    size_t count = 0;
    for (; *text; text++)
        if (*text >= '0' && *text <= '9')
            digits[count++] = *text;
    digits[count] = '\0';
    return count;
}

static bool holds(const dg_field *field, const char *text)
{
    char digits[DG_FIELD_LENGTH_MOST + 1];
    dg_field_digits(text, digits);
    return dg_check_holds(field->check, field->country, digits) &&
           (!field->accept || field->accept(text, field->user_data) != 0);
}

/* ---- The most probable texts --------------------------------------------------- */

static uint64_t next_states(const void *pattern, uint64_t states, uint32_t label)
{
    return dg_pattern_next(pattern, states, label);
}

static bool may_end(const void *pattern, uint64_t states)
{
    return dg_pattern_ends(pattern, states);
}

/* Two searches of one field. */
typedef struct texts {
    dg_ctc_text *fitting, *any; /* [DG_CTC_TEXTS_MOST]: of the pattern; of any kind */
    size_t fitting_count, any_count;
} texts;

static digit_status search_both(const dg_items_source *source, const dg_field *field,
                                const dg_real *scores, texts *t)
{
    const dg_ctc_grammar grammar = {
        .context = &field->pattern,
        .begin = dg_pattern_begin(&field->pattern),
        .states = field->pattern.count + 1,
        .next = next_states,
        .ends = may_end,
    };
    dg_ctc_plan plan = {
        .steps = source->transcripts[0].outputs,
        .classes = DG_LINE_OUTPUTS,
        .logits = scores,
        .scored = true,
        .allowed = ALL_LABELS,
    };
    digit_status status = dg_ctc_search(&plan, DG_CTC_TEXTS_MOST, t->any, &t->any_count);
    plan.grammar = &grammar;
    if (status == DIGIT_OK)
        status = dg_ctc_search(&plan, DG_CTC_TEXTS_MOST, t->fitting, &t->fitting_count);
    return status;
}

static digit_status search(const dg_items_source *source, const dg_field *field, texts *t)
{
    const size_t count = (size_t)source->transcripts[0].outputs * DG_LINE_OUTPUTS;
    dg_real *scores = dg_alloc(count, sizeof *scores);
    *t = (texts){
        .fitting = dg_alloc(DG_CTC_TEXTS_MOST, sizeof *t->fitting),
        .any = dg_alloc(DG_CTC_TEXTS_MOST, sizeof *t->any),
    };
    digit_status status = scores && t->fitting && t->any
                              ? dg_fuse(source, scores)
                              : dg_fail_memory("a field", count * sizeof *scores);
    if (status == DIGIT_OK)
        status = search_both(source, field, scores, t);
    dg_free(scores);
    return status;
}

static void free_texts(texts *t)
{
    dg_free(t->fitting);
    dg_free(t->any);
}

/* ---- Choosing ------------------------------------------------------------------ */

typedef struct choice {
    const dg_field *field;
    dg_field_reading *reading;
    double most;   /* log of the greatest probability of all texts */
    double held, all; /* shares of those that hold, of all; the most probable one has 1 */
} choice;

static double share_of(const choice *c, const dg_ctc_text *text)
{
    return exp(text->log_p - c->most);
}

/* Add a text that fits the pattern, if it holds. Returns whether it does. */
static bool add_answer(choice *c, const dg_ctc_text *text, double share)
{
    dg_field_reading *r = c->reading;
    dg_field_answer answer;
    write_labels(c->field, text->labels, text->count, answer.text);
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->answers[i].text, answer.text) == 0) { /* with words in it or without */
            r->answers[i].confidence += share;
            return true;
        }
    if (!holds(c->field, answer.text))
        return false;
    answer.confidence = share;
    if (r->count < DG_FIELD_ANSWERS)
        r->answers[r->count++] = answer;
    return true;
}

static bool is_same(const dg_ctc_text *a, const dg_ctc_text *b)
{
    return a->count == b->count && memcmp(a->labels, b->labels, a->count) == 0;
}

static bool is_among(const dg_ctc_text *text, const dg_ctc_text *all, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_same(text, &all[i]))
            return true;
    return false;
}

/* The share of wrong texts that fit nevertheless. */
static double chance_of(const dg_field *field)
{
    return dg_check_chance(field->check) * (field->accept ? ACCEPT_CHANCE : 1);
}

/* From shares to probabilities: some of the texts that were not looked at hold, too, by chance. */
static void weigh(choice *c)
{
    dg_field_reading *r = c->reading;
    const double others = dg_max_f64(c->all - c->held, 0);
    const double sum = c->held + others * chance_of(c->field);
    for (size_t i = 0; i < r->count; i++)
        r->answers[i].confidence = sum > 0 ? dg_min_f64(r->answers[i].confidence / sum, 1) : 0;
}

static void choose(choice *c, const texts *t)
{
    c->most = -INFINITY;
    for (size_t i = 0; i < t->any_count; i++)
        c->most = dg_max_f64(c->most, t->any[i].log_p);
    for (size_t i = 0; i < t->fitting_count; i++)
        c->most = dg_max_f64(c->most, t->fitting[i].log_p);
    for (size_t i = 0; i < t->any_count; i++)
        c->all += share_of(c, &t->any[i]);
    for (size_t i = 0; i < t->fitting_count; i++) {
        const double share = share_of(c, &t->fitting[i]);
        c->held += add_answer(c, &t->fitting[i], share) ? share : 0;
        c->all += is_among(&t->fitting[i], t->any, t->any_count) ? 0 : share;
    }
    weigh(c);
}

/* ---- A field ------------------------------------------------------------------- */

static void labels_of(const dg_items *items, dg_ctc_text *text)
{
    *text = (dg_ctc_text){.count = (uint32_t)dg_min_size(items->count, DG_CTC_LABELS_MOST)};
    for (uint32_t i = 0; i < text->count; i++)
        text->labels[i] = items->items[i].label;
}

/* The probability that all digits and signs are right, each on its own. */
static double product(const dg_items *items)
{
    double all = 1;
    for (size_t i = 0; i < items->count; i++) {
        const dg_item *item = &items->items[i];
        if (item->label != DG_LINE_LETTER && item->label != DG_LINE_MARK)
            all *= (double)(item->label < DIGIT_CLASSES ? item->prediction.confidence
                                                        : item->confidence);
    }
    return all;
}

/* What is read comes first, if it fits, whatever the search says; it is as probable as its digits,
 * given that it fits, or as the search says. */
static void put_first(const dg_field *field, const char *text, dg_field_reading *r)
{
    size_t i = 0;
    while (i < r->count && strcmp(r->answers[i].text, text) != 0)
        i++;
    if (i == DG_FIELD_ANSWERS)
        i--;
    if (i == r->count) {
        strcpy(r->answers[i].text, text);
        r->answers[i].confidence = 0;
        r->count++;
    }
    dg_field_answer first = r->answers[i];
    const double p = product(&r->items);
    first.confidence = dg_max_f64(first.confidence, p / (p + (1 - p) * chance_of(field)));
    memmove(r->answers + 1, r->answers, i * sizeof *r->answers);
    r->answers[0] = first;
}

/* The items of the text that was found, digit by digit what it says. */
static digit_status replace_items(const dg_items_source *source, const char *text,
                                  dg_field_reading *r)
{
    uint8_t labels[DG_FIELD_LENGTH_MOST];
    const dg_sequence sequence = {labels, (uint32_t)strlen(text)};
    const dg_stretch where = {
        .end = source->transcripts[0].outputs, .columns = {-INFINITY, INFINITY}};
    for (uint32_t i = 0; i < sequence.count; i++)
        labels[i] = (uint8_t)(strchr(letters, text[i]) - letters);
    dg_items_free(&r->items);
    const digit_status status = dg_items_add_text(source, &where, sequence, &r->items);
    for (size_t i = 0; i < r->items.count; i++)
        if (labels[i] < DIGIT_CLASSES) {
            dg_item *item = &r->items.items[i];
            item->label = labels[i];
            item->prediction = dg_read_answer(item->prediction, labels[i]);
        }
    return status;
}

static digit_status decide(const dg_items_source *source, const dg_field *field, const texts *t,
                           dg_field_reading *r)
{
    dg_ctc_text read;
    char text[DG_FIELD_LENGTH_MOST + 1];
    choice c = {.field = field, .reading = r};
    labels_of(&r->items, &read);
    write_labels(field, read.labels, read.count, text);
    choose(&c, t);
    if (is_in_pattern(&field->pattern, read.labels, read.count) && holds(field, text))
        put_first(field, text, r);
    r->fits = r->count > 0;
    if (!r->fits) {
        strcpy(r->answers[0].text, text);
        r->answers[0].confidence = 0;
        return DIGIT_OK;
    }
    return strcmp(r->answers[0].text, text) == 0
               ? DIGIT_OK
               : replace_items(source, r->answers[0].text, r);
}

digit_status dg_field_read(const dg_items_source *source, const dg_field *field,
                           dg_field_reading *reading)
{
    texts t = {0};
    *reading = (dg_field_reading){.count = 0};
    digit_status status = dg_opinions_add_chunk(source, 0, &reading->items);
    if (status == DIGIT_OK)
        status = search(source, field, &t);
    if (status == DIGIT_OK)
        status = decide(source, field, &t, reading);
    free_texts(&t);
    return status;
}

void dg_field_reading_free(dg_field_reading *reading)
{
    dg_items_free(&reading->items);
}
