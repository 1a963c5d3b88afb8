/* webcam_overlay.hpp - what was read, drawn over the picture. */
#ifndef EXAMPLES_WEBCAM_OVERLAY_HPP
#define EXAMPLES_WEBCAM_OVERLAY_HPP

#include "webcam_votes.hpp"

#include <digit/digit.hpp>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

struct Overlay {
    cv::Rect region;                     /* the part that is read */
    std::vector<digit::Glyph> glyphs;    /* of this picture, in its pixels */
    std::vector<digit::Sample> samples;  /* of the first of them */
    std::vector<Number> numbers;         /* voted */
    std::string status;                  /* first line */
    std::string help;                    /* last line; empty: none */
};

enum { OVERLAY_SAMPLES = 12 }; /* as many are shown */

void overlay_paint(cv::Mat &frame, const Overlay &overlay);

/* A region while it is being dragged. */
void overlay_frame(cv::Mat &frame, const cv::Rect &region);

#endif
