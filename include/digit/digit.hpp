/*
 * digit.hpp - digit.h for C++17 and later. Header only, no part of the ABI.
 *
 *     const digit::Model model = digit::Model::pretrained();
 *     const cv::Mat page = cv::imread("page.png");
 *     std::cout << model.read(digit::image(page)).text() << '\n';
 *
 * digit.h holds, with these differences:
 *
 * 1. Result. What fails throws digit::Error: the status and a sentence.
 * 2. Ownership. Model, Dataset and Reading own one object each and can be
 *    moved, not copied. What a temporary Reading is asked for is copied out
 *    of it; other Spans and views live as long as the object.
 * 3. Threads. const is the same promise as in digit.h: share it freely.
 * 4. Options. They are born with their defaults.
 * 5. Callbacks may throw: the exception comes out of train().
 *
 * Without exceptions (-fno-exceptions) a member that could throw does not
 * compile where it is used; the functions of digit.h go with the same
 * owners:
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

/** A call of libdigit that failed. */
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

/* Calls `function`; what it throws is kept in `thrown`, and the answer is 1: stop. */
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

/* Defined nowhere: a program that needs it is not built. */
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

/** A sample by itself: sample[28 * row + column], 0 = background, 255 = ink. */
using Sample = std::array<std::uint8_t, DIGIT_SAMPLE_BYTES>;

/** Neighbours in memory that somebody else owns, to be read: std::span<const T>, which it
 *  becomes of itself, for C++17. */
