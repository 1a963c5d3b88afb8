/* webcam_source.hpp - pictures one after another, from a camera or a video file. */
#ifndef EXAMPLES_WEBCAM_SOURCE_HPP
#define EXAMPLES_WEBCAM_SOURCE_HPP

#include <opencv2/videoio.hpp>
#include <stdexcept>
#include <string>

/* Says why there are no pictures, or no more of them. */
class SourceError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Source {
public:
    /* Camera `number`, asked for pictures of that size; it may have others. */
    Source(int number, cv::Size size);
    explicit Source(const std::string &file);

    bool is_camera() const { return file_.empty(); }
    cv::Size size() const { return first_.size(); }
    /* Pictures a second, as the file or the camera says; 30 if it does not. */
    double rate() const { return rate_; }

    /* The next picture, 3 bytes a pixel; false at the end of a file. Throws SourceError where
     * pictures end too soon. */
    bool next(cv::Mat &frame);

private:
    void start(const std::string &reason);

    std::string file_;
    int number_ = 0;
    cv::VideoCapture capture_;
    cv::Mat first_; /* read at the start, to know that there is one and its size */
    double rate_ = 30, promised_ = 0, given_ = 0;
};

#endif
