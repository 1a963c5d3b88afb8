/* draw - a window to draw a digit in; the answer changes as one draws. */
#include "cli.h"
#include "paint.hpp"
#include "window.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <digit/digit.hpp>
#include <exception>
#include <getopt.h>
#include <numeric>
#include <opencv2/highgui.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <sys/stat.h>
#include <vector>

enum { MODEL, OUTPUT, PEN, JSON, OPTION_COUNT };

static const cli_option options[OPTION_COUNT] = {
    {"model", "FILE", "model to ask", "the built-in one"},
    {"output", "DIR", "where samples are saved, in folders 0 to 9", "drawn"},
    {"pen", "N", "thickness of the pen, in pixels", "26"},
    {"json", nullptr, "print answers as JSON, one object a line", ""},
};

static const cli_program program = {
    "draw",
    "[options]",
    "Draw a digit with the mouse and see the answer change. Each time the mouse is let go,\n"
    "the answer is printed, too. Keys: c clear, + and - thickness, s save the sample as what\n"
    "was answered, 0 to 9 save it as that digit, q quit. digit-train --folder takes the saved.",
    options,
    OPTION_COUNT,
};

static const char *const TITLE = "libdigit: draw a digit";
static const char *const HELP = "c clear   + - pen   s save   0..9 save as that digit   q quit";

enum {
    SIDE = 420, PANEL = 270, FOOT = 34, MARGIN = 20, /* pixels of the window */
    PEN_LEAST = 4, PEN_MOST = 60, PEN_STEP = 4,
    SHOWN = 3,
    SAVED_MOST = 100000, /* of one digit in one folder */
    PAUSE = 15, /* milliseconds */
};

static const cv::Scalar WHITE = cv::Scalar::all(255);

struct Settings {
    std::string model, output = "drawn";
    int pen = 26;
    bool json = false;
};

struct Drawing {
    cv::Mat paper = cv::Mat(SIDE, SIDE, CV_8UC1, WHITE);
    cv::Point last;
    int pen = 26;
    bool down = false;     /* the button */
    bool changed = true;   /* since the last answer */
    bool finished = false; /* a stroke, since the last answer */
};

struct Answer {
    digit::Sample sample{};
    digit::Prediction prediction{};

    bool blank() const { return prediction.flags & DIGIT_FLAG_BLANK; }
};

/* ---- Drawing -------------------------------------------------------------- */

static void draw_to(Drawing &drawing, cv::Point to)
{
    cv::line(drawing.paper, drawing.last, to, cv::Scalar::all(0), drawing.pen, cv::LINE_AA);
    drawing.last = to;
    drawing.changed = true;
}

static void on_mouse(int event, int x, int y, int flags, void *user_data)
{
    Drawing &drawing = *static_cast<Drawing *>(user_data);
    const cv::Point at(x, y);
    if (event == cv::EVENT_LBUTTONDOWN && x < SIDE && y < SIDE) {
        drawing.down = true;
        drawing.last = at;
        draw_to(drawing, at);
    } else if (drawing.down && event == cv::EVENT_MOUSEMOVE && (flags & cv::EVENT_FLAG_LBUTTON)) {
        draw_to(drawing, at);
    } else if (drawing.down) { /* let go, perhaps outside of the window */
        drawing.down = false;
        drawing.changed = drawing.finished = true;
    }
}

static Answer ask(const digit::Model &model, const cv::Mat &paper)
{
    Answer answer;
    answer.sample = model.normalize(digit::image(paper, DIGIT_PIXEL_GRAY8, DIGIT_INK_DARK));
    answer.prediction = model.predict(answer.sample);
    return answer;
}

/* Digits, the likeliest first. */
static std::array<int, DIGIT_CLASSES> ranking(const digit::Prediction &p)
{
    std::array<int, DIGIT_CLASSES> digits;
    std::iota(digits.begin(), digits.end(), 0);
    std::stable_sort(digits.begin(), digits.end(),
                     [&](int a, int b) { return p.probabilities[a] > p.probabilities[b]; });
    return digits;
}

/* ---- The window ----------------------------------------------------------- */

