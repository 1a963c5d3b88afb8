#include "webcam_overlay.hpp"

#include "paint.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

enum { BAND = 22, LETTER = 10, SAMPLE = 42 }; /* pixels high */

static const cv::Scalar WHITE(255, 255, 255), FAINT(200, 200, 200), SURE(90, 190, 40),
    UNSURE(60, 90, 235);

/* From here on it is not worth showing how many pictures agree. */
static constexpr double AGREED = 0.95;

/* Darker, so that light text can be read on it. */
static void paint_band(cv::Mat &frame, int y, const std::string &text)
{
    cv::Mat band = frame(cv::Rect(0, y, frame.cols, BAND) & cv::Rect({0, 0}, frame.size()));
    band.convertTo(band, -1, 0.35);
    paint_text(frame, text, {8, y + BAND - 7}, LETTER, WHITE);
}

static void paint_glyph(cv::Mat &frame, const digit::Glyph &glyph)
{
    const digit::Box &b = glyph.box;
    const cv::Scalar &colour = glyph.flags & DIGIT_GLYPH_REJECTED ? UNSURE : SURE;
    cv::rectangle(frame, {b.x - 2, b.y - 2, b.width + 4, b.height + 4}, colour, 1);
}

/* A frame around it and its text above, or below where there is no room. */
static void paint_number(cv::Mat &frame, const Number &number)
{
    const int height = std::clamp(number.box.height / 2, static_cast<int>(LETTER), 40);
    const cv::Rect box(number.box.x - 5, number.box.y - 5, number.box.width + 10,
                       number.box.height + 10);
    const int above = box.y - 6 - BAND;
    const int y = above > height ? box.y - 6 : box.y + box.height + height + 6;
    cv::rectangle(frame, box, SURE, 2, cv::LINE_AA);
    paint_text(frame, number.text, {std::max(2, box.x), y}, height, SURE);
    if (number.agreement < AGREED)
        paint_text(frame, paint_percent(number.agreement),
                   {std::max(2, box.x) + paint_text_width(number.text, height) + 8, y}, LETTER,
                   SURE);
}

static void paint_samples(cv::Mat &frame, const std::vector<digit::Sample> &samples, int bottom)
{
    const cv::Rect whole({0, 0}, frame.size());
    cv::Rect place(8, bottom - SAMPLE - 6, SAMPLE, SAMPLE);
    for (const digit::Sample &sample : samples) {
        if ((place & whole) != place)
            break;
        paint_sample(frame, sample, place);
        cv::rectangle(frame, place, FAINT, 1);
        place.x += SAMPLE + 4;
    }
}

void overlay_paint(cv::Mat &frame, const Overlay &overlay)
{
    if (overlay.region.size() != frame.size())
        cv::rectangle(frame, overlay.region, FAINT, 1);
    for (const digit::Glyph &glyph : overlay.glyphs)
        paint_glyph(frame, glyph);
    for (const Number &number : overlay.numbers)
        paint_number(frame, number);
    if (frame.rows < 4 * BAND)
        return;
    const int foot = overlay.help.empty() ? frame.rows : frame.rows - BAND;
    paint_samples(frame, overlay.samples, foot);
    paint_band(frame, 0, overlay.status);
    if (!overlay.help.empty())
        paint_band(frame, foot, overlay.help);
}

void overlay_frame(cv::Mat &frame, const cv::Rect &region)
{
    cv::rectangle(frame, region, WHITE, 1);
}
