/*
 * camera-read - reads the numbers that a camera shows, without OpenCV: Video4Linux2 in, text out.
 *
 * One picture may be blurred, or a hand may be in the way. A text is printed when STEADY successive
 * pictures show it, and only once.
 */
#include "camera.h"
#include "cli.h"

#include <digit/digit.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICE, HEIGHT, MIN_CONFIDENCE, MODEL, WIDTH, OPTION_COUNT };
enum { STEADY = 3, TEXT = 256, LIMIT_MILLISECONDS = 1000 };

static const cli_option options[OPTION_COUNT] = {
    [DEVICE] = {"device", "FILE", "the camera", "/dev/video0"},
    [HEIGHT] = {"height", "N", "of the pictures, in pixels; the camera may differ", "480"},
    [MIN_CONFIDENCE] = {"min-confidence", "P", "show digits with less as '?'", "0.3"},
    [MODEL] = {"model", "FILE", "model to ask", "the built-in one"},
    [WIDTH] = {"width", "N", "likewise", "640"},
};

static const cli_program program = {
    .name = "camera-read",
    .usage = "[options]",
    .purpose = "Print the numbers that a camera shows, each time they change. Ctrl-C ends it.",
    .options = options,
    .count = OPTION_COUNT,
};

typedef struct viewer {
    const char *device, *model_path;
    uint32_t width, height;
    digit_read_options wanted;
    digit_model *model;
    char last[TEXT], printed[TEXT];
    int seen; /* successive pictures with the text `last` */
} viewer;

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
    stopping = 1;
}

/* Without SA_RESTART: a signal ends the wait for a picture. */
static void catch_signals(void)
{
    const struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* What is printed has a line for each line of the picture. */
static void vote(viewer *v, const char *text)
{
    v->seen = strncmp(v->last, text, TEXT - 1) == 0 ? v->seen + 1 : 1;
    snprintf(v->last, TEXT, "%s", text);
    if (v->seen < STEADY || strcmp(v->last, v->printed) == 0)
        return;
    snprintf(v->printed, TEXT, "%s", v->last);
    if (*v->printed)
        printf("%s\n", v->printed);
    fflush(stdout);
}

/* A camera may show anything: what takes too long or has too many parts is not a number. */
static int read_picture(viewer *v, const digit_image *image)
{
    digit_reading *reading = NULL;
    const digit_status status = digit_model_read(v->model, image, &v->wanted, &reading);
    if (status != DIGIT_OK && status != DIGIT_ERR_TIMEOUT && status != DIGIT_ERR_LIMIT)
        return cli_library_error(NULL);
    vote(v, digit_reading_text(reading));
    digit_reading_free(reading);
    return 0;
}

static int watch(viewer *v)
{
    char reason[CAMERA_REASON];
    digit_image image;
    int status = 0;
    camera *source = camera_open(v->device, v->width, v->height, reason);
    if (!source)
        return cli_message("%s: %s", v->device, reason), 1;
    while (status == 0 && !stopping) {
        if (camera_next(source, &image, reason) == 0)
            status = read_picture(v, &image);
        else if (!stopping)
            status = (cli_message("%s: %s", v->device, reason), 1);
    }
    camera_close(source);
    return status;
}

static void parse(viewer *v, int argc, char **argv)
{
    for (int option; (option = cli_next(argc, argv)) >= 0;) {
        switch (option) {
        case DEVICE: v->device = optarg; break;
        case HEIGHT: v->height = (uint32_t)cli_whole("--height", optarg, 1, 65535); break;
        case MIN_CONFIDENCE:
            v->wanted.min_confidence = (float)cli_real("--min-confidence", optarg, 0, 1);
            break;
        case MODEL: v->model_path = optarg; break;
        case WIDTH: v->width = (uint32_t)cli_whole("--width", optarg, 1, 65535); break;
        }
    }
    if (optind != argc)
        cli_usage_error("unexpected argument '%s'", argv[optind]);
}

int main(int argc, char **argv)
{
    viewer v = {.device = "/dev/video0", .width = 640, .height = 480};
    int status = 0;
    cli_start(&program);
    digit_read_options_init(&v.wanted, sizeof v.wanted);
    v.wanted.min_confidence = 0.3f;
    v.wanted.time_limit_ms = LIMIT_MILLISECONDS;
    parse(&v, argc, argv);
    catch_signals();
    if ((v.model_path ? digit_model_load(v.model_path, &v.model)
                      : digit_model_load_pretrained(&v.model)) != DIGIT_OK)
        status = cli_library_error(v.model_path);
    else
        status = watch(&v);
    digit_model_free(v.model);
    return cli_finish(status);
}
