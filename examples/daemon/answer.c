#include "answer.h"

#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* An answer is short: a client that does not take it in this time does not want it. */
enum { SEND_MILLISECONDS = 1000, REALS = 6 };

/* Releases `object`; NULL: memory ran out. */
static int send_line(connection *client, json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(REALS)) : NULL;
    connection_set_time(client, SEND_MILLISECONDS);
    const int failed = !text || connection_send(client, text, strlen(text)) != 0 ||
                       connection_send(client, "\n", 1) != 0;
    free(text);
    json_decref(object);
    return failed ? -1 : 0;
}

static json_t *digit_object(const digit_glyph *glyph)
{
    const digit_box box = glyph->box;
    return json_pack("{s:i, s:f, s:[i, i, i, i], s:i, s:i}", "digit", glyph->prediction.digit,
                     "confidence", (double)glyph->prediction.confidence, "box", box.x, box.y,
                     box.width, box.height, "line", (int)glyph->line, "group",
                     (int)glyph->group);
}

int answer_reading(connection *client, const digit_reading *reading)
{
    size_t count;
    const digit_glyph *glyphs = digit_reading_glyphs(reading, &count);
    json_t *digits = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(digits, digit_object(&glyphs[i]));
    return send_line(client, json_pack("{s:s, s:o}", "text", digit_reading_text(reading),
                                       "digits", digits));
}

int answer_error(connection *client, const char *kind, const char *message)
{
    return send_line(client, json_pack("{s:s, s:o}", "error", kind, "message",
                                       cli_json_text(message)));
}
