/*
 * digit.hpp - digit.h for C++17 and later. Header only; not part of the ABI.
 *
 *     const digit::Model model = digit::Model::pretrained();
 *     const cv::Mat page = cv::imread("page.png");
 *     std::cout << model.read(digit::image(page)).text() << '\n';
 *
 * The rules of digit.h hold, with these differences:
 *
 * 1. Result. A failure throws digit::Error with the status and a sentence.
 * 2. Ownership. Model, Dataset and Reading each own one object. They can be moved but not copied.
 *    Members of a temporary Reading return copies; other Spans and views are valid as long as the
 *    object.
 * 3. Threads. const means the same as in digit.h: any number of threads may call const members of
 *    one object at the same time.
 * 4. Options. A new options object holds the defaults.
 * 5. Callbacks of train() may throw: the exception leaves it. digit_field.accept must not.
 *
 * Without exceptions (-fno-exceptions), a call that could throw does not compile. Use the functions
 * of digit.h with the same owners:
 *
 *     digit::Model model;
 *     if (digit_model_load("mine.safetensors", model.out()) != DIGIT_OK)
 *         puts(digit_last_error());
 */
#ifndef DIGIT_DIGIT_HPP
#define DIGIT_DIGIT_HPP

#include <digit/digit.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace digit {

/* ---- Errors ----------------------------------------------------------- */

using Status = digit_status;

/** A failed call of libdigit. */
class Error : public std::runtime_error {
public:
    Error(Status status, const char *message) : std::runtime_error(message), status_(status) {}

    Status status() const noexcept { return status_; }

private:
    Status status_;
};

namespace detail {
#ifdef __cpp_exceptions
[[noreturn]] inline void raise(Status status, const char *message)
{
    throw Error(status, message);
}

/* Calls `function`. An exception is stored in `thrown`, and the result is 1: stop. */
template <class Function> int guard(std::exception_ptr &thrown, Function &&function) noexcept
{
    try {
        return function();
    } catch (...) {
        thrown = std::current_exception();
        return 1;
    }
}

inline void rethrow(const std::exception_ptr &thrown)
{
    if (thrown)
        std::rethrow_exception(thrown);
}

#else
/* Not defined: a program that needs it does not compile. */
[[noreturn]]
#ifdef __GNUC__
__attribute__((error("without exceptions call the function of digit.h, with .out() for an object")))
#endif
void raise(Status status, const char *message);

template <class Function> int guard(std::exception_ptr &, Function &&function)
{
    return function();
}

inline void rethrow(const std::exception_ptr &) {}
#endif

inline void check(Status status)
{
    if (status != DIGIT_OK)
        raise(status, digit_last_error());
}

} // namespace detail

/* ---- Library ---------------------------------------------------------- */

inline const char *version() noexcept { return digit_version(); }
inline const char *build_info() noexcept { return digit_build_info(); }
inline const char *status_text(Status status) noexcept { return digit_status_text(status); }

/* ---- Values ----------------------------------------------------------- */

using Prediction = digit_prediction;
using Image = digit_image;
using Box = digit_box;
using Glyph = digit_glyph;
using Mark = digit_mark;
using Group = digit_group;
using Line = digit_line;
using FieldText = digit_field_text;

/** sample[28 * row + column], 0 = background, 255 = ink. */
using Sample = std::array<std::uint8_t, DIGIT_SAMPLE_BYTES>;

/** A read-only view of another object's array: std::span<const T> for C++17, and converts to it. */
template <class T> class Span {
public:
    constexpr Span() noexcept = default;
    constexpr Span(const T *data, std::size_t size) noexcept : data_(data), size_(size) {}

    /** From a vector, an array, a std::span: any type with data() and size(). */
    template <class Container, class = std::enable_if_t<std::is_convertible_v<
                                   decltype(std::declval<const Container &>().data()), const T *>>>
    constexpr Span(const Container &container) noexcept
        : data_(container.data()), size_(container.size()) {}

    constexpr const T *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr const T *begin() const noexcept { return data_; }
    constexpr const T *end() const noexcept { return data_ + size_; }
    constexpr const T &operator[](std::size_t index) const noexcept { return data_[index]; }

private:
    const T *data_ = nullptr;
    std::size_t size_ = 0;
};

