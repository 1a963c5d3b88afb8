/* webcam - the numbers a camera or a video shows, read as it runs. */
#include "cli.h"
#include "webcam_overlay.hpp"
#include "webcam_reader.hpp"
#include "webcam_source.hpp"
#include "webcam_votes.hpp"
#include "window.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <digit/digit.hpp>
#include <exception>
#include <getopt.h>
#include <opencv2/highgui.hpp>
#include <opencv2/videoio.hpp>
#include <string>
#include <sys/stat.h>
#include <vector>

enum {
    CAMERA, SIZE, REGION, SHRINK, MIN_CONFIDENCE, LENGTH, NO_DISPLAY, SAVE, JSON, MODEL, THREADS,
    OPTION_COUNT
};

static const cli_option options[OPTION_COUNT] = {
    {"camera", "N", "which camera, without a VIDEO", "0"},
    {"size", "WxH", "size to ask the camera for", "640x480"},
    {"region", "X,Y,W,H|all", "part of the picture to read, in pixels", "its middle"},
    {"shrink", "N", "read at 1/N of the size: faster, less noise; 1 for small digits", "2"},
    {"min-confidence", "P", "leave numbers out that have a digit less sure, 0 to 1", "0.3"},
    {"length", "N", "how many digits a number has", "any"},
    {"no-display", nullptr, "no window", ""},
    {"save", "OUT.mp4", "write the video with what was read (.mp4 or .avi)", ""},
    {"json", nullptr, "print what is read as JSON, one object each time it changes", ""},
    {"model", "FILE", "model to ask", "the built-in one"},
    {"threads", "N", "threads to use; 0: one for each CPU", "1"},
};

static const cli_program program = {
    "webcam",
    "[options] [VIDEO]",
    "Read the numbers a camera shows, or a video file. What most of the last pictures agree on\n"
    "is shown, and printed each time it changes. Drag the mouse to read another region. Keys:\n"
    "r read all of the picture, space pause, h hide the help, q quit.",
    options,
    OPTION_COUNT,
};

static const char *const TITLE = "libdigit: webcam";
static const char *const HELP = "drag: region   r all   space pause   h help   q quit";

enum { REGION_LEAST = 16, SHRINK_MOST = 8, TIME_LIMIT = 250 /* milliseconds a picture */ };

struct Settings {
    int camera = 0;
    cv::Size size = {640, 480};
    cv::Rect region; /* empty: the middle, or all */
    bool all = false;
    int shrink = 2;
    digit::ReadOptions read;
    bool display = true, json = false;
    std::string video, save, model;
    std::uint32_t threads = 1;
};

/* ---- Command line --------------------------------------------------------- */

/* Whole numbers with `separator` between them, as many as there is room for. */
static std::vector<int> parse_numbers(const char *option, const std::string &text,
                                      char separator, std::size_t count)
{
    std::vector<int> numbers;
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find(separator, start), text.size());
        const std::string part = text.substr(start, end - start);
        numbers.push_back(static_cast<int>(cli_whole(option, part.c_str(), 0, 65535)));
        start = end + 1;
    }
    if (numbers.size() != count)
        cli_usage_error("%s: expected %zu numbers with '%c' between them, not '%s'", option, count,
                        separator, text.c_str());
    return numbers;
}

static cv::Rect parse_region(const char *text)
{
    const std::vector<int> n = parse_numbers("--region", text, ',', 4);
    if (n[2] < REGION_LEAST || n[3] < REGION_LEAST)
        cli_usage_error("--region: at least %d x %d pixels", REGION_LEAST, REGION_LEAST);
    return {n[0], n[1], n[2], n[3]};
}