static void paint_bars(cv::Mat &picture, const Answer &answer, cv::Point at)
{
    const std::array<int, DIGIT_CLASSES> digits = ranking(answer.prediction);
    for (int row = 0; row < SHOWN; row++) {
        const int digit = digits[static_cast<std::size_t>(row)], y = at.y + 26 * row;
        const double probability = static_cast<double>(answer.prediction.probabilities[digit]);
        paint_text(picture, std::to_string(digit), {at.x, y + 14}, 13, PAINT_INK);
        paint_bar(picture, {at.x + 24, y, 130, 14}, probability, PAINT_SURE);
        paint_text(picture, paint_percent(probability), {at.x + 164, y + 13}, 10, PAINT_INK);
    }
}

static void paint_panel(cv::Mat &picture, const Answer &answer, const std::string &note)
{
    const int x = SIDE + MARGIN;
    const digit::Prediction &p = answer.prediction;
    paint_text(picture, "Predicted digit", {x, 34}, 12, PAINT_PALE);
    if (answer.blank()) {
        paint_text(picture, "draw a digit", {x, 90}, 18, PAINT_PALE);
    } else {
        const cv::Scalar colour = p.confidence >= 0.5f ? PAINT_SURE : PAINT_UNSURE;
        paint_text(picture, std::to_string(p.digit), {x, 122}, 70, colour);
        paint_text(picture, paint_percent(static_cast<double>(p.confidence)), {x + 84, 92}, 15,
                   colour);
        if (p.confidence < 0.5f)
            paint_text(picture, p.other > 0.5f ? "no digit?" : "not sure", {x + 84, 120}, 12,
                       colour);
        paint_bars(picture, answer, {x, 150});
    }
    paint_text(picture, "what the network sees", {x, 250}, 10, PAINT_PALE);
    paint_sample(picture, answer.sample, {x, 260, 112, 112});
    paint_text(picture, note, {x, 404}, 10, PAINT_INK);
}

static cv::Mat paint(const Drawing &drawing, const Answer &answer, const std::string &note)
{
    cv::Mat picture(SIDE + FOOT, SIDE + PANEL, CV_8UC3, PAINT_PANEL);
    cv::Mat paper = picture(cv::Rect(0, 0, SIDE, SIDE));
    cv::cvtColor(drawing.paper, paper, cv::COLOR_GRAY2BGR);
    cv::line(picture, {SIDE, 0}, {SIDE, SIDE}, PAINT_LINE);
    cv::line(picture, {0, SIDE}, {SIDE + PANEL, SIDE}, PAINT_LINE);
    paint_text(picture, "pen", {SIDE + PANEL - 54, 250}, 10, PAINT_PALE);
    cv::circle(picture, {SIDE + PANEL - 40, 316}, drawing.pen / 2, PAINT_INK, cv::FILLED,
               cv::LINE_AA);
    paint_text(picture, HELP, {MARGIN, SIDE + 22}, 11, PAINT_INK);
    paint_panel(picture, answer, note);
    return picture;
}

/* ---- Saving and printing -------------------------------------------------- */

/* In DIR/DIGIT/, under the first number that is free. Returns what to say of it. */
static std::string save(const Settings &s, const digit::Sample &sample, int digit)
{
    const std::string folder = s.output + "/" + std::to_string(digit);
    const cv::Mat grey(DIGIT_SAMPLE_SIDE, DIGIT_SAMPLE_SIDE, CV_8UC1,
                       const_cast<unsigned char *>(sample.data()));
    std::vector<unsigned char> png;
    cv::imencode(".png", grey, png);
    mkdir(s.output.c_str(), 0777);
    mkdir(folder.c_str(), 0777);
    std::string path;
    std::FILE *file = nullptr;
    for (int number = 1; !file && number < SAVED_MOST; number++) {
        char name[16];
        std::snprintf(name, sizeof name, "/%05d.png", number);
        path = folder + name;
        file = std::fopen(path.c_str(), "wbx");
        if (!file && errno != EEXIST)
            break;
    }
    const bool written = file && std::fwrite(png.data(), 1, png.size(), file) == png.size();
    const bool saved = file && std::fclose(file) == 0 && written;
    if (!saved)
        cli_message("%s: %s", path.c_str(), std::strerror(errno));
    return saved ? "saved " + path.substr(s.output.size() + 1) : "not saved: see the terminal";
}

