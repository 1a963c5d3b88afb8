#include "webcam_reader.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

/* So many times as high as wide: the edge of a sheet rather than a 1. */
static constexpr int SLENDER = 20;

static cv::Rect rect_of(const digit::Box &box)
{
    return {box.x, box.y, box.width, box.height};
}

static bool is_edge(const digit::Glyph &glyph)
{
    return glyph.box.height > SLENDER * glyph.box.width;
}

/* Half of it may lie beyond the border of what was read. */
static bool is_cut_off(const digit::Box &b, cv::Size size)
{
    return b.x <= 0 || b.y <= 0 || b.x + b.width >= size.width || b.y + b.height >= size.height;
}

/* Edges go; what is cut off is not to be trusted. */
static void judge(std::vector<digit::Glyph> &glyphs, cv::Size size)
{
    glyphs.erase(std::remove_if(glyphs.begin(), glyphs.end(), is_edge), glyphs.end());
    for (digit::Glyph &glyph : glyphs)
        if (is_cut_off(glyph.box, size))
            glyph.flags |= DIGIT_GLYPH_REJECTED;
}

/* Group after group; those with a doubtful digit are left out. */
static std::vector<Number> numbers_of(const std::vector<digit::Glyph> &glyphs)
{
    std::vector<Number> numbers;
    for (auto first = glyphs.begin(); first != glyphs.end();) {
        const auto end = std::find_if(first, glyphs.end(), [first](const digit::Glyph &glyph) {
            return glyph.line != first->line || glyph.group != first->group;
        });
        Number number = {"", rect_of(first->box)};
        bool doubtful = false;
        for (; first != end; ++first) {
            number.text += static_cast<char>('0' + first->prediction.digit);
            number.box |= rect_of(first->box);
            doubtful = doubtful || first->flags & DIGIT_GLYPH_REJECTED;
        }
        if (!doubtful)
            numbers.push_back(number);
    }
    return numbers;
}

static cv::Rect enlarged(const cv::Rect &box, int times, cv::Point corner)
{
    return {corner + times * box.tl(), box.size() * times};
}

Seen Reader::read(const cv::Mat &frame, const cv::Rect &region)
{
    Seen seen;
    cv::resize(frame(region), small_, {}, 1.0 / shrink_, 1.0 / shrink_, cv::INTER_AREA);
    glyphs_.clear();
    try {
        glyphs_ = model_.read(digit::image(small_), options_).glyphs();
    } catch (const digit::Error &error) {
        if (error.status() != DIGIT_ERR_LIMIT && error.status() != DIGIT_ERR_TIMEOUT)
            throw;
        seen.trouble = error.what();
    }
    judge(glyphs_, small_.size());
    seen.glyphs = glyphs_;
    seen.numbers = numbers_of(glyphs_);
    for (digit::Glyph &glyph : seen.glyphs) {
        const cv::Rect box = enlarged(rect_of(glyph.box), shrink_, region.tl());
        glyph.box = {box.x, box.y, box.width, box.height};
    }
    for (Number &number : seen.numbers)
        number.box = enlarged(number.box, shrink_, region.tl());
    return seen;
}

std::vector<digit::Sample> Reader::samples(std::size_t most) const
{
    const cv::Rect whole({0, 0}, small_.size());
    std::vector<digit::Sample> samples;
    for (std::size_t i = 0; i < std::min(most, glyphs_.size()); i++) {
        const cv::Rect box = rect_of(glyphs_[i].box);
        const int margin = box.height / 6 + 1; /* paper around the ink */
        const cv::Rect place(box.x - margin, box.y - margin, box.width + 2 * margin,
                             box.height + 2 * margin);
        samples.push_back(model_.normalize(digit::image(small_(place & whole))));
    }
    return samples;
}
