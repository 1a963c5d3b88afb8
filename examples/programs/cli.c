#include "cli.h"

#include "visible.h"

#include <ctype.h>
#include <digit/digit.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTIONS_MAX = 40, HELP = 1000, VERSION = 1001, FIRST = 2000 };

static const cli_program *program;
static struct option known[OPTIONS_MAX + 3];

/* The number of a stream that is closed would be given to the next file that is opened, which
 * then got what is printed. Writing to what is put there instead fails, as it should. */
static void occupy_closed_streams(void)
{
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
        if (fcntl(stream, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

void cli_start(const cli_program *this_program)
{
    occupy_closed_streams();
    program = this_program;
    /* Only how characters are shown: numbers keep their decimal point. */
    setlocale(LC_CTYPE, "");
    int count = 0;
    for (; count < program->count && count < OPTIONS_MAX; count++) {
        known[count] = (struct option){
            .name = program->options[count].name,
            .has_arg = program->options[count].argument ? required_argument : no_argument,
            .val = FIRST + count,
        };
    }
    known[count++] = (struct option){.name = "help", .val = HELP};
    known[count] = (struct option){.name = "version", .val = VERSION};
}

static void print_option(const cli_option *option)
{
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s", option->name, option->argument ? " " : "",
             option->argument ? option->argument : "");
    printf("  %-27s %s", left, option->help);
    if (option->initial[0])
        printf(" [%s]", option->initial);
    putchar('\n');
}

static void print_help(void)
{
    static const cli_option always[] = {
        {"help", NULL, "show this and stop (also -h)", ""},
        {"version", NULL, "show version and build, and stop", ""},
    };
    printf("usage: %s %s\n\n%s\n\n", program->name, program->usage, program->purpose);
    for (int i = 0; i < program->count; i++)
        print_option(&program->options[i]);
    for (int i = 0; i < 2; i++)
        print_option(&always[i]);
    printf("\nExit status: 0 done, 1 something failed, 2 wrong command line.\n");
}

int cli_next(int argc, char **argv)
{
    opterr = 0;
    const int found = getopt_long(argc, argv, ":h", known, NULL);
    if (found >= FIRST)
        return found - FIRST;
    switch (found) {
    case -1:
        return -1;
    case 'h':
    case HELP:
        print_help();
        exit(cli_finish(0));
    case VERSION:
        printf("%s %s\n%s\n", program->name, digit_version(), digit_build_info());
        exit(cli_finish(0));
    case ':':
        cli_usage_error("%s needs a value", argv[optind - 1]);
    default:
        if (optopt >= FIRST || optopt == HELP || optopt == VERSION)
            cli_usage_error("%s takes no value", argv[optind - 1]);
        if (optopt > 0)
            cli_usage_error("unknown option -%c", optopt);
        cli_usage_error("unknown option %s", argv[optind - 1]);
    }
}

uint64_t cli_whole(const char *option, const char *text, uint64_t least, uint64_t most)
{
    char *end = NULL;
    errno = 0;
    /* strtoull alone would take spaces and a sign. */
    const unsigned long long value =
        isdigit((unsigned char)text[0]) ? strtoull(text, &end, 10) : 0;
    if (!end || *end || errno || value < least || value > most)
        cli_usage_error("%s takes a whole number from %llu to %llu, not '%s'", option,
                        (unsigned long long)least, (unsigned long long)most, text);
    return value;
}

double cli_real(const char *option, const char *text, double least, double most)
{
    char *end = NULL;
    double value = NAN;
    /* strtod alone would take spaces, "nan", "inf" and hexadecimal. */
    if (text[0] && strspn(text, "0123456789.eE+-") == strlen(text))
        value = strtod(text, &end);
    if (!end || *end || !(value >= least && value <= most))
        cli_usage_error("%s takes a number from %g to %g, not '%s'", option, least, most, text);
    return value;
}

void cli_print_name(FILE *stream, const char *name)
{
    char form[VISIBLE_ROOM];
    while (*name) {
        name += visible_form(name, form);
        fputs(form, stream);
    }
}

/* Messages may quote names from outside. Each is one write(): what several processes say to one
 * stream, as the ranks of an MPI job do, stays line by line. */
static void print_message(const char *format, va_list arguments, const char *end)
{
    char text[2048], form[VISIBLE_ROOM];
    char line[4 * sizeof text + 100]; /* no escape sequence is longer than \xff for one byte */
    vsnprintf(text, sizeof text, format, arguments);
    int length = snprintf(line, 64, "%s: ", program->name);
    for (const char *rest = text; *rest;) {
        rest += visible_form(rest, form);
        length += sprintf(line + length, "%s", form);
    }
    length += sprintf(line + length, "%s\n", end);
    fflush(stdout);
    fwrite(line, 1, (size_t)length, stderr); /* stderr has no buffer */
}

void cli_message(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_message(format, arguments, "");
    va_end(arguments);
}

void cli_usage_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_message(format, arguments, "; try --help");
    va_end(arguments);
    exit(2);
}

int cli_library_error(const char *about)
{
    const char *text = digit_last_error();
    if (about && strncmp(text, about, strlen(about)) != 0)
        cli_message("%s: %s", about, text);
    else
        cli_message("%s", text);
    return 1;
}

int cli_finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    cli_message("standard output: %s", errno ? strerror(errno) : "write error");
    return 1;
}

bool cli_is_terminal(FILE *stream)
{
    const char *term = getenv("TERM");
    return isatty(fileno(stream)) && !(term && strcmp(term, "dumb") == 0);
}

bool cli_has_colour(FILE *stream)
{
    const char *no_colour = getenv("NO_COLOR");
    return cli_is_terminal(stream) && !(no_colour && no_colour[0]);
}

bool cli_has_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

json_t *cli_json_text(const char *text)
{
    static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
    uint32_t code;
    char *valid = malloc(3 * strlen(text) + 1), *to = valid;
    if (!valid)
        return NULL;
    while (*text) {
        const size_t length = visible_decode(text, &code);
        const size_t size = length > 0 ? length : sizeof replacement - 1;
        memcpy(to, length > 0 ? text : replacement, size);
        to += size;
        text += length > 0 ? length : 1;
    }
    *to = '\0';
    json_t *string = json_string(valid);
    free(valid);
    return string;
}

int cli_print_json(json_t *object, int digits)
{
    const size_t flags =
        JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION((size_t)digits);
    const bool fine = object && json_dumpf(object, stdout, flags) == 0;
    json_decref(object);
    if (!fine) {
        cli_message("the answer could not be written");
        return 1;
    }
    putchar('\n');
    return 0;
}
