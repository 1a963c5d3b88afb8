/* A picture of several digits, with any options; the network is a toy, so that time goes to the
 * reader. */
#include "picture.h"

static digit_read_options make_options(fuzz_input *in)
{
    digit_read_options options;
    digit_read_options_init(&options, sizeof options);
    options.layout = fuzz_byte(in) % 4u;
    options.min_confidence = (float)fuzz_byte(in) / 255;
    options.min_height = fuzz_byte(in) % 40u;
    options.min_digits = fuzz_byte(in) % 4u;
    options.max_digits = fuzz_byte(in) % 8u;
    options.allowed = fuzz_number(in, 2) % 1024u;
    if (options.max_digits && options.max_digits < options.min_digits)
        options.max_digits = 0;
    if (options.layout == DIGIT_LAYOUT_GRID)
        options.rows = fuzz_byte(in) % 6u;
    options.columns = options.rows ? fuzz_byte(in) % 9u + 1 : 0;
    return options;
}

/* A space between groups, a newline between lines, a character for each glyph that is one. */
static void check_text(const char *text, const digit_glyph *glyphs, size_t count)
{
    size_t digits = 0, shown = 0;
    for (const char *at = text; *at; at++) {
        FUZZ_REQUIRE(strchr("0123456789? \n", *at) != NULL);
        digits += *at != ' ' && *at != '\n';
    }
    for (size_t i = 0; i < count; i++)
        shown += !(glyphs[i].flags & DIGIT_GLYPH_EMPTY);
    FUZZ_REQUIRE(digits == shown);
}

static void check_candidates(const digit_reading *reading, const digit_glyph *glyph)
{
    const char *text;
    double probability, before = 1;
    uint32_t rank = 0;
    while (digit_reading_candidate(reading, glyph->line, glyph->group, rank, &text,
                                   &probability) == DIGIT_OK) {
        FUZZ_REQUIRE(probability >= 0 && probability <= before + 1e-9);
        FUZZ_REQUIRE(strspn(text, "0123456789?") == strlen(text));
        before = probability;
        FUZZ_REQUIRE(++rank < 1000);
    }
    FUZZ_REQUIRE(text == NULL);
}

static void check_reading(const digit_reading *reading, const digit_image *image)
{
    size_t count;
    const digit_glyph *glyphs = digit_reading_glyphs(reading, &count);
    check_text(digit_reading_text(reading), glyphs, count);
    for (size_t i = 0; i < count; i++) {
        fuzz_check_box(&glyphs[i].box, image);
        if (!(glyphs[i].flags & DIGIT_GLYPH_EMPTY))
            fuzz_check_prediction(&glyphs[i].prediction);
        if (i == 0 || glyphs[i].group != glyphs[i - 1].group ||
            glyphs[i].line != glyphs[i - 1].line)
            check_candidates(reading, &glyphs[i]);
    }
}

int fuzz_one(const uint8_t *data, size_t size)
{
    static digit_model *models[2];
    fuzz_input in = {data, size};
    digit_reading *reading;
    if (!models[0]) {
        models[0] = fuzz_model("avgpool 4 dense 10");
        models[1] = fuzz_model("avgpool 4 dense 10 other 1");
    }
    const digit_model *model = models[fuzz_byte(&in) % 2];
    const digit_read_options options = make_options(&in);
    const fuzz_picture picture = fuzz_picture_make(&in, 12000);
    const digit_status status = digit_model_read(model, &picture.image, &options, &reading);
    FUZZ_REQUIRE((status == DIGIT_OK) == (reading != NULL));
    if (status == DIGIT_OK)
        check_reading(reading, &picture.image);
    else
        fuzz_check_refusal(status);
    digit_reading_free(reading);
    free(picture.pixels);
    return 0;
}
