/*
 * read-daemon - reads pictures for other programs on this machine, which connect to a UNIX socket.
 *
 * One request is one picture, one answer is one line of JSON; a client may send many requests, one
 * after another. Each client has a thread, and all threads share one model, because reading does
 * not change it. A deadline holds from the first byte of a request to the end of its reading.
 */
#include "answer.h"
#include "cli.h"
#include "connection.h"
#include "listener.h"
#include "request.h"

#include <digit/digit.h>
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENTS, MODEL, TIME_LIMIT, OPTION_COUNT };

static const cli_option options[OPTION_COUNT] = {
    [CLIENTS] = {"clients", "N", "clients at the same time; others get an error", "8"},
    [MODEL] = {"model", "FILE", "model to ask", "the built-in one"},
    [TIME_LIMIT] = {"time-limit", "MS", "for each request, in milliseconds", "5000"},
};

static const cli_program program = {
    .name = "read-daemon",
    .usage = "[options] SOCKET",
    .purpose = "Read numbers for programs that connect to the UNIX socket SOCKET. A request is\n"
               "the absolute path of a picture file and a newline, or a PGM; the answer is a\n"
               "line of JSON.",
    .options = options,
    .count = OPTION_COUNT,
};

/* What all threads share. */
typedef struct server {
    digit_model *model; /* nobody changes it */
    uint32_t time_limit, most;
    pthread_mutex_t mutex;
    pthread_cond_t gone; /* a client */
    uint32_t clients;    /* of `most`; needs the mutex */
} server;

typedef struct session {
    server *shared;
    connection client;
} session;

static atomic_int stopping; /* set by a signal */

static void stop(int signal)
{
    stopping = 1;
}

/* ---- A client -------------------------------------------------------------------- */

static int answer_late(session *s)
{
    return answer_error(&s->client, "timeout", digit_status_text(DIGIT_ERR_TIMEOUT));
}

/* 0, or -1: the client is gone. */
static int read_picture(session *s, const digit_image *image)
{
    digit_read_options wanted;
    digit_reading *reading = NULL;
    digit_read_options_init(&wanted, sizeof wanted);
    wanted.time_limit_ms = connection_time_left(&s->client);
    if (wanted.time_limit_ms == 0) /* which would mean no limit */
        return answer_late(s);
    const digit_status status = digit_model_read(s->shared->model, image, &wanted, &reading);
    const int gone = status == DIGIT_OK            ? answer_reading(&s->client, reading)
                     : status == DIGIT_ERR_TIMEOUT ? answer_late(s)
                                                   : answer_error(&s->client, "library",
                                                                  digit_last_error());
    digit_reading_free(reading);
    return gone;
}

/* 0, or -1: the connection is over. */
static int serve_request(session *s)
{
    request wanted;
    int over = -1;
    connection_set_time(&s->client, s->shared->time_limit);
    switch (request_receive(&wanted, &s->client, s->shared->time_limit)) {
    case REQUEST_READY: over = read_picture(s, &wanted.image); break;
    case REQUEST_REFUSED: over = answer_error(&s->client, "picture", wanted.reason); break;
    case REQUEST_BROKEN: answer_error(&s->client, "request", wanted.reason); break;
    case REQUEST_LATE: answer_late(s); break;
    case REQUEST_NONE: break;
    }
    request_clear(&wanted);
    return over;
}

static void leave(server *shared)
{
    pthread_mutex_lock(&shared->mutex);
    shared->clients--;
    pthread_cond_signal(&shared->gone);
    pthread_mutex_unlock(&shared->mutex);
}

static void *serve_client(void *argument)
{
    session *s = argument;
    server *shared = s->shared;
    while (!stopping && serve_request(s) == 0)
        ;
    connection_close(&s->client);
    free(s);
    leave(shared);
    return NULL;
}

/* ---- All clients ------------------------------------------------------------------ */

static bool enter(server *shared)
{
    pthread_mutex_lock(&shared->mutex);
    const bool has_room = shared->clients < shared->most;
    shared->clients += has_room;
    pthread_mutex_unlock(&shared->mutex);
    return has_room;
}

static void refuse_client(int fd)
{
    connection client;
    connection_open(&client, fd);
    answer_error(&client, "busy", "too many clients at the same time");
    connection_close(&client);
}

/* A thread for it; 0, or -1: there is not enough memory. */
static int start_session(server *shared, int fd)
{
    pthread_t thread;
    session *s = malloc(sizeof *s);
    if (!s)
        return -1;
    s->shared = shared;
    connection_open(&s->client, fd);
    if (pthread_create(&thread, NULL, serve_client, s) != 0) {
        free(s);
        return -1;
    }
    pthread_detach(thread);
    return 0;
}

static void start_client(server *shared, int fd)
{
    if (!enter(shared)) {
        refuse_client(fd);
    } else if (start_session(shared, fd) != 0) {
        refuse_client(fd);
        leave(shared);
    }
}

static void wait_for_all(server *shared)
{
    pthread_mutex_lock(&shared->mutex);
    while (shared->clients > 0)
        pthread_cond_wait(&shared->gone, &shared->mutex);
    pthread_mutex_unlock(&shared->mutex);
}

/* Signals come only while listener_accept() waits, and to no other thread. */
static void catch_signals(void)
{
    const struct sigaction action = {.sa_handler = stop};
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static int serve(server *shared, const char *path)
{
    catch_signals();
    const int listener = listener_open(path);
    if (listener < 0)
        return cli_message("%s: %s", path, strerror(errno)), 1;
    while (!stopping) {
        const int fd = listener_accept(listener);
        if (fd >= 0)
            start_client(shared, fd);
    }
    listener_close(listener, path);
    wait_for_all(shared);
    return 0;
}

int main(int argc, char **argv)
{
    server shared = {.time_limit = 5000, .most = 8, .mutex = PTHREAD_MUTEX_INITIALIZER,
                     .gone = PTHREAD_COND_INITIALIZER};
    const char *model = NULL;
    int status = 0;
    cli_start(&program);
    for (int option; (option = cli_next(argc, argv)) >= 0;) {
        switch (option) {
        case CLIENTS: shared.most = (uint32_t)cli_whole("--clients", optarg, 1, 200); break;
        case MODEL: model = optarg; break;
        case TIME_LIMIT:
            shared.time_limit = (uint32_t)cli_whole("--time-limit", optarg, 1, 3600000);
            break;
        }
    }
    if (optind + 1 != argc)
        cli_usage_error("one SOCKET is needed");
    if ((model ? digit_model_load(model, &shared.model)
               : digit_model_load_pretrained(&shared.model)) != DIGIT_OK)
        status = cli_library_error(model);
    else
        status = serve(&shared, argv[optind]);
    digit_model_free(shared.model);
    return cli_finish(status);
}
