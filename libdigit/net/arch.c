#include "net/arch.h"

#include "base/error.h"
#include "base/utf8.h"
#include "net/loss.h"

#include <stdio.h>
#include <string.h>

#define BUILT_IN \
    "conv 32x5 same stride 2 batchnorm relu conv 64x3 batchnorm relu conv 64x3 batchnorm relu " \
    "maxpool 2 conv 96x3 batchnorm relu dropout 20 dense 128 batchnorm relu dropout 20 dense 10 "

/* Rows: 32, 14, 12, 10, 5, 3, 1. */
#define LINES \
    "line 32 conv 24x5 stride 2 batchnorm relu conv 48x3 batchnorm relu conv 48x3 batchnorm relu " \
    "maxpool 2x1 conv 64x3 batchnorm relu conv 96x3 batchnorm relu " \
    "conv 96 1x7 batchnorm relu conv 96 1x7 batchnorm relu conv 19x1"

static const struct {
    const char *name, *layers;
} presets[] = {
    {"keras", "conv 32x3 relu maxpool 2 conv 64x3 relu maxpool 2 dense 100 relu dense 10"},
    {"default", BUILT_IN "other 1"}, /* always that of the built-in model */
    {"lines", LINES},
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

/* ROWSxCOLUMNS, or for a square its side alone, if that is allowed. */
static bool read_window(const char *text, bool side_alone, dg_extent *window)
{
    const char *end;
    if (!read_number(text, &window->rows, &end))
        return false;
    window->columns = window->rows;
    if (*end == '\0')
        return side_alone;
    return *end == 'x' && read_number(end + 1, &window->columns, &end) && *end == '\0';
}

static digit_status check_window(const dg_layer *layer, uint32_t most)
{
    const char *word = layer->type->word;
    const digit_status status = check_range(word, "side", layer->window.rows, 1, most);
    return status == DIGIT_OK ? check_range(word, "side", layer->window.columns, 1, most) : status;
}

static digit_status read_pool(reader *r, dg_layer *layer)
{
    if (!read_window(r->word, true, &layer->window))
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: %s wants SIDE or ROWSxCOLUMNS, not '%s'",
                       layer->type->word, r->word);
    advance(r);
    return check_window(layer, layer->type->size_most);
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

/* 32x3, or 32 1x7. */
static bool read_kernels(reader *r, dg_layer *layer)
{
    const char *end;
    if (!read_number(r->word, &layer->size, &end))
        return false;
    if (*end == 'x' && read_number(end + 1, &layer->window.rows, &end)) {
        layer->window.columns = layer->window.rows;
        return *end == '\0';
    }
    if (*end != '\0')
        return false;
    advance(r);
    return read_window(r->word, false, &layer->window);
}

static digit_status read_filters(reader *r, dg_layer *layer)
{
    const char *word = layer->type->word;
    if (!read_kernels(r, layer))
        return dg_fail(DIGIT_ERR_ARGUMENT,
                       "architecture: %s wants FILTERSxSIDE or FILTERS ROWSxCOLUMNS, not '%s'",
                       word, r->word);
    advance(r);
    digit_status status = check_range(word, "filters", layer->size, layer->type->size_least,
                                      layer->type->size_most);
    if (status == DIGIT_OK)
        status = check_window(layer, SIDE_MOST);
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
    case DG_ARGUMENT_WINDOW:
        return read_pool(r, layer);
    case DG_ARGUMENT_FILTERS:
        return read_filters(r, layer);
    case DG_ARGUMENT_NONE:
        break;
    }
    return DIGIT_OK;
}

/* `other 1` behind the last dense. */
static digit_status read_other(reader *r, dg_layer *last)
{
    advance(r);
    const char *end;
    if (!read_number(r->word, &last->other, &end) || *end != '\0' || last->other != 1)
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: other wants 1, not '%s'", r->word);
    advance(r);
    if (r->word[0] != '\0')
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: '%s' behind other 1, the end", r->word);
    return DIGIT_OK;
}

static const char *expand_preset(const char *text)
{
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
        if (strcmp(presets[i].name, text) == 0)
            return presets[i].layers;
    return text;
}

