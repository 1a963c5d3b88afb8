#include "io/json.h"

#include "base/error.h"

#include <string.h>

static digit_status fail(const dg_json *json, const char *what)
{
    return dg_fail(DIGIT_ERR_FORMAT, "byte %zu of the header: %s",
                   (size_t)(json->at - json->start), what);
}

/* The byte at hand; NUL at the end, and that is nowhere allowed. */
static uint8_t peek(const dg_json *json)
{
    return json->at < json->end ? *json->at : 0;
}

static void skip_spaces(dg_json *json)
{
    while (peek(json) == ' ')
        json->at++;
}

bool dg_json_next(dg_json *json, char mark)
{
    skip_spaces(json);
    if (peek(json) != (uint8_t)mark)
        return false;
    json->at++;
    return true;
}

digit_status dg_json_expect(dg_json *json, char mark)
{
    char what[] = "no '?' where one should be";
    if (dg_json_next(json, mark))
        return DIGIT_OK;
    what[4] = mark;
    return fail(json, what);
}

digit_status dg_json_end(dg_json *json)
{
    skip_spaces(json);
    return json->at == json->end ? DIGIT_OK : fail(json, "something after the end");
}

/* ---- Numbers ---------------------------------------------------------- */

static digit_status read_number(dg_json *json, uint64_t *number)
{
    skip_spaces(json);
    const uint8_t *first = json->at;
    for (*number = 0; peek(json) >= '0' && peek(json) <= '9'; json->at++) {
        if (__builtin_mul_overflow(*number, (uint64_t)10, number) ||
            __builtin_add_overflow(*number, (uint64_t)(*json->at - '0'), number))
            return fail(json, "a number too large");
    }
    if (json->at == first)
        return fail(json, "no whole number where one should be");
    if (*first == '0' && json->at > first + 1)
        return fail(json, "a number with a needless 0");
    return DIGIT_OK;
}

/* A list of up to `most` of them. */
digit_status dg_json_numbers(dg_json *json, uint64_t *numbers, size_t most, size_t *count)
{
    digit_status status = dg_json_expect(json, '[');
    *count = 0;
    if (status == DIGIT_OK && dg_json_next(json, ']'))
        return DIGIT_OK;
    do {
        if (status == DIGIT_OK && *count == most)
            status = fail(json, "a list too long");
        if (status == DIGIT_OK)
            status = read_number(json, &numbers[(*count)++]);
    } while (status == DIGIT_OK && dg_json_next(json, ','));
    return status == DIGIT_OK ? dg_json_expect(json, ']') : status;
}

/* ---- Texts ------------------------------------------------------------ */

/* The bytes of the character at text[room]; 0 if it is none. */
static size_t utf8_length(const uint8_t *text, size_t room)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* for so many bytes */
    const uint8_t c = text[0];
    const size_t length =
        c < 0x80 ? 1 : c < 0xc0 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf8 ? 4 : 0;
    uint32_t point = length > 1 ? c & (0x7fU >> length) : c;
    if (length > room)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (text[i] & 0x3fU);
    }
    if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    return length;
}

bool dg_json_is_utf8(const char *text)
{
    const uint8_t *at = (const uint8_t *)text, *end = at + strlen(text);
    while (at < end) {
        const size_t length = utf8_length(at, (size_t)(end - at));
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

static void put_point(dg_json *json, uint32_t point)
{
    const int more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
    *json->room++ = (char)(first[more] | point >> 6 * more);
    for (int i = more - 1; i >= 0; i--)
        *json->room++ = (char)(0x80 | (point >> 6 * i & 0x3f));
}

/* Four hexadecimal digits. */
static bool read_unit(dg_json *json, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, json->at++) {
        const char *digits = "0123456789abcdefABCDEF";
        const char *digit = peek(json) ? strchr(digits, peek(json)) : NULL;
        if (!digit)
            return false;
        const uint32_t value = (uint32_t)(digit - digits);
        *unit = *unit << 4 | (value < 16 ? value : value - 6);
    }
    return true;
}

/* Behind a backslash and u: one code point, of two units where it takes two. */
static digit_status read_point(dg_json *json)
{
    uint32_t unit, second;
    if (!read_unit(json, &unit))
        return fail(json, "no hexadecimal digit where one should be");
    if (unit >= 0xd800 && unit <= 0xdbff) {
        if (peek(json) != '\\' || json->at + 1 >= json->end || json->at[1] != 'u')
            return fail(json, "half a character");
        json->at += 2;
        if (!read_unit(json, &second) || second < 0xdc00 || second > 0xdfff)
            return fail(json, "half a character");
        unit = 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
    } else if (unit == 0 || (unit >= 0xdc00 && unit <= 0xdfff)) {
        return fail(json, unit ? "half a character" : "a NUL in a text");
    }
    put_point(json, unit);
    return DIGIT_OK;
}

/* Behind a backslash. */
static digit_status read_escape(dg_json *json)
{
    static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const uint8_t name = peek(json);
    const char *found = name ? strchr(names, name) : NULL;
    if (!found && name != 'u')
        return fail(json, "an unknown escape");
    json->at++;
    if (name == 'u')
        return read_point(json);
    *json->room++ = meanings[found - names];
    return DIGIT_OK;
}

digit_status dg_json_text(dg_json *json, const char **text)
{
    digit_status status = dg_json_expect(json, '"');
    *text = json->room;
    while (status == DIGIT_OK && peek(json) != '"') {
        if (peek(json) < ' ') {
            status = fail(json, json->at == json->end ? "the end amid a text"
                                                      : "a control character in a text");
        } else if (*json->at == '\\') {
            json->at++;
            status = read_escape(json);
        } else {
            const size_t length = utf8_length(json->at, (size_t)(json->end - json->at));
            if (length == 0)
                status = fail(json, "not UTF-8");
            memcpy(json->room, json->at, length);
            json->room += length;
            json->at += length;
        }
    }
    if (status == DIGIT_OK) {
        json->at++;
        *json->room++ = '\0'; /* in place of the quotes */
    }
    return status;
}