/** One candidate text of a group of digits. */
struct Candidate {
    std::string text;
    double probability; /**< of the whole text, 0..1 */
};

/** An options struct of digit.h, with its `size` and its defaults set. */
template <class C, void (*Init)(C *, std::size_t)> struct Options : C {
    Options() noexcept { Init(this, sizeof(C)); }
};

using ModelOptions = Options<digit_model_options, digit_model_options_init>;
using TrainOptions = Options<digit_train_options, digit_train_options_init>;
using AdaptOptions = Options<digit_train_options, digit_adapt_options_init>;
using ReadOptions = Options<digit_read_options, digit_read_options_init>;
using Field = Options<digit_field, digit_field_init>;

/** A struct of digit.h that a call fills, with its `size` set. */
template <class C> struct Report : C {
    Report() noexcept : C() { this->size = sizeof(C); }
};

using ModelInfo = Report<digit_model_info>;
using SampleInfo = Report<digit_sample_info>;

struct Metrics : Report<digit_metrics> {
    /** 0..1; 0 if there are no samples. */
    double accuracy() const noexcept
    {
        return count ? static_cast<double>(correct) / static_cast<double>(count) : 0;
    }
};

/* ---- Pictures --------------------------------------------------------- */

namespace detail {

/** Bits of a pixel. */
constexpr std::ptrdiff_t bits_of(digit_pixel format) noexcept
{
    return format == DIGIT_PIXEL_GRAY1    ? 1
           : format == DIGIT_PIXEL_GRAY8  ? 8
           : format == DIGIT_PIXEL_GRAY16 ? 16
           : format >= DIGIT_PIXEL_RGBA8  ? 32
                                          : 24;
}

} // namespace detail

/** Rows of pixels in memory. `stride`: bytes from one row to the next; 0 = rows without gaps. */
inline Image image(const void *pixels, std::uint32_t width, std::uint32_t height,
                   digit_pixel format = DIGIT_PIXEL_GRAY8, std::ptrdiff_t stride = 0,
                   digit_ink ink = DIGIT_INK_AUTO) noexcept
{
    const std::ptrdiff_t bits = static_cast<std::ptrdiff_t>(width) * detail::bits_of(format);
    return {pixels, stride ? stride : (bits + 7) / 8, width, height,
            static_cast<std::uint32_t>(format), static_cast<std::uint32_t>(ink)};
}

/**
 * A cv::Mat, or any type with the same members, with an explicit pixel format. No pixels are
 * copied: the Mat must exist as long as the image is in use. Regions of interest are allowed.
 */
template <class Mat, class = decltype(std::declval<const Mat &>().step)>
Image image(const Mat &mat, digit_pixel format, digit_ink ink = DIGIT_INK_AUTO)
{
    if (!mat.data || mat.rows < 1 || mat.cols < 1)
        detail::raise(DIGIT_ERR_ARGUMENT, "the picture is empty: was it read?");
    const bool words = format == DIGIT_PIXEL_GRAY16;
    if (mat.depth() != (words ? 2 : 0)) /* CV_16U, CV_8U */
        detail::raise(DIGIT_ERR_ARGUMENT,
                      "the picture has not the bytes of its format: cv::Mat::convertTo()");
    if (mat.channels() * (words ? 16 : 8) != detail::bits_of(format))
        detail::raise(DIGIT_ERR_ARGUMENT, "the picture has not as many channels as its format");
    return image(mat.data, static_cast<std::uint32_t>(mat.cols),
                 static_cast<std::uint32_t>(mat.rows), format,
                 static_cast<std::ptrdiff_t>(static_cast<std::size_t>(mat.step)), ink);
}

/** The same with OpenCV's default format: 1 channel grey (of 8 or 16 bits), 3 channels BGR, 4
 *  channels BGRA. */