static json_t *as_json(const digit::Prediction &p)
{
    json_t *probabilities = json_array();
    for (const float probability : p.probabilities)
        json_array_append_new(probabilities, json_real(static_cast<double>(probability)));
    return json_pack("{s:i, s:b, s:f, s:o}", "digit", static_cast<int>(p.digit), "blank",
                     static_cast<int>(p.flags & DIGIT_FLAG_BLANK), "confidence",
                     static_cast<double>(p.confidence), "probabilities", probabilities);
}

static int print(const Settings &s, const Answer &answer)
{
    int status = 0;
    if (s.json)
        status = cli_print_json(as_json(answer.prediction), 9);
    else if (answer.blank())
        std::printf("blank\n");
    else
        std::printf("%d (%.1f %%)\n", answer.prediction.digit,
                    100 * static_cast<double>(answer.prediction.confidence));
    return std::fflush(stdout) == 0 ? status : 1;
}

/* ---- Running -------------------------------------------------------------- */

/* Asks anew if something was drawn, and prints if a stroke has ended. */
static int update(const Settings &s, const digit::Model &model, Drawing &drawing, Answer &answer)
{
    if (drawing.changed)
        answer = ask(model, drawing.paper);
    const int status = drawing.finished ? print(s, answer) : 0;
    drawing.changed = drawing.finished = false;
    return status;
}

/* Returns false to quit. */
static bool press(int key, const Settings &s, Drawing &drawing, const Answer &answer,
                  std::string &note)
{
    const bool digit = key >= '0' && key <= '9';
    if (key == 'q' || key == KEY_ESCAPE)
        return false;
    if (key == 'c') {
        drawing.paper.setTo(WHITE);
        drawing.changed = true;
        note.clear();
    }
    if (key == '+' || key == '=')
        drawing.pen = std::min(drawing.pen + PEN_STEP, static_cast<int>(PEN_MOST));
    if (key == '-' || key == '_')
        drawing.pen = std::max(drawing.pen - PEN_STEP, static_cast<int>(PEN_LEAST));
    if ((digit || key == 's') && !answer.blank())
        note = save(s, answer.sample, digit ? key - '0' : answer.prediction.digit);
    return true;
}

static int run(const Settings &s, const digit::Model &model)
{
    Drawing drawing;
    drawing.pen = s.pen;
    Answer answer = ask(model, drawing.paper);
    std::string note;
    window_open(TITLE, {SIDE + PANEL, SIDE + FOOT});
    cv::setMouseCallback(TITLE, on_mouse, &drawing);
    int key = KEY_NONE, status = 0;
    do {
        key = window_show(TITLE, paint(drawing, answer, note), PAUSE);
        status |= update(s, model, drawing, answer);
    } while (press(key, s, drawing, answer, note));
    return status;
}

static Settings parse(int argc, char **argv)
{
    Settings s;
    cli_start(&program);
    for (int option; (option = cli_next(argc, argv)) >= 0;) {
        switch (option) {
        case MODEL: s.model = optarg; break;
        case OUTPUT: s.output = optarg; break;
        case PEN: s.pen = static_cast<int>(cli_whole("--pen", optarg, PEN_LEAST, PEN_MOST)); break;
        case JSON: s.json = true; break;
        }
    }
    if (optind != argc)
        cli_usage_error("what is '%s' for?", argv[optind]);
    return s;
}

int main(int argc, char **argv)
{
    const Settings s = parse(argc, argv);
    try {
        if (!window_possible()) {
            cli_message("no window can be opened: there is no display (DISPLAY is not set, or "
                        "leads nowhere)");
            return cli_finish(1);
        }
        const digit::Model model =
            s.model.empty() ? digit::Model::pretrained() : digit::Model::load(s.model);
        return cli_finish(run(s, model));
    } catch (const std::exception &error) {
        cli_message("%s", error.what());
        return cli_finish(1);
    }
}
