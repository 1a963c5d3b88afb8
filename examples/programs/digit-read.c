/* digit-read - the digits in pictures: where they are and what they say. */
#include "cli.h"
#include "picture_list.h"
#include "picture_pages.h"
#include "read_overlay.h"
#include "read_print.h"

#include <digit/digit.h>
#include <getopt.h>
#include <string.h>

enum {
    MODEL, LAYOUT, MIN_CONFIDENCE, LENGTH, ALLOW, GRID, SIGNS, JSON, CSV, HOCR, OVERLAY,
    TIME_LIMIT, THREADS, OPTION_COUNT
};

static const cli_option options[OPTION_COUNT] = {
    [MODEL] = {"model", "FILE", "model to ask", "the built-in one"},
    [LAYOUT] = {"layout", "page|line|single", "what a picture holds", "page"},
    [MIN_CONFIDENCE] = {"min-confidence", "P", "show '?' for what is less sure, 0 to 1", "0"},
    [LENGTH] = {"length", "N", "how many digits a group has", "any"},
    [ALLOW] = {"allow", "DIGITS", "the digits that may be answered", "0123456789"},
    [GRID] = {"grid", "RxC", "rows and columns of cells, a digit or none in each; 0x0: find out",
              ""},
    [SIGNS] = {"signs", NULL, "show signs, too: 12.50, -3, 12/05/2026", ""},
    [JSON] = {"json", NULL, "one JSON object a page", ""},
    [CSV] = {"csv", NULL, "a table with a row a digit", ""},
    [HOCR] = {"hocr", NULL, "an hOCR document", ""},
    [OVERLAY] = {"overlay", "OUT.png", "also draw boxes and answers over the picture", ""},
    [TIME_LIMIT] = {"time-limit", "SECONDS", "give a picture up after so long", "none"},
    [THREADS] = {"threads", "N", "threads to use; 0: one for each CPU", "0"},
};

static const cli_program program = {
    .name = "digit-read",
    .usage = "[options] PICTURE|FOLDER...",
    .purpose = "Read the digits in each picture: PNG, JPEG, BMP, TIFF (page by page) or WebP.\n"
               "'-' reads a picture from standard input, a folder stands for its pictures.",
    .options = options,
    .count = OPTION_COUNT,
};

typedef struct settings {
    const char *model, *overlay;
    enum read_format format;
    uint32_t threads;
    digit_read_options read;
} settings;

typedef struct job {
    const settings *settings;
    const digit_model *model;
    const picture_list *list;
    uint32_t overlays; /* written so far */
} job;

static uint32_t parse_layout(const char *word)
{
    static const char *const words[] = {"page", "line", "single"};
    for (uint32_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(word, words[i]) == 0)
            return i;
    }
    cli_usage_error("--layout: expected page, line or single, not '%s'", word);
}

static uint32_t parse_digits(const char *digits)
{
    uint32_t bits = 0;
    for (const char *c = digits; *c; c++) {
        if (*c < '0' || *c > '9')
            cli_usage_error("--allow: expected digits, not '%s'", digits);
        bits |= 1u << (*c - '0');
    }
    if (!bits)
        cli_usage_error("--allow: no digit at all");
    return bits;
}

static void parse_grid(digit_read_options *read, char *text)
{
    char *cross = strchr(text, 'x');
    if (!cross)
        cli_usage_error("--grid: expected RxC, such as 9x9, not '%s'", text);
    *cross = '\0';
    read->rows = (uint32_t)cli_whole("--grid", text, 0, 4096);
    read->columns = (uint32_t)cli_whole("--grid", cross + 1, 0, 4096);
    if (!read->rows != !read->columns)
        cli_usage_error("--grid: give rows and columns, or 0x0 to have them found");
    read->layout = DIGIT_LAYOUT_GRID;
}

static void set_format(settings *s, enum read_format format)
{
    if (s->format != READ_TEXT && s->format != format)
        cli_usage_error("--json, --csv and --hocr: one of them");
    s->format = format;
}

static void parse(settings *s, int argc, char **argv)
{
    bool grid = false, layout = false;
    *s = (settings){.format = READ_TEXT};
    digit_read_options_init(&s->read, sizeof s->read);
    cli_start(&program);
    for (int option; (option = cli_next(argc, argv)) >= 0;) {
        switch (option) {
        case MODEL: s->model = optarg; break;
        case LAYOUT: s->read.layout = parse_layout(optarg); layout = true; break;
        case MIN_CONFIDENCE:
            s->read.min_confidence = (float)cli_real("--min-confidence", optarg, 0, 1);
            break;
        case LENGTH:
            s->read.min_digits = (uint32_t)cli_whole("--length", optarg, 1, 64);
            s->read.max_digits = s->read.min_digits;
            break;
        case ALLOW: s->read.allowed = parse_digits(optarg); break;
        case GRID: parse_grid(&s->read, optarg); grid = true; break;
        case SIGNS: s->read.flags |= DIGIT_READ_SIGNS; break;
        case JSON: set_format(s, READ_JSON); break;
        case CSV: set_format(s, READ_CSV); break;
        case HOCR: set_format(s, READ_HOCR); break;
        case OVERLAY: s->overlay = optarg; break;
        case TIME_LIMIT:
            s->read.time_limit_ms =
                (uint32_t)(1000 * cli_real("--time-limit", optarg, 0.001, 1e6) + 0.5);
            break;
        case THREADS: s->threads = (uint32_t)cli_whole("--threads", optarg, 0, 256); break;
        }
    }
    if (grid && layout)
        cli_usage_error("--grid and --layout: one of them");
    if (optind == argc)
        cli_usage_error("no PICTURE given");
}

static int read_picture(void *context, const picture_page *page)
{
    job *j = context;
    const settings *s = j->settings;
    digit_reading *reading = NULL;
    if (digit_model_read(j->model, &page->shown->image, &s->read, &reading) != DIGIT_OK)
        return cli_library_error(page->name);
    const read_page printed = {
        .file = page->name,
        .page = page->page,
        .pages = page->pages,
        .width = page->shown->image.width,
        .height = page->shown->image.height,
        .grid = s->read.layout == DIGIT_LAYOUT_GRID,
        .reading = reading,
    };
    int status = read_print_page(s->format, &printed);
    if (s->overlay)
        status |= read_overlay_write(s->overlay, j->overlays++, j->list, page->shown,
                                     reading);
    digit_reading_free(reading);
    return status;
}

int main(int argc, char **argv)
{
    settings s;
    parse(&s, argc, argv);
    digit_model *model = NULL;
    if ((s.model ? digit_model_load(s.model, &model)
                 : digit_model_load_pretrained(&model)) != DIGIT_OK ||
        digit_model_set_threads(model, s.threads) != DIGIT_OK) {
        const int failed = cli_library_error(s.model);
        digit_model_free(model);
        return cli_finish(failed);
    }
    picture_list list = {.names = NULL};
    job j = {.settings = &s, .model = model, .list = &list};
    int status = 0;
    for (int i = optind; i < argc; i++)
        status |= picture_list_add(&list, argv[i]);
    read_print_begin(s.format, s.read.layout == DIGIT_LAYOUT_GRID);
    for (size_t i = 0; i < list.count; i++)
        status |= picture_each_page(list.names[i], read_picture, &j);
    read_print_end(s.format);
    picture_list_clear(&list);
    digit_model_free(model);
    return cli_finish(status);
}