template <class Mat, class = decltype(std::declval<const Mat &>().step)>
Image image(const Mat &mat)
{
    const int channels = mat.channels();
    const bool words = channels == 1 && mat.depth() == 2; /* CV_16UC1 */
    return image(mat, words           ? DIGIT_PIXEL_GRAY16
                      : channels == 1 ? DIGIT_PIXEL_GRAY8
                      : channels == 4 ? DIGIT_PIXEL_BGRA8
                                      : DIGIT_PIXEL_BGR8);
}

/** Preprocessing: the sample of a picture of one digit, with the preparation of this release. */
inline Sample normalize(const Image &image, SampleInfo *info = nullptr)
{
    Sample sample;
    detail::check(digit_model_normalize(nullptr, &image, sample.data(), info));
    return sample;
}

/* ---- Owners ----------------------------------------------------------- */

/** Owns one object of digit.h, or nothing. */
template <class C, void (*Free)(C *)> class Owner {
public:
    constexpr Owner() noexcept = default;
    /** Takes ownership. */
    explicit constexpr Owner(C *object) noexcept : object_(object) {}
    Owner(Owner &&other) noexcept : object_(other.release()) {}
    ~Owner() { Free(object_); }

    Owner &operator=(Owner &&other) noexcept
    {
        Owner taken(std::move(other));
        std::swap(object_, taken.object_);
        return *this;
    }

    explicit operator bool() const noexcept { return object_ != nullptr; }

    /** The object, for functions of digit.h; a const owner returns a pointer to const. */
    C *get() noexcept { return object_; }
    const C *get() const noexcept { return object_; }

    /** For the out-parameter of a function that creates an object. Frees the present one. */
    C **out() noexcept
    {
        Free(release());
        return &object_;
    }

    /** Gives ownership to the caller. */
    C *release() noexcept { return std::exchange(object_, nullptr); }

private:
    C *object_ = nullptr;
};

/** Samples with labels. Immutable. */
class Dataset : public Owner<digit_dataset, digit_dataset_free> {
public:
    using Owner::Owner;
    Dataset() = default;

    /** Copies samples[n][DIGIT_SAMPLE_BYTES] and labels[n] (0..9). */
    Dataset(Span<std::uint8_t> samples, Span<std::uint8_t> labels)
    {
        if (samples.size() % DIGIT_SAMPLE_BYTES != 0 ||
            samples.size() / DIGIT_SAMPLE_BYTES != labels.size())
            detail::raise(DIGIT_ERR_ARGUMENT, "samples and labels are not of the same number");
        detail::check(digit_dataset_create(samples.data(), labels.data(), labels.size(), out()));
    }

    static Dataset load_idx(const std::string &images_path, const std::string &labels_path)
    {
        Dataset loaded;
        detail::check(
            digit_dataset_load_idx(images_path.c_str(), labels_path.c_str(), loaded.out()));
        return loaded;
    }

    static Dataset load_strokes(const std::string &path)
    {
        Dataset loaded;
        detail::check(digit_dataset_load_strokes(path.c_str(), loaded.out()));
        return loaded;
    }

    /** A copy of the samples of this dataset and of those of `more` behind them. */
    Dataset join(const Dataset &more) const
    {
        const digit_dataset *parts[] = {get(), more.get()};
        Dataset joined;
        detail::check(digit_dataset_join(parts, 2, joined.out()));
        return joined;
    }

    /** Shares the storage; the two may be destroyed in any order. */
    Dataset slice(std::size_t first, std::size_t count) const
    {
        Dataset part;
        detail::check(digit_dataset_slice(get(), first, count, part.out()));
        return part;
    }

    std::size_t count() const noexcept { return digit_dataset_count(get()); }

    Span<std::uint8_t> samples() const noexcept
    {
        return {digit_dataset_samples(get()), count() * DIGIT_SAMPLE_BYTES};
    }

    Span<std::uint8_t> labels() const noexcept { return {digit_dataset_labels(get()), count()}; }
};

/** The digits that were read from a picture. Immutable. */
class Reading : public Owner<digit_reading, digit_reading_free> {
public:
    using Owner::Owner;
    Reading() = default;

    /** A space between groups, a newline between lines. The view is followed by a '\0'. */
    std::string_view text() const & noexcept { return digit_reading_text(get()); }
    std::string text() const && { return digit_reading_text(get()); }

