#include "net/arch.h"

#include "base/error.h"
#include "base/utf8.h"
#include "net/loss.h"

#include <stdio.h>
#include <string.h>

#define BUILT_IN \
    "conv 32x5 same stride 2 batchnorm relu conv 64x3 batchnorm relu conv 64x3 batchnorm relu " \
    "maxpool 2 conv 96x3 batchnorm relu dropout 20 dense 128 batchnorm relu dropout 20 dense 10 "

static const struct {
    const char *name, *layers;
} presets[] = {
    {"keras", "conv 32x3 relu maxpool 2 conv 64x3 relu maxpool 2 dense 100 relu dense 10"},
    {"default", BUILT_IN "other 1"}, /* always that of the built-in model */
    {"pairs", BUILT_IN "other 101"}, /* ... of the one that reads digits that touch */
};

#define SIDE_MOST 15
#define STRIDE_MOST 8
#define WORD_MAX 32

/* A cursor over words; `word` is the one at hand, "" at the end. */
typedef struct reader {
    const char *rest;
    char word[WORD_MAX];
} reader;

/* A word too long to be any of ours is cut; cut, it still matches none. */
static void advance(reader *r)
{
    r->rest += strspn(r->rest, " ");
    const size_t length = strcspn(r->rest, " ");
    const size_t kept = dg_utf8_cut(r->rest, length, WORD_MAX - 1); /* it goes into a message */
    memcpy(r->word, r->rest, kept);
    r->word[kept] = '\0';
    r->rest += length;
}

/* A whole number without sign or leading zero; *end is what follows it. */
static bool read_number(const char *text, uint32_t *value, const char **end)
{
    uint32_t n = 0;
    if (*text < '1' || *text > '9')
        return false;
    for (; *text >= '0' && *text <= '9'; text++) {
        n = n * 10 + (uint32_t)(*text - '0');
        if (n > 1000000)
            return false;
    }
    *value = n;
    *end = text;
    return true;
}

static digit_status check_range(const char *word, const char *what, uint32_t value,
                                uint32_t least, uint32_t most)
{
    if (value >= least && value <= most)
        return DIGIT_OK;
    return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: %s of %s is %u, not %u to %u", what, word,
                   value, least, most);
}

static digit_status read_size(reader *r, dg_layer *layer)
{
    const char *word = layer->type->word, *end;
    if (!read_number(r->word, &layer->size, &end) || *end != '\0')
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: %s wants a number, not '%s'", word,
                       r->word);
    advance(r);
    return check_range(word, "size", layer->size, layer->type->size_least,
                       layer->type->size_most);
}

static digit_status read_options(reader *r, dg_layer *layer)
{
    const char *end;
    if (strcmp(r->word, "same") == 0) {
        layer->same = true;
        advance(r);
    }
    if (strcmp(r->word, "stride") != 0)
        return DIGIT_OK;
    advance(r);
    if (!read_number(r->word, &layer->stride, &end) || *end != '\0')
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: stride wants a number, not '%s'",
                       r->word);
    advance(r);
    return check_range(layer->type->word, "stride", layer->stride, 1, STRIDE_MOST);
}

static digit_status read_filters(reader *r, dg_layer *layer)
{
    const char *word = layer->type->word, *end;
    if (!read_number(r->word, &layer->size, &end) || *end != 'x' ||
        !read_number(end + 1, &layer->side, &end) || *end != '\0')
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: %s wants FILTERSxSIDE, not '%s'", word,
                       r->word);
    advance(r);
    digit_status status = check_range(word, "filters", layer->size, layer->type->size_least,
                                      layer->type->size_most);
    if (status == DIGIT_OK)
        status = check_range(word, "side", layer->side, 1, SIDE_MOST);
    return status == DIGIT_OK ? read_options(r, layer) : status;
}

static const dg_layer_type *find_type(const char *word)
{
    for (const dg_layer_type *const *type = dg_layer_types; *type; type++)
        if (strcmp((*type)->word, word) == 0)
            return *type;
    return NULL;
}

static digit_status read_layer(reader *r, dg_layer *layer)
{
    layer->type = find_type(r->word);
    if (!layer->type)
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: '%s' is no layer", r->word);
    advance(r);
    switch (layer->type->argument) {
    case DG_ARGUMENT_SIZE:
        return read_size(r, layer);
    case DG_ARGUMENT_FILTERS:
        return read_filters(r, layer);
    case DG_ARGUMENT_NONE:
        break;
    }
    return DIGIT_OK;
}

/* `other 1` behind the last dense, or `other 101`: and pairs of digits. */
static digit_status read_other(reader *r, dg_layer *last)
{
    advance(r);
    const char *end;
    if (!read_number(r->word, &last->other, &end) || *end != '\0' ||
        (last->other != 1 && last->other != 1 + DG_PAIRS))
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: other wants 1 or %d, not '%s'",
                       1 + DG_PAIRS, r->word);
    advance(r);
    if (r->word[0] != '\0')
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: '%s' behind other %u, the end",
                       r->word, last->other);
    return DIGIT_OK;
}

static const char *expand_preset(const char *text)
{
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
        if (strcmp(presets[i].name, text) == 0)
            return presets[i].layers;
    return text;
}

digit_status dg_arch_parse(const char *text, dg_arch *arch)
{
    reader r = {.rest = expand_preset(text)};
    arch->count = 0;
    for (advance(&r); r.word[0] != '\0' && strcmp(r.word, "other") != 0; arch->count++) {
        if (arch->count == DG_ARCH_LAYERS_MAX)
            return dg_fail(DIGIT_ERR_LIMIT, "architecture: more than %d layers",
                           DG_ARCH_LAYERS_MAX);
        dg_layer *layer = &arch->layers[arch->count];
        *layer = (dg_layer){.number = arch->count, .stride = 1, .pool = 1};
        const digit_status status = read_layer(&r, layer);
        if (status != DIGIT_OK)
            return status;
    }
    dg_layer *last = arch->count > 0 ? &arch->layers[arch->count - 1] : NULL;
    if (!last || !last->type->may_end || last->size != DIGIT_CLASSES)
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: must end in 'dense %d'",
                       DIGIT_CLASSES);
    return r.word[0] != '\0' ? read_other(&r, last) : DIGIT_OK;
}

void dg_arch_print(const dg_arch *arch, char text[DG_ARCH_TEXT_MAX])
{
    char *end = text;
    text[0] = '\0';
    for (uint32_t i = 0; i < arch->count; i++) {
        const dg_layer *layer = &arch->layers[i];
        end += sprintf(end, "%s%s", i > 0 ? " " : "", layer->type->word);
        if (layer->type->argument == DG_ARGUMENT_SIZE)
            end += sprintf(end, " %u", layer->size);
        if (layer->type->argument == DG_ARGUMENT_FILTERS)
            end += sprintf(end, " %ux%u", layer->size, layer->side);
        if (layer->same)
            end += sprintf(end, " same");
        if (layer->stride > 1)
            end += sprintf(end, " stride %u", layer->stride);
        if (layer->other > 0)
            end += sprintf(end, " other %u", layer->other);
    }
}
