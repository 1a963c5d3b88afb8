/* webcam_reader.hpp - from a picture of the camera to the numbers in it. */
#ifndef EXAMPLES_WEBCAM_READER_HPP
#define EXAMPLES_WEBCAM_READER_HPP

#include "webcam_votes.hpp"

#include <digit/digit.hpp>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

/* What one picture shows. Boxes are in its pixels. */
struct Seen {
    std::vector<digit::Glyph> glyphs;
    std::vector<Number> numbers; /* of glyphs that are sure, and wholly in the region */
    std::string trouble;         /* why nothing was read; "" = it was */
};

class Reader {
public:
    /* Pictures are read at 1 / `shrink` of their size. */
    Reader(const digit::Model &model, const digit::ReadOptions &options, int shrink)
        : model_(model), options_(options), shrink_(shrink) {}

    /* Pictures that are too crowded, or take too long, are no error here: the next one comes. */
    Seen read(const cv::Mat &frame, const cv::Rect &region);

    /* What the network saw of the first `most` glyphs of the last picture. */
    std::vector<digit::Sample> samples(std::size_t most) const;

private:
    const digit::Model &model_;
    digit::ReadOptions options_;
    int shrink_;
    cv::Mat small_;                    /* the region of the last picture, as it was read */
    std::vector<digit::Glyph> glyphs_; /* in its pixels */
};

#endif