    /** The glyphs in reading order. */
    Span<Glyph> glyphs() const & noexcept { return all<Glyph, digit_reading_glyphs>(); }
    std::vector<Glyph> glyphs() const && { return copied<Glyph, digit_reading_glyphs>(); }

    /** The signs in reading order. */
    Span<Mark> marks() const & noexcept { return all<Mark, digit_reading_marks>(); }
    std::vector<Mark> marks() const && { return copied<Mark, digit_reading_marks>(); }

    /** The groups in reading order. */
    Span<Group> groups() const & noexcept { return all<Group, digit_reading_groups>(); }
    std::vector<Group> groups() const && { return copied<Group, digit_reading_groups>(); }

    /** The lines, top to bottom. */
    Span<Line> lines() const & noexcept { return all<Line, digit_reading_lines>(); }
    std::vector<Line> lines() const && { return copied<Line, digit_reading_lines>(); }

    /** The texts of Model::read_fields(), in the order of the fields. */
    Span<FieldText> fields() const & noexcept { return all<FieldText, digit_reading_fields>(); }
    Span<FieldText> fields() const && = delete; /* the texts would go with the reading */

    /** The candidate texts of a group of groups(), best first; text() shows the first. */
    std::vector<Candidate> candidates(const Group &group) const
    {
        std::vector<Candidate> ways;
        const char *text = nullptr;
        double probability = 0;
        for (std::uint32_t rank = 0; rank < group.candidates; rank++) {
            detail::check(digit_reading_candidate(get(), group.line, group.group, rank, &text,
                                                  &probability));
            ways.push_back({text, probability});
        }
        return ways;
    }

    /** The same; none, if there is no such group. */
    std::vector<Candidate> candidates(std::uint32_t line, std::uint32_t group) const
    {
        for (const Group &found : groups())
            if (found.line == line && found.group == group)
                return candidates(found);
        return {};
    }

private:
    template <class T, const T *(*Get)(const digit_reading *, std::size_t *)>
    Span<T> all() const noexcept
    {
        std::size_t count = 0;
        const T *first = Get(get(), &count);
        return {first, count};
    }
    template <class T, const T *(*Get)(const digit_reading *, std::size_t *)>
    std::vector<T> copied() const
    {
        const Span<T> found = all<T, Get>();
        return {found.begin(), found.end()};
    }
};

/** A network and its weights. */
class Model : public Owner<digit_model, digit_model_free> {
public:
    using Owner::Owner;
    Model() = default;

    /** Untrained, with random weights. */
    explicit Model(const digit_model_options &options)
    {
        detail::check(digit_model_create(&options, out()));
    }

    explicit Model(const std::string &architecture, std::uint64_t seed = 1)
    {
        ModelOptions options;
        options.architecture = architecture.c_str();
        options.seed = seed;
        detail::check(digit_model_create(&options, out()));
    }

    static Model pretrained()
    {
        Model loaded;
        detail::check(digit_model_load_pretrained(loaded.out()));
        return loaded;
    }

    static Model load(const std::string &path)
    {
        Model loaded;
        detail::check(digit_model_load(path.c_str(), loaded.out()));
        return loaded;
    }

    static Model load_memory(const void *data, std::size_t size)
    {
        Model loaded;
        detail::check(digit_model_load_memory(data, size, loaded.out()));
        return loaded;
    }

    static Model load_memory(Span<std::uint8_t> bytes)
    {
        return load_memory(bytes.data(), bytes.size());
    }

    /** A model with the same weights, independent of this one. */
    Model copy() const
    {
        Model copied;
        detail::check(digit_model_copy(get(), copied.out()));
        return copied;
    }

    void save(const std::string &path) const
    {
        detail::check(digit_model_save(get(), path.c_str()));
    }

    std::vector<std::uint8_t> save_memory() const
    {
        std::size_t size = 0;
        detail::check(digit_model_save_memory(get(), nullptr, &size));
        std::vector<std::uint8_t> bytes(size);
        detail::check(digit_model_save_memory(get(), bytes.data(), &size));
        return bytes;
    }