static bool ends_with(const std::string &text, const std::string &end)
{
    return text.size() > end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

static Settings parse(int argc, char **argv)
{
    Settings s;
    s.read.min_confidence = 0.3f;
    cli_start(&program);
    for (int option; (option = cli_next(argc, argv)) >= 0;) {
        std::vector<int> n;
        switch (option) {
        case CAMERA: s.camera = static_cast<int>(cli_whole("--camera", optarg, 0, 255)); break;
        case SIZE: n = parse_numbers("--size", optarg, 'x', 2); s.size = {n[0], n[1]}; break;
        case REGION:
            s.all = optarg == std::string("all");
            s.region = s.all ? cv::Rect() : parse_region(optarg);
            break;
        case SHRINK:
            s.shrink = static_cast<int>(cli_whole("--shrink", optarg, 1, SHRINK_MOST));
            break;
        case MIN_CONFIDENCE:
            s.read.min_confidence =
                static_cast<float>(cli_real("--min-confidence", optarg, 0, 1));
            break;
        case LENGTH:
            s.read.min_digits = static_cast<std::uint32_t>(cli_whole("--length", optarg, 1, 64));
            s.read.max_digits = s.read.min_digits;
            break;
        case NO_DISPLAY: s.display = false; break;
        case SAVE: s.save = optarg; break;
        case JSON: s.json = true; break;
        case MODEL: s.model = optarg; break;
        case THREADS:
            s.threads = static_cast<std::uint32_t>(cli_whole("--threads", optarg, 0, 256));
            break;
        }
    }
    if (!s.save.empty() && !ends_with(s.save, ".mp4") && !ends_with(s.save, ".avi"))
        cli_usage_error("--save: expected a name that ends in .mp4 or .avi, not '%s'",
                        s.save.c_str());
    if (optind < argc)
        s.video = argv[optind++];
    else
        s.read.time_limit_ms = TIME_LIMIT; /* of a file each picture counts */
    if (optind < argc)
        cli_usage_error("one VIDEO, not '%s' too", argv[optind]);
    return s;
}

/* ---- Time ----------------------------------------------------------------- */

/* Milliseconds, by kind of work. */
class Stopwatch {
public:
    enum Kind { GET, READ, DRAW, WRITE, SHOW, KINDS };

    /* What was done since the last call was this. */
    void lap(Kind kind)
    {
        const auto now = Clock::now();
        spent_[kind] += std::chrono::duration<double, std::milli>(now - last_).count();
        last_ = now;
    }

    void count_frame()
    {
        frames_++;
        work_ += SHARE * (work() - before_ - work_);
        before_ = work();
    }

    /* Moving average of the work of a picture: reading, voting, drawing. */
    double recent() const { return work_; }

    void report() const
    {
        const double n = std::max(frames_, 1.0), all = work() / n;
        cli_message("%.0f pictures, each %.2f ms of work (read %.2f, draw %.2f): %.0f a second; "
                    "decoding them took %.2f ms, saving %.2f, showing %.2f; processor time %.2f",
                    frames_, all, spent_[READ] / n, spent_[DRAW] / n, 1000 / std::max(all, 1e-3),
                    spent_[GET] / n, spent_[WRITE] / n, spent_[SHOW] / n,
                    1000.0 * static_cast<double>(std::clock() - processor_) / CLOCKS_PER_SEC / n);
    }

private:
    using Clock = std::chrono::steady_clock;
    static constexpr double SHARE = 0.1;

    double work() const { return spent_[READ] + spent_[DRAW]; }

    Clock::time_point last_ = Clock::now();
    std::clock_t processor_ = std::clock();
    double spent_[KINDS] = {}, frames_ = 0, work_ = 0, before_ = 0;
};

/* ---- Output --------------------------------------------------------------- */

static std::string text_of(const std::vector<Number> &numbers)
{
    std::string text;
    for (const Number &number : numbers)
        text += (text.empty() ? "" : " ") + number.text;
    return text;
}

static json_t *as_json(const std::vector<Number> &numbers, long frame, double seconds)
{
    json_t *list = json_array();
    for (const Number &number : numbers)
        json_array_append_new(
            list, json_pack("{s:s, s:f, s:[i,i,i,i]}", "text", number.text.c_str(), "agreement",
                            number.agreement, "box", number.box.x, number.box.y,
                            number.box.width, number.box.height));
    return json_pack("{s:i, s:f, s:s, s:o}", "frame", static_cast<int>(frame), "seconds", seconds,
                     "text", text_of(numbers).c_str(), "numbers", list);
}

static int print(const Settings &s, const std::vector<Number> &numbers, long frame,
                 double seconds)
{
    int status = 0;
    if (s.json)
        status = cli_print_json(as_json(numbers, frame, seconds), 6);
    else
        std::printf("%8.2f s  %s\n", seconds,
                    numbers.empty() ? "-" : text_of(numbers).c_str());
    return std::fflush(stdout) == 0 ? status : 1;
}

static bool is_same_file(const std::string &a, const std::string &b)
{
    struct stat of_a, of_b;
    return stat(a.c_str(), &of_a) == 0 && stat(b.c_str(), &of_b) == 0 &&
           of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

static cv::VideoWriter open_writer(const Settings &s, const Source &source)
{
    if (is_same_file(s.save, s.video))
        throw SourceError(s.save + ": a video cannot be saved over itself");
    cv::VideoWriter writer;
    const int kind = ends_with(s.save, ".avi") ? cv::VideoWriter::fourcc('M', 'J', 'P', 'G')
                                               : cv::VideoWriter::fourcc('m', 'p', '4', 'v');
    if (!s.save.empty() && !writer.open(s.save, kind, source.rate(), source.size()))
        throw SourceError(s.save + ": the video cannot be written there");
    return writer;
}

/* ---- The mouse ------------------------------------------------------------ */

/* A region that is being dragged; `region` is the last that was let go. */
struct Dragged {
    cv::Point from, to;
    cv::Rect region;
    bool down = false, done = false;
};

static void on_mouse(int event, int x, int y, int, void *user_data)
{
    Dragged &drag = *static_cast<Dragged *>(user_data);
    drag.to = {x, y};
    if (event == cv::EVENT_LBUTTONDOWN) {
        drag.from = drag.to;
        drag.down = true;
    } else if (event == cv::EVENT_LBUTTONUP && drag.down) {
        drag.down = false;
        drag.done = true;
        drag.region = cv::Rect(drag.from, drag.to);
    }
}

/* ---- Running -------------------------------------------------------------- */

static volatile std::sig_atomic_t stopped = 0;

class Session {
public:
    Session(const Settings &settings, const digit::Model &model, Source &source)
        : s_(settings), source_(source), reader_(model, settings.read, settings.shrink),
          writer_(open_writer(settings, source)), whole_({0, 0}, source.size()),
          region_(first_region())
    {
        if ((region_ & whole_) != region_)
            throw SourceError("--region goes beyond the picture of " +
                              std::to_string(whole_.width) + " x " +
                              std::to_string(whole_.height) + " pixels");
        if (s_.display) {
            window_open(TITLE, source.size());
            cv::setMouseCallback(TITLE, on_mouse, &drag_);
        }
    }

    int run()
    {
        cv::Mat frame;
        int status = 0;
        bool go_on = true;
        while (go_on && status == 0 && !stopped && source_.next(frame)) {
            if (frame.size() != whole_.size())
                throw SourceError("the pictures change their size");
            watch_.lap(Stopwatch::GET);
            status = look(frame);
            watch_.count_frame();
            if (writer_.isOpened())
                writer_.write(frame);
            watch_.lap(Stopwatch::WRITE);
            go_on = !s_.display || show(frame);
            watch_.lap(Stopwatch::SHOW);
        }
        watch_.report();
        return status;
    }

private:
    /* The middle: whoever holds a number into the picture holds it there, and the edges of the
     * sheet and what lies around it cost time. */
    cv::Rect first_region() const
    {
        const int x = whole_.width / 10, y = whole_.height / 5;
        if (!s_.region.empty())
            return s_.region;
        return s_.all ? whole_ : cv::Rect(x, y, whole_.width - 2 * x, whole_.height - 2 * y);
    }

    /* Reads a picture, prints what is new, and draws over it. */
    int look(cv::Mat &frame)
    {
        const Seen seen = reader_.read(frame, region_);
        votes_.add(seen.numbers);
        watch_.lap(Stopwatch::READ);
        const std::vector<Number> numbers = votes_.settled();
        int status = 0;
        if (text_of(numbers) != printed_)
            status = print(s_, numbers, frames_, static_cast<double>(frames_) / source_.rate());
        printed_ = text_of(numbers);
        frames_++;
        if (s_.display || writer_.isOpened())
            overlay_paint(frame, overlay(seen, numbers));
        watch_.lap(Stopwatch::DRAW);
        return status;
    }

    Overlay overlay(const Seen &seen, const std::vector<Number> &numbers)
    {
        char speed[64];
        std::snprintf(speed, sizeof speed, "%.0f/s   %.1f ms   ",
                      1000 / std::max(watch_.recent(), 1e-3), watch_.recent());
        const std::string found = seen.trouble.empty() ? printed_ : seen.trouble;
        return {region_, seen.glyphs, reader_.samples(OVERLAY_SAMPLES), numbers, speed + found,
                help_ && s_.display ? HELP : ""};
    }

    /* Returns false to quit. A file runs at its own speed. */
    bool show(const cv::Mat &frame)
    {
        const int pause = source_.is_camera()
                              ? 1
                              : static_cast<int>(1000 / source_.rate() - watch_.recent());
        int key = window_show(TITLE, with_drag(frame), pause);
        for (bool paused = key == ' '; paused && !stopped;) {
            key = window_show(TITLE, with_drag(frame), 30);
            paused = key != ' ' && key != 'q' && key != KEY_ESCAPE;
        }
        if (key == 'h')
            help_ = !help_;
        if (key == 'r')
            choose(whole_);
        if (drag_.done && drag_.region.width >= REGION_LEAST &&
            drag_.region.height >= REGION_LEAST)
            choose(drag_.region & whole_);
        drag_.done = false;
        return key != 'q' && key != KEY_ESCAPE;
    }

    void choose(const cv::Rect &region)
    {
        region_ = region;
        votes_.clear();
    }

    cv::Mat with_drag(const cv::Mat &frame) const
    {
        if (!drag_.down)
            return frame;
        cv::Mat copy = frame.clone();
        overlay_frame(copy, cv::Rect(drag_.from, drag_.to));
        return copy;
    }

    const Settings &s_;
    Source &source_;
    Reader reader_;
    cv::VideoWriter writer_;
    cv::Rect whole_, region_;
    Votes votes_;
    Dragged drag_;
    Stopwatch watch_;
    std::string printed_;
    long frames_ = 0;
    bool help_ = true;
};

static int run(const Settings &s)
{
    if (s.display && !window_possible())
        throw SourceError("no window can be opened: there is no display (DISPLAY is not set, or "
                          "leads nowhere); --no-display does without");
    digit::Model model = s.model.empty() ? digit::Model::pretrained() : digit::Model::load(s.model);
    model.set_threads(s.threads);
    Source source = s.video.empty() ? Source(s.camera, s.size) : Source(s.video);
    return Session(s, model, source).run();
}

int main(int argc, char **argv)
{
    const Settings s = parse(argc, argv);
    std::signal(SIGINT, [](int) { stopped = 1; });
    std::signal(SIGTERM, [](int) { stopped = 1; });
    try {
        return cli_finish(run(s));
    } catch (const std::exception &error) {
        cli_message("%s", error.what());
        return cli_finish(1);
    }
}
