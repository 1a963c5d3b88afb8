/* cli.h - what the programs share: options, strict numbers, messages, JSON. */
#ifndef EXAMPLES_CLI_H
#define EXAMPLES_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cli_option {
    const char *name;     /* without the dashes */
    const char *argument; /* stands for its value in --help; NULL: it takes none */
    const char *help;
    char initial[48];     /* the default as --help shows it; "" = none */
} cli_option;

typedef struct cli_program {
    const char *name;
    const char *usage;   /* what follows the name on the first line of --help */
    const char *purpose; /* a sentence or two */
    const cli_option *options;
    int count;
} cli_program;

/* First call of main(). `program` must stay. */
void cli_start(const cli_program *program);

/*
 * The next option of the command line: its index in the table, its value in
 * getopt's `optarg`. -1: no more, arguments begin at `optind`. Does not come
 * back after --help, --version or an option it does not know.
 */
int cli_next(int argc, char **argv);

/* The value of an option as a number, the whole of it and nothing else; ends the
 * program with a usage error if it is none or out of range. */
uint64_t cli_whole(const char *option, const char *text, uint64_t least, uint64_t most);
double cli_real(const char *option, const char *text, double least, double most);

/* One line on stderr that begins with the program's name. */
void cli_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, with "try --help", then exit 2. */
void cli_usage_error(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

/* What the library said last, with the name of the file it was about in front (NULL:
 * none) if it did not say that itself. Returns the exit status, 1. */
int cli_library_error(const char *about);

/* Last call of main(): `status`, or 1 if standard output could not be written. */
int cli_finish(int status);

/* A stream that a person watches and that understands control sequences. */
bool cli_is_terminal(FILE *stream);
/* The same, and colour is welcome (NO_COLOR). */
bool cli_has_colour(FILE *stream);
/* Block characters can be shown. */
bool cli_has_utf8(void);

/* A name from outside, for people: what would control a terminal is escaped (visible.h). */
void cli_print_name(FILE *stream, const char *name);

/* A JSON string of any bytes: what is not UTF-8 becomes U+FFFD. */
json_t *cli_json_text(const char *text);

/* Print `object` on a line of its own and release it; `digits` of every real are
 * significant. NULL (out of memory) is reported. Returns the exit status. */
int cli_print_json(json_t *object, int digits);

#ifdef __cplusplus
}
#endif

#endif