    /** The texts in it are valid until the model is trained or freed. */
    ModelInfo info() const
    {
        ModelInfo info;
        detail::check(digit_model_get_info(get(), &info));
        return info;
    }

    /** How many threads one call may use; 0 = one per CPU that the process may use. */
    void set_threads(std::uint32_t n) { detail::check(digit_model_set_threads(get(), n)); }

    /** Preprocessing: the sample of a picture of one digit, with the preparation of this model. */
    Sample normalize(const Image &image, SampleInfo *info = nullptr) const
    {
        Sample sample;
        detail::check(digit_model_normalize(get(), &image, sample.data(), info));
        return sample;
    }

    Prediction predict(const Sample &sample) const
    {
        Prediction answer;
        detail::check(digit_model_predict(get(), sample.data(), 1, &answer));
        return answer;
    }

    /** Classifies a picture of one digit. Without ink, its flags have DIGIT_FLAG_BLANK. */
    Prediction predict(const Image &image) const { return predict(normalize(image)); }

    /** Classifies samples[n][DIGIT_SAMPLE_BYTES]. */
    std::vector<Prediction> predict(Span<std::uint8_t> samples) const
    {
        if (samples.size() % DIGIT_SAMPLE_BYTES != 0)
            detail::raise(DIGIT_ERR_ARGUMENT, "the bytes are not a whole number of samples");
        std::vector<Prediction> answers(samples.size() / DIGIT_SAMPLE_BYTES);
        detail::check(digit_model_predict(get(), samples.data(), answers.size(), answers.data()));
        return answers;
    }

    /** Prepares and classifies pictures of one digit each, on all threads of the model. */
    std::vector<Prediction> predict(Span<Image> images) const
    {
        std::vector<Prediction> answers(images.size());
        detail::check(
            digit_model_predict_images(get(), images.data(), images.size(), answers.data()));
        return answers;
    }

    /** Reads the digits of a picture. A picture without digits is not an error. */
    Reading read(const Image &image, const digit_read_options &options = ReadOptions()) const
    {
        Reading reading;
        detail::check(digit_model_read(get(), &image, &options, reading.out()));
        return reading;
    }

    /** Reads fields of which something is known; Reading::fields() has their texts. */
    Reading read_fields(const Image &image, Span<Field> fields,
                        const digit_read_options &options = ReadOptions()) const
    {
        static_assert(sizeof(Field) == sizeof(digit_field), "an array of one is one of the other");
        Reading reading;
        detail::check(digit_model_read_fields(get(), &image, fields.data(), fields.size(),
                                              &options, reading.out()));
        return reading;
    }

    Metrics evaluate(const Dataset &dataset) const
    {
        Metrics metrics;
        detail::check(digit_model_evaluate(get(), dataset.get(), &metrics));
        return metrics;
    }

    /** False if the progress callback stopped the training: the model has the weights learned so
     *  far. */
    bool train(const Dataset &dataset, const digit_train_options &options = TrainOptions())
    {
        const Status status = digit_model_train(get(), dataset.get(), &options);
        if (status == DIGIT_ERR_CANCELLED)
            return false;
        detail::check(status);
        return true;
    }

    /**
     * With a progress callback: `progress` takes a const digit_progress & and returns nothing, or
     * true to stop. An exception that it throws stops the training and leaves train().
     */
    template <class Progress>
    bool train(const Dataset &dataset, digit_train_options options, Progress &&progress)
    {
        struct Caller {
            std::remove_reference_t<Progress> &progress;
            std::exception_ptr thrown;
        } caller{progress, nullptr};
        options.user_data = &caller;
        options.progress = [](const digit_progress *so_far, void *user_data) {
            auto &self = *static_cast<Caller *>(user_data);
            return detail::guard(self.thrown, [&self, so_far]() -> int {
                if constexpr (std::is_void_v<decltype(self.progress(*so_far))>)
                    return self.progress(*so_far), 0;
                else
                    return self.progress(*so_far) ? 1 : 0;
            });
        };
        const bool ended = train(dataset, options);
        detail::rethrow(caller.thrown);
        return ended;
    }
};

} // namespace digit

#endif /* DIGIT_DIGIT_HPP */
