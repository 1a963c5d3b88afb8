/* paint.hpp - text, bars and samples on a cv::Mat of blue, green, red. */
#ifndef EXAMPLES_PAINT_HPP
#define EXAMPLES_PAINT_HPP

#include <digit/digit.hpp>
#include <opencv2/core.hpp>
#include <string>

const cv::Scalar PAINT_INK(60, 50, 40), PAINT_PALE(150, 140, 130), PAINT_LINE(215, 210, 205),
    PAINT_PANEL(250, 247, 245), PAINT_SURE(70, 140, 20), PAINT_UNSURE(40, 60, 210);

/* `at` is the left end of the line the text stands on; `height` of a capital, in pixels. */
void paint_text(cv::Mat &picture, const std::string &text, cv::Point at, int height,
                const cv::Scalar &colour);

/* The width the text will have. */
int paint_text_width(const std::string &text, int height);

/* `fraction` of the place is filled. */
void paint_bar(cv::Mat &picture, cv::Rect place, double fraction, const cv::Scalar &colour);

/* White on black as the network sees it, each pixel a square. */
void paint_sample(cv::Mat &picture, const digit::Sample &sample, cv::Rect place);

/* "99.3 %" */
std::string paint_percent(double fraction);

#endif
