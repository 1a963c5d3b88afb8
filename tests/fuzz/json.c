/* The reader of headers, asked for whatever stands there until it refuses or all is read. */
#include "io/json.h"

#include "fuzz.h"

/* The next text, list or mark. */
static digit_status take(dg_json *json)
{
    uint64_t numbers[4];
    size_t count;
    const char *text;
    const uint8_t *before;
    for (const char *mark = "{}:,]"; *mark; mark++)
        if (dg_json_next(json, *mark))
            return DIGIT_OK;
    before = json->at;
    if (before < json->end && *before == '[') {
        const digit_status status = dg_json_numbers(json, numbers, 4, &count);
        FUZZ_REQUIRE(count <= 4);
        return status;
    }
    const digit_status status = dg_json_text(json, &text);
    if (status == DIGIT_OK)
        FUZZ_REQUIRE(dg_json_is_utf8(text) && strlen(text) <= (size_t)(json->at - before));
    return status;
}

int fuzz_one(const uint8_t *data, size_t size)
{
    char *room = malloc(size ? size : 1);
    FUZZ_REQUIRE(room != NULL);
    dg_json json = {data, data, data + size, room};
    digit_status status = DIGIT_OK;
    while (status == DIGIT_OK && dg_json_end(&json) != DIGIT_OK)
        status = take(&json);
    FUZZ_REQUIRE(json.at <= json.end && json.room <= room + size);
    FUZZ_REQUIRE(status == DIGIT_OK || status == DIGIT_ERR_FORMAT);
    free(room);
    return 0;
}
