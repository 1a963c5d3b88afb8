#include "paint.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <opencv2/imgproc.hpp>

/* A capital of Hershey's simplex font at scale 1 is 21 pixels high. */
static constexpr double FONT_HEIGHT = 21;

static int thickness_of(int height)
{
    return std::max(1, height / 11);
}

void paint_text(cv::Mat &picture, const std::string &text, cv::Point at, int height,
                const cv::Scalar &colour)
{
    cv::putText(picture, text, at, cv::FONT_HERSHEY_SIMPLEX, height / FONT_HEIGHT, colour,
                thickness_of(height), cv::LINE_AA);
}

int paint_text_width(const std::string &text, int height)
{
    return cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, height / FONT_HEIGHT,
                           thickness_of(height), nullptr)
        .width;
}

void paint_bar(cv::Mat &picture, cv::Rect place, double fraction, const cv::Scalar &colour)
{
    cv::rectangle(picture, place, PAINT_LINE, cv::FILLED);
    place.width = static_cast<int>(std::lround(place.width * std::clamp(fraction, 0.0, 1.0)));
    if (place.width > 0)
        cv::rectangle(picture, place, colour, cv::FILLED);
}

void paint_sample(cv::Mat &picture, const digit::Sample &sample, cv::Rect place)
{
    cv::Mat grey(DIGIT_SAMPLE_SIDE, DIGIT_SAMPLE_SIDE, CV_8UC1), large;
    std::copy(sample.begin(), sample.end(), grey.begin<unsigned char>());
    cv::resize(grey, large, place.size(), 0, 0, cv::INTER_NEAREST);
    cv::Mat target = picture(place);
    cv::cvtColor(large, target, cv::COLOR_GRAY2BGR);
}

std::string paint_percent(double fraction)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", 100 * fraction);
    return text;
}