template <class T> class Span {
public:
    constexpr Span() noexcept = default;
    constexpr Span(const T *data, std::size_t size) noexcept : data_(data), size_(size) {}

    /** Of a vector, an array, a std::span: whatever has data() and size(). */
    template <class Container,
              class = std::enable_if_t<std::is_convertible_v<
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

/** One way to read a group of digits. */
struct Candidate {
    std::string text;
    double probability; /**< of the whole text, 0..1 */
};

/** A struct of digit.h with its `size` set and its defaults in place. */
template <class C, void (*Init)(C *, std::size_t)> struct Options : C {
    Options() noexcept { Init(this, sizeof(C)); }
};

using ModelOptions = Options<digit_model_options, digit_model_options_init>;
using TrainOptions = Options<digit_train_options, digit_train_options_init>;
using AdaptOptions = Options<digit_train_options, digit_adapt_options_init>;
using ReadOptions = Options<digit_read_options, digit_read_options_init>;

/** The same for structs that are filled by a call. */
template <class C> struct Report : C {
    Report() noexcept : C() { this->size = sizeof(C); }
};

using ModelInfo = Report<digit_model_info>;
using SampleInfo = Report<digit_sample_info>;

struct Metrics : Report<digit_metrics> {
    /** 0..1; of no samples, 0. */
    double accuracy() const noexcept
    {
        return count ? static_cast<double>(correct) / static_cast<double>(count) : 0;
    }
};

/* ---- Pictures --------------------------------------------------------- */

namespace detail {

constexpr int channels_of(std::uint32_t format) noexcept
{
    return format == DIGIT_PIXEL_GRAY8 ? 1 : format >= DIGIT_PIXEL_RGBA8 ? 4 : 3;
}

} // namespace detail

/** Rows of pixels in memory. `stride`: bytes from a row to the next; 0 = no gap between rows. */
inline Image image(const void *pixels, std::uint32_t width, std::uint32_t height,
                   std::uint32_t format = DIGIT_PIXEL_GRAY8, std::ptrdiff_t stride = 0,
                   std::uint32_t ink = DIGIT_INK_AUTO) noexcept
{
    const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(width) * detail::channels_of(format);
    return {pixels, stride ? stride : row, width, height, format, ink};
}

/**
 * A picture as OpenCV holds it, or whatever else has these members, with the format
 * named. Nothing is copied: the Mat must stay while the picture is in use. Regions of
 * interest are fine.
 */
template <class Mat, class = decltype(std::declval<const Mat &>().step)>
Image image(const Mat &mat, std::uint32_t format, std::uint32_t ink = DIGIT_INK_AUTO)
{
    if (!mat.data || mat.rows < 1 || mat.cols < 1)
        detail::raise(DIGIT_ERR_ARGUMENT, "the picture is empty: was it read?");
    if (mat.depth() != 0) /* CV_8U */
        detail::raise(DIGIT_ERR_ARGUMENT, "the picture has no bytes in it: cv::Mat::convertTo()");
    if (mat.channels() != detail::channels_of(format))
        detail::raise(DIGIT_ERR_ARGUMENT, "the picture has not as many channels as its format");
    return image(mat.data, static_cast<std::uint32_t>(mat.cols),
                 static_cast<std::uint32_t>(mat.rows), format,
                 static_cast<std::ptrdiff_t>(static_cast<std::size_t>(mat.step)), ink);
}

/** The same: grey, or blue, green and red, or these and alpha, as OpenCV has them. */
template <class Mat, class = decltype(std::declval<const Mat &>().step)>
Image image(const Mat &mat)
{
    return image(mat, mat.channels() == 1   ? DIGIT_PIXEL_GRAY8
                      : mat.channels() == 4 ? DIGIT_PIXEL_BGRA8
                                            : DIGIT_PIXEL_BGR8);
}

/** A picture of one digit as a sample, as this release prepares them. */
inline Sample normalize(const Image &image, SampleInfo *info = nullptr)
{
    Sample sample;
    detail::check(digit_model_normalize(nullptr, &image, sample.data(), info));
    return sample;
}

/* ---- Owners ----------------------------------------------------------- */

/** Owns one object of digit.h, or none. */
template <class C, void (*Free)(C *)> class Owner {
public:
    constexpr Owner() noexcept = default;
    /** Takes it over. */
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

    /** For the functions of digit.h; const as the owner is. */
    C *get() noexcept { return object_; }
    const C *get() const noexcept { return object_; }

    /** For the last argument of a function that makes one; what was owned is freed. */
    C **out() noexcept
    {
        Free(release());
        return &object_;
    }

    /** Gives it up to the caller. */
    C *release() noexcept { return std::exchange(object_, nullptr); }

private:
    C *object_ = nullptr;
};

/** Labelled samples. Immutable. */
class Dataset : public Owner<digit_dataset, digit_dataset_free> {
public:
    using Owner::Owner;
    Dataset() = default;

    /** Copies: `samples` holds DIGIT_SAMPLE_BYTES for each of `labels`. */
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

    /** Shares storage; the two may go in any order. */
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

/** What was read from a picture. Immutable. */
class Reading : public Owner<digit_reading, digit_reading_free> {
public:
    using Owner::Owner;
    Reading() = default;

    /** A space between groups, a newline between lines. A '\0' follows. */
    std::string_view text() const & noexcept { return digit_reading_text(get()); }
    std::string text() const && { return digit_reading_text(get()); }

    /** In reading order. */
    Span<Glyph> glyphs() const & noexcept
    {
        std::size_t count = 0;
        const Glyph *first = digit_reading_glyphs(get(), &count);
        return {first, count};
    }
    std::vector<Glyph> glyphs() const &&
    {
        const Span<Glyph> found = glyphs();
        return {found.begin(), found.end()};
    }

    /** The ways to read a group, best first; the first is what the text shows. */
    std::vector<Candidate> candidates(std::uint32_t line, std::uint32_t group) const
    {
        std::vector<Candidate> all;
        const char *text = nullptr;
        double probability = 0;
        Status status = digit_reading_candidate(get(), line, group, 0, &text, &probability);
        detail::check(status);
        while (status == DIGIT_OK) {
            all.push_back({text, probability});
            status = digit_reading_candidate(get(), line, group,
                                             static_cast<std::uint32_t>(all.size()), &text,
                                             &probability);
        }
        return all;
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

    /** Its texts live until the model is trained or freed. */
    ModelInfo info() const
    {
        ModelInfo info;
        detail::check(digit_model_get_info(get(), &info));
        return info;
    }

    /** How many threads one call may use; 0 = one per CPU. */
    void set_threads(std::uint32_t threads)
    {
        detail::check(digit_model_set_threads(get(), threads));
    }

    /** A picture of one digit as the sample this model expects. */
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

    /** A picture of one digit. Without ink, DIGIT_FLAG_BLANK is in its flags. */
    Prediction predict(const Image &image) const { return predict(normalize(image)); }

    /** Samples that follow one another without gaps. */
    std::vector<Prediction> predict(Span<std::uint8_t> samples) const
    {
        if (samples.size() % DIGIT_SAMPLE_BYTES != 0)
            detail::raise(DIGIT_ERR_ARGUMENT, "the bytes are not a whole number of samples");
        std::vector<Prediction> answers(samples.size() / DIGIT_SAMPLE_BYTES);
        detail::check(
            digit_model_predict(get(), samples.data(), answers.size(), answers.data()));
        return answers;
    }

    /** The digits in a picture. Finding none is no error. */
    Reading read(const Image &image, const digit_read_options &options = ReadOptions()) const
    {
        Reading reading;
        detail::check(digit_model_read(get(), &image, &options, reading.out()));
        return reading;
    }

    Metrics evaluate(const Dataset &dataset) const
    {
        Metrics metrics;
        detail::check(digit_model_evaluate(get(), dataset.get(), &metrics));
        return metrics;
    }

    /** False if progress asked to stop: the model keeps what it learned so far. */
    bool train(const Dataset &dataset, const digit_train_options &options = TrainOptions())
    {
        const Status status = digit_model_train(get(), dataset.get(), &options);
        if (status == DIGIT_ERR_CANCELLED)
            return false;
        detail::check(status);
        return true;
    }

    /**
     * With something to call as training goes: it is given a const digit_progress &
     * and returns nothing, or true to stop. What it throws stops training, and comes
     * out of here.
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
