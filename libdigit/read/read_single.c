#include "read/read_parts.h"
#include "vision/sample/normalize.h"

/* The digits by their probability, one candidate each, while there is any. */
static digit_status add_candidates(digit_reading *reading, const digit_glyph *glyph,
                                   uint32_t allowed)
{
    const digit_prediction *answer = &glyph->prediction;
    const char letter = dg_glyph_letter(glyph);
    digit_status status =
        dg_reading_add_candidate(reading, &letter, 1, (double)answer->confidence);
    allowed &= ~(1u << answer->digit);
    for (int d; status == DIGIT_OK && (d = dg_read_digit(answer, allowed)) >= 0;) {
        const double p = (double)answer->probabilities[d] * (1 - (double)answer->other);
        const char other = (char)('0' + d);
        if (p < 1e-4)
            break;
        status = dg_reading_add_candidate(reading, &other, 1, p);
        allowed &= ~(1u << d);
    }
    return status;
}

digit_status dg_read_single(const dg_reader *reader, const digit_image *image,
                            const digit_read_options *options, digit_reading *reading)
{
    dg_prepared found;
    digit_status status = dg_normalize(image, reader->threads.deadline, &found);
    if (status != DIGIT_OK || found.flags & DIGIT_FLAG_BLANK)
        return status;
    if ((uint32_t)found.box.height < options->min_height)
        return DIGIT_OK;
    digit_glyph glyph = {.box = found.box};
    status = dg_predictor_run(reader->predictor, reader->threads, found.sample, 1,
                              &glyph.prediction);
    if (status != DIGIT_OK)
        return status;
    const uint32_t allowed = dg_read_allowed(options);
    glyph.prediction =
        dg_read_answer(glyph.prediction, dg_read_digit(&glyph.prediction, allowed));
    if (glyph.prediction.confidence < options->min_confidence)
        glyph.flags |= DIGIT_GLYPH_REJECTED;
    status = dg_reading_add_group(reading, 0, 0);
    if (status == DIGIT_OK)
        status = add_candidates(reading, &glyph, allowed);
    if (status == DIGIT_OK)
        status = dg_reading_add_glyph(reading, &glyph);
    return status;
}
