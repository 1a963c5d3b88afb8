/* answer.h - what a client gets for a request: one line of JSON. */
#ifndef EXAMPLES_ANSWER_H
#define EXAMPLES_ANSWER_H

#include "connection.h"

#include <digit/digit.h>

/* 0, or -1: the client is gone, or memory ran out. */
int answer_reading(connection *client, const digit_reading *reading);

/* `kind` is for programs, `message` for people. */
int answer_error(connection *client, const char *kind, const char *message);

#endif
