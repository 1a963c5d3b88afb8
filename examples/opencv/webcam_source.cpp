#include "webcam_source.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgproc.hpp>
#include <sys/stat.h>
#include <unistd.h>

/* Containers only estimate how many pictures they hold. */
static constexpr double PROMISE_KEPT = 0.9;

/* Its own warnings, and FFmpeg's, would say the same again, in their own words. */
static void silence_opencv()
{
    setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0); /* AV_LOG_QUIET */
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
}

static void check_file(const std::string &file)
{
    struct stat facts;
    if (stat(file.c_str(), &facts) != 0)
        throw SourceError(file + ": " + std::strerror(errno));
    if (!S_ISREG(facts.st_mode)) /* a pipe would keep us waiting */
        throw SourceError(file + ": not a file");
    if (access(file.c_str(), R_OK) != 0)
        throw SourceError(file + ": " + std::strerror(errno));
}

Source::Source(int number, cv::Size size) : number_(number)
{
    silence_opencv();
    const std::string device = "/dev/video" + std::to_string(number);
    struct stat facts;
    if (stat(device.c_str(), &facts) != 0)
        throw SourceError("there is no camera " + std::to_string(number) + " (" + device + ": " +
                          std::strerror(errno) + "); name a video file, or another --camera");
    capture_.open(number, cv::CAP_V4L2);
    capture_.set(cv::CAP_PROP_FRAME_WIDTH, size.width);
    capture_.set(cv::CAP_PROP_FRAME_HEIGHT, size.height);
    capture_.set(cv::CAP_PROP_BUFFERSIZE, 1); /* what it sees now, not a while ago */
    start("camera " + std::to_string(number) + " (" + device +
          ") gives no pictures: may this user open it, does another program hold it?");
}

Source::Source(const std::string &file) : file_(file)
{
    silence_opencv();
    check_file(file);
    capture_.open(file, cv::CAP_FFMPEG);
    if (!capture_.isOpened()) /* no FFmpeg in this OpenCV, or a kind it does not know */
        capture_.open(file);
    promised_ = capture_.isOpened() ? capture_.get(cv::CAP_PROP_FRAME_COUNT) : 0;
    start(file + ": no video that OpenCV can read");
}

void Source::start(const std::string &reason)
{
    if (!capture_.isOpened() || !capture_.read(first_) || first_.empty())
        throw SourceError(reason);
    const double rate = capture_.get(cv::CAP_PROP_FPS);
    if (rate >= 1 && rate <= 1000) /* NaN and nonsense: 30 */
        rate_ = rate;
}

/* Depth cameras and some codecs give other kinds of pixels. */
static void to_bgr8(cv::Mat &frame)
{
    if (frame.depth() != CV_8U)
        frame.convertTo(frame, CV_8U, frame.depth() == CV_16U ? 1 / 257.0 : 1);
    if (frame.channels() == 1)
        cv::cvtColor(frame, frame, cv::COLOR_GRAY2BGR);
    else if (frame.channels() == 4)
        cv::cvtColor(frame, frame, cv::COLOR_BGRA2BGR);
}

bool Source::next(cv::Mat &frame)
{
    if (given_ == 0) {
        first_.copyTo(frame);
    } else if (!capture_.read(frame) || frame.empty()) {
        if (is_camera())
            throw SourceError("camera " + std::to_string(number_) + " gives no more pictures");
        if (given_ < PROMISE_KEPT * promised_)
            throw SourceError(file_ + ": damaged: it ends after " +
                              std::to_string(static_cast<long>(given_)) + " of " +
                              std::to_string(static_cast<long>(promised_)) + " pictures");
        return false;
    }
    given_++;
    to_bgr8(frame);
    return true;
}
