/* digit-predict - which digit a picture shows. */
#include "cli.h"
#include "draw.h"
#include "picture_pages.h"

#include <digit/digit.h>
#include <getopt.h>
#include <string.h>

enum { MODEL, TOP, JSON, OPTION_COUNT };

static const cli_option options[OPTION_COUNT] = {
    [MODEL] = {"model", "FILE", "model to ask", "the built-in one"},
    [TOP] = {"top", "N", "how many digits to show with bars", "3"},
    [JSON] = {"json", NULL, "answer as JSON, one object a line", ""},
};

static const cli_program program = {
    .name = "digit-predict",
    .usage = "[options] PICTURE...",
    .purpose = "Say which digit each picture shows: PNG, JPEG, BMP, TIFF or WebP, one digit in\n"
               "each, dark on light or light on dark. '-' reads a picture from standard input.",
    .options = options,
    .count = OPTION_COUNT,
};

enum { BAR_CELLS = 24 };

typedef struct settings {
    const char *model;
    int top;
    bool json;
} settings;

typedef struct job {
    const settings *settings;
    const digit_model *model;
} job;

static int print_json(const picture_page *page, const digit_prediction *p)
{
    json_t *probabilities = json_array();
    for (int digit = 0; digit < DIGIT_CLASSES; digit++)
        json_array_append_new(probabilities, json_real((double)p->probabilities[digit]));
    return cli_print_json(json_pack("{s:o, s:i, s:i, s:f, s:o}", "file",
                                    cli_json_text(page->name), "page", (int)page->page, "digit",
                                    (int)p->digit, "confidence", (double)p->confidence,
                                    "probabilities", probabilities),
                          9);
}

static void print_bars(const digit_prediction *p, int top)
{
    bool shown[DIGIT_CLASSES] = {false};
    for (int row = 0; row < top; row++) {
        int best = -1;
        for (int digit = 0; digit < DIGIT_CLASSES; digit++) {
            if (!shown[digit] && (best < 0 || p->probabilities[digit] > p->probabilities[best]))
                best = digit;
        }
        shown[best] = true;
        printf("  %d  ", best);
        draw_bar(stdout, (double)p->probabilities[best], BAR_CELLS);
        printf(" %5.1f %%\n", 100 * (double)p->probabilities[best]);
    }
}

static void print_answer(const picture_page *page, const digit_prediction *p, int top)
{
    cli_print_name(stdout, page->name);
    if (page->pages > 1)
        printf(" page %u", page->page);
    if (p->flags & DIGIT_FLAG_BLANK) {
        printf(": blank\n");
        return;
    }
    const bool colour = cli_has_colour(stdout);
    printf(": %s%d%s (%.1f %%)\n", colour ? "\033[1;32m" : "", p->digit, colour ? "\033[0m" : "",
           100 * (double)p->confidence);
    print_bars(p, top);
}

static int predict_page(void *context, const picture_page *page)
{
    const job *j = context;
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    digit_prediction answer;
    if (digit_model_normalize(j->model, &page->shown->image, sample, NULL) != DIGIT_OK ||
        digit_model_predict(j->model, sample, 1, &answer) != DIGIT_OK)
        return cli_library_error(page->name);
    if (j->settings->json)
        return print_json(page, &answer);
    print_answer(page, &answer, j->settings->top);
    return 0;
}

static void parse(settings *s, int argc, char **argv)
{
    *s = (settings){.top = 3};
    cli_start(&program);
    for (int option; (option = cli_next(argc, argv)) >= 0;) {
        switch (option) {
        case MODEL: s->model = optarg; break;
        case TOP: s->top = (int)cli_whole("--top", optarg, 0, DIGIT_CLASSES); break;
        case JSON: s->json = true; break;
        }
    }
    if (optind == argc)
        cli_usage_error("no PICTURE given");
}

int main(int argc, char **argv)
{
    settings s;
    parse(&s, argc, argv);
    digit_model *model = NULL;
    if ((s.model ? digit_model_load(s.model, &model)
                 : digit_model_load_pretrained(&model)) != DIGIT_OK)
        return cli_finish(cli_library_error(s.model));
    job j = {.settings = &s, .model = model};
    int status = 0;
    for (int i = optind; i < argc; i++)
        status |= picture_each_page(argv[i], predict_page, &j);
    digit_model_free(model);
    return cli_finish(status);
}