/* What the input is: a sample, or `line 32`. */
static digit_status read_input(reader *r, dg_arch *arch)
{
    uint32_t rows;
    const char *end;
    arch->line = strcmp(r->word, "line") == 0;
    arch->input = (dg_shape){DIGIT_SAMPLE_SIDE, DIGIT_SAMPLE_SIDE, 1};
    if (!arch->line)
        return DIGIT_OK;
    advance(r);
    if (!read_number(r->word, &rows, &end) || *end != '\0' || rows != DG_LINE_ROWS)
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: line wants %d, not '%s'", DG_LINE_ROWS,
                       r->word);
    advance(r);
    arch->input = (dg_shape){DG_LINE_ROWS, DG_LINE_COLUMNS, 1};
    return DIGIT_OK;
}

/* A line may be of any width, and so may all that is made of it. */
static digit_status check_line(const dg_arch *arch, const dg_layer *last)
{
    for (uint32_t i = 0; i < arch->count; i++)
        if (arch->layers[i].type == &dg_layer_dense)
            return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: a line can't have a dense layer");
    if (last && last->type == &dg_layer_conv && last->size == DG_LINE_OUTPUTS)
        return DIGIT_OK;
    return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: a line must end in 'conv %dx1'",
                   DG_LINE_OUTPUTS);
}

static digit_status read_end(reader *r, dg_arch *arch)
{
    dg_layer *last = arch->count > 0 ? &arch->layers[arch->count - 1] : NULL;
    if (arch->line && r->word[0] != '\0')
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: a line has no 'other'");
    if (arch->line)
        return check_line(arch, last);
    if (!last || !last->type->may_end || last->size != DIGIT_CLASSES)
        return dg_fail(DIGIT_ERR_ARGUMENT, "architecture: must end in 'dense %d'",
                       DIGIT_CLASSES);
    return r->word[0] != '\0' ? read_other(r, last) : DIGIT_OK;
}

digit_status dg_arch_parse(const char *text, dg_arch *arch)
{
    reader r = {.rest = expand_preset(text)};
    arch->count = 0;
    advance(&r);
    digit_status status = read_input(&r, arch);
    if (status != DIGIT_OK)
        return status;
    for (; r.word[0] != '\0' && strcmp(r.word, "other") != 0; arch->count++) {
        if (arch->count == DG_ARCH_LAYERS_MAX)
            return dg_fail(DIGIT_ERR_LIMIT, "architecture: more than %d layers",
                           DG_ARCH_LAYERS_MAX);
        dg_layer *layer = &arch->layers[arch->count];
        *layer = (dg_layer){.number = arch->count, .stride = 1, .pool = {1, 1}};
        status = read_layer(&r, layer);
        if (status != DIGIT_OK)
            return status;
    }
    return read_end(&r, arch);
}

static char *print_window(const dg_layer *layer, char *end)
{
    const dg_extent window = layer->window;
    const bool square = window.rows == window.columns;
    if (layer->type->argument == DG_ARGUMENT_FILTERS)
        end += sprintf(end, "%s", square ? "x" : " ");
    else
        end += sprintf(end, " ");
    return end + (square ? sprintf(end, "%u", window.rows)
                         : sprintf(end, "%ux%u", window.rows, window.columns));
}

void dg_arch_print(const dg_arch *arch, char text[DG_ARCH_TEXT_MAX])
{
    char *end = text;
    text[0] = '\0';
    if (arch->line)
        end += sprintf(end, "line %u ", arch->input.rows);
    for (uint32_t i = 0; i < arch->count; i++) {
        const dg_layer *layer = &arch->layers[i];
        end += sprintf(end, "%s%s", i > 0 ? " " : "", layer->type->word);
        if (layer->type->argument == DG_ARGUMENT_SIZE ||
            layer->type->argument == DG_ARGUMENT_FILTERS)
            end += sprintf(end, " %u", layer->size);
        if (layer->type->argument == DG_ARGUMENT_FILTERS ||
            layer->type->argument == DG_ARGUMENT_WINDOW)
            end = print_window(layer, end);
        if (layer->same)
            end += sprintf(end, " same");
        if (layer->stride > 1)
            end += sprintf(end, " stride %u", layer->stride);
        if (layer->other > 0)
            end += sprintf(end, " other %u", layer->other);
    }
}
