/* mat.hpp - what digit::image() asks of a cv::Mat, for machines without OpenCV. */
#ifndef DIGIT_TEST_MAT_HPP
#define DIGIT_TEST_MAT_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

/* As cv::MatStep: no number, but turns into one. */
struct Step {
    std::size_t bytes;
    operator std::size_t() const { return bytes; }
};

/* White paper of `channels` bytes a pixel, with a margin right of it as a region of
 * interest has one. */
class Mat {
public:
    Mat(int height, int width, int channel_count)
        : rows(height), cols(width), step{static_cast<std::size_t>((width + 5) * channel_count)},
          channels_(channel_count), bytes_(static_cast<std::size_t>(height) * step, 255)
    {
        data = bytes_.data();
    }

    Mat(const Mat &) = delete;
    Mat &operator=(const Mat &) = delete;

    int channels() const { return channels_; }
    int depth() const { return depth_; }
    void pretend_depth(int depth) { depth_ = depth; }
    void pretend_channels(int channel_count) { channels_ = channel_count; }

    /* A black bar; a fourth channel stays opaque. */
    void bar(int x, int y, int width, int height)
    {
        for (int j = y; j < y + height; j++)
            for (int i = x * channels_; i < (x + width) * channels_; i++)
                if (i % channels_ < 3)
                    data[static_cast<std::size_t>(j) * step + static_cast<std::size_t>(i)] = 0;
    }

    int rows, cols;
    std::uint8_t *data;
    Step step;

private:
    int channels_, depth_ = 0;
    std::vector<std::uint8_t> bytes_;
};

#endif
