/* digit.hpp: owners, exceptions, pictures, callbacks. What the calls answer is for the tests of
 * digit.h beside this one. */
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numeric>
#if __cplusplus >= 202002L
#  include <span>
#endif
#include <thread>

#include <unistd.h>

#include <check.h> /* whose macro `fail` breaks <fstream> */
#include <digit/digit.hpp>

#include "mat.hpp"

namespace {

const char *const small = "conv 4x3 relu maxpool 2 dense 10";

/* Runs `call`, which must throw an Error with this status and a sentence that has `part` in it. */
template <class Call> void fails(digit::Status status, const char *part, Call call)
{
    try {
        call();
    } catch (const digit::Error &error) {
        ck_assert_int_eq(error.status(), status);
        ck_assert_msg(std::strstr(error.what(), part), "'%s' does not name '%s'", error.what(),
                      part);
        return;
    }
    ck_abort_msg("nothing was thrown; expected '%s'", part);
}

/* samples[40][DIGIT_SAMPLE_BYTES]: a bar whose place is the label. */
digit::Dataset bars()
{
    std::vector<std::uint8_t> samples(40 * DIGIT_SAMPLE_BYTES), labels(40);
    for (std::size_t i = 0; i < labels.size(); i++) {
        labels[i] = static_cast<std::uint8_t>(i % DIGIT_CLASSES);
        const std::size_t row = 4 + 2 * (i % DIGIT_CLASSES);
        std::fill_n(samples.begin() +
                        static_cast<std::ptrdiff_t>(i * DIGIT_SAMPLE_BYTES + row * 28 + 6),
                    16, std::uint8_t{255});
    }
    return {samples, labels};
}

digit::TrainOptions one_epoch()
{
    digit::TrainOptions options;
    options.epochs = 1;
    options.batch = 10;
    return options;
}

/* ---- Owners ------------------------------------------------------------- */

template <class Owner> constexpr bool only_moves =
    std::is_nothrow_move_constructible_v<Owner> && std::is_nothrow_move_assignable_v<Owner> &&
    !std::is_copy_constructible_v<Owner> && !std::is_copy_assignable_v<Owner>;
static_assert(only_moves<digit::Model> && only_moves<digit::Dataset> && only_moves<digit::Reading>);

/* const means "share it" in both languages. */
static_assert(std::is_same_v<decltype(std::declval<const digit::Model &>().get()),
                             const digit_model *>);
static_assert(std::is_same_v<decltype(std::declval<digit::Model &>().get()), digit_model *>);
static_assert(sizeof(digit::Model) == sizeof(void *));

START_TEST(moving)
{
    digit::Model first(small), none;
    const digit_model *object = first.get();
    ck_assert(first && !none);
    digit::Model second = std::move(first);
    ck_assert(!first && second.get() == object);
    second = digit::Model(small, 2);
    ck_assert(second && second.get() != nullptr);
    digit::Model &same = second;
    object = second.get();
    second = std::move(same);
    ck_assert_ptr_eq(second.get(), object);
    std::vector<digit::Model> many;
    for (std::uint64_t seed = 1; seed <= 5; seed++)
        many.emplace_back(small, seed);
    many.erase(many.begin());
    ck_assert_uint_eq(many.size(), 4);
}
END_TEST

START_TEST(adopting_and_giving_up)
{
    digit_model *raw = nullptr;
    ck_assert_int_eq(digit_model_create(nullptr, &raw), DIGIT_OK);
    digit::Model model(raw);
    ck_assert_ptr_eq(model.get(), raw);
    ck_assert_ptr_eq(model.release(), raw);
    ck_assert(!model);
    digit_model_free(raw);
    ck_assert_int_eq(digit_model_create(nullptr, model.out()), DIGIT_OK);
    ck_assert_int_eq(digit_model_create(nullptr, model.out()), DIGIT_OK); /* the first is freed */
    ck_assert(model);
    ck_assert_int_eq(digit_model_load("/no/such/file", model.out()), DIGIT_ERR_IO);
    ck_assert(!model);
}
END_TEST

START_TEST(owners_of_nothing)
{
    const digit::Model model;
    const digit::Dataset dataset;
    const digit::Reading reading;
    ck_assert_uint_eq(dataset.count(), 0);
    ck_assert(dataset.samples().empty() && dataset.labels().empty());
    ck_assert(reading.text().empty() && reading.glyphs().empty());
    fails(DIGIT_ERR_ARGUMENT, "model is NULL", [&] { model.info(); });
    fails(DIGIT_ERR_ARGUMENT, "model is NULL", [&] { model.save_memory(); });
    fails(DIGIT_ERR_ARGUMENT, "model is NULL", [&] { model.predict(digit::Sample{}); });
    fails(DIGIT_ERR_ARGUMENT, "dataset is NULL", [&] { dataset.slice(0, 0); });
    ck_assert(reading.groups().empty() && reading.lines().empty());
    ck_assert(reading.candidates(0, 0).empty());
}
END_TEST

/* ---- Errors ------------------------------------------------------------- */

START_TEST(errors)
{
    fails(DIGIT_ERR_IO, "/no/such/file", [] { digit::Model::load("/no/such/file"); });
    fails(DIGIT_ERR_FORMAT, "", [] { digit::Model::load_memory("rubbish", 7); });
    fails(DIGIT_ERR_ARGUMENT, "frobnicate", [] { digit::Model("frobnicate 7"); });
    fails(DIGIT_ERR_IO, "/no", [] { digit::Model(small).save("/no/such/folder/model"); });
    fails(DIGIT_ERR_IO, "/no", [] { digit::Dataset::load_idx("/no/images", "/no/labels"); });
    fails(DIGIT_ERR_IO, "/no", [] { digit::Dataset::load_strokes("/no/strokes"); });
    fails(DIGIT_ERR_ARGUMENT, "threads", [] { digit::Model(small).set_threads(1000000); });
    try {
        digit::Model::load("/no/such/file");
    } catch (const std::runtime_error &error) { /* whoever knows nothing of libdigit */
        ck_assert_str_eq(error.what(), digit_last_error());
    }
    ck_assert_str_eq(digit::status_text(DIGIT_ERR_IO), digit_status_text(DIGIT_ERR_IO));
}
END_TEST

/* ---- Files -------------------------------------------------------------- */

START_TEST(saving_and_loading)
{
    const digit::Model model(small, 7);
    const std::vector<std::uint8_t> bytes = model.save_memory();
    const digit::Model again = digit::Model::load_memory(bytes);
    ck_assert(again.save_memory() == bytes);
    char path[] = "/tmp/libdigit-XXXXXX";
    const int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    model.save(path);
    ck_assert(digit::Model::load(path).save_memory() == bytes);
    std::remove(path);
    digit::ModelOptions options;
    options.architecture = small;
    options.seed = 7;
    ck_assert(digit::Model(options).save_memory() == bytes);
    const digit::ModelInfo info = again.info();
    ck_assert_str_eq(info.architecture, small);
    ck_assert_uint_gt(info.parameters, 0);
}
END_TEST

/* Big-endian sizes, then the bytes. */
void write_idx(const std::string &path, char dimensions, std::initializer_list<int> sizes,
               digit::Span<std::uint8_t> bytes)
{
    std::ofstream file(path, std::ios::binary);
    file << '\0' << '\0' << '\x08' << dimensions;
    for (const int size : sizes)
        file << '\0' << '\0' << '\0' << static_cast<char>(size);
    for (const std::uint8_t byte : bytes)
        file << static_cast<char>(byte);
}

START_TEST(idx_files)
{
    char folder[] = "/tmp/libdigit-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    const std::string images = std::string(folder) + "/images", labels = images + "-labels";
    const digit::Dataset dataset = bars();
    write_idx(images, 3, {40, 28, 28}, dataset.samples());
    write_idx(labels, 1, {40}, dataset.labels());
    const digit::Dataset loaded = digit::Dataset::load_idx(images, labels);
    ck_assert_uint_eq(loaded.count(), 40);
    ck_assert_int_eq(std::memcmp(loaded.samples().data(), dataset.samples().data(),
                                 40 * DIGIT_SAMPLE_BYTES), 0);
    std::remove(images.c_str());
    std::remove(labels.c_str());
    std::remove(folder);
}
END_TEST

/* ---- Datasets and training ---------------------------------------------- */

START_TEST(datasets)
{
    digit::Dataset part;
    {
        const digit::Dataset whole = bars();
        ck_assert_uint_eq(whole.count(), 40);
        part = whole.slice(3, 5);
    }
    ck_assert_uint_eq(part.count(), 5);
    ck_assert_uint_eq(part.samples().size(), 5 * DIGIT_SAMPLE_BYTES);
    ck_assert_int_eq(std::accumulate(part.labels().begin(), part.labels().end(), 0), 25);
    ck_assert_uint_eq(part.join(part).join(bars()).count(), 50);
    const std::vector<std::uint8_t> sample(DIGIT_SAMPLE_BYTES), two(2), odd(7);
    fails(DIGIT_ERR_ARGUMENT, "number", [&] { digit::Dataset(sample, two); });
    fails(DIGIT_ERR_ARGUMENT, "number", [&] { digit::Dataset(odd, {}); });
    fails(DIGIT_ERR_ARGUMENT, "", [&] { part.slice(3, 5); });
}
END_TEST

START_TEST(training)
{
    const digit::Dataset dataset = bars();
    digit::Model model(small);
    model.set_threads(0);
    const double before = model.evaluate(dataset).loss;
    digit::TrainOptions options = one_epoch();
    options.epochs = 30;
    options.learning_rate = 0.01f;
    std::uint32_t epochs = 0;
    ck_assert(model.train(dataset, options,
                          [&](const digit_progress &progress) { epochs = progress.epoch; }));
    ck_assert_uint_eq(epochs, 30);
    const digit::Metrics after = model.evaluate(dataset);
    ck_assert_double_lt(after.loss, before);
    ck_assert_double_eq(after.accuracy(), 1);
    ck_assert_double_eq(model.evaluate(dataset.slice(0, 0)).accuracy(), 0);
    ck_assert(model.train(dataset, one_epoch()));
}
END_TEST

START_TEST(adapting)
{
    const digit::Dataset dataset = bars();
    digit::Model free(small), held(small);
    const digit::AdaptOptions adapt;
    ck_assert_uint_eq(adapt.size, sizeof(digit_train_options));
    ck_assert_uint_eq(adapt.epochs, 20);
    ck_assert(adapt.pull == 100.0f);
    digit::AdaptOptions without = adapt;
    without.pull = 0;
    ck_assert(held.train(dataset, adapt));
    ck_assert(free.train(dataset, without));
    ck_assert_double_gt(held.evaluate(dataset).loss, free.evaluate(dataset).loss);
}
END_TEST

START_TEST(training_that_stops)
{
    const digit::Dataset dataset = bars();
    digit::Model model(small);
    ck_assert(!model.train(dataset, one_epoch(), [](const digit_progress &) { return true; }));
    int calls = 0;
    const auto go_on = [&](const digit_progress &) { return calls++ < 0; };
    ck_assert(model.train(dataset, one_epoch(), go_on));
    ck_assert_int_gt(calls, 0);
    bool thrown = false;
    try {
        model.train(dataset, one_epoch(), [](const digit_progress &) { throw std::string("so"); });
    } catch (const std::string &what) {
        thrown = what == "so";
    }
    ck_assert(thrown);
    fails(DIGIT_ERR_ARGUMENT, "epochs", [&] {
        digit::TrainOptions none;
        none.epochs = 0;
        model.train(dataset, none, go_on);
    });
    ck_assert_uint_eq(model.predict(dataset.samples()).size(), 40); /* fit for use */
}
END_TEST

/* ---- Pictures ----------------------------------------------------------- */

START_TEST(mats)
{
    const digit::Model model(small);
    Mat grey(60, 40, 1), colour(60, 40, 3), alpha(60, 40, 4);
    digit::Sample first{};
    for (Mat *mat : {&grey, &colour, &alpha}) {
        mat->bar(18, 10, 5, 40);
        const digit::Image image = digit::image(*mat);
        ck_assert_ptr_eq(image.pixels, mat->data);
        ck_assert_int_eq(image.stride, 45 * mat->channels());
        ck_assert_uint_eq(image.width, 40);
        ck_assert_uint_eq(image.height, 60);
        digit::SampleInfo info;
        const digit::Sample sample = model.normalize(image, &info);
        ck_assert_int_eq(info.box.x, 18);
        ck_assert_int_eq(info.box.height, 40);
        if (mat == &grey)
            first = sample;
        ck_assert(sample == first);
    }
    ck_assert_uint_eq(digit::image(colour).format, DIGIT_PIXEL_BGR8);
    ck_assert_uint_eq(digit::image(alpha).format, DIGIT_PIXEL_BGRA8);
    ck_assert_uint_eq(digit::image(colour, DIGIT_PIXEL_RGB8).format, DIGIT_PIXEL_RGB8);
    ck_assert_uint_eq(digit::image(grey, DIGIT_PIXEL_GRAY8, DIGIT_INK_DARK).ink, DIGIT_INK_DARK);
    ck_assert(digit::normalize(digit::image(grey)) == first);
}
END_TEST

/* OpenCV's step counts bytes, its columns count pixels; here a pixel of 16 bits is two of 8. */
START_TEST(mats_of_16_bits)
{
    Mat grey(60, 40, 1), words(60, 40, 2);
    grey.bar(18, 10, 5, 40);
    words.bar(18, 10, 5, 40);
    words.pretend_depth(2);
    words.pretend_channels(1);
    const digit::Image image = digit::image(words);
    ck_assert_uint_eq(image.format, DIGIT_PIXEL_GRAY16);
    ck_assert_int_eq(image.stride, 90);
    ck_assert(digit::normalize(image) == digit::normalize(digit::image(grey)));
}
END_TEST

START_TEST(mats_that_are_no_pictures)
{
    Mat none(0, 0, 1), two(9, 9, 2), real(9, 9, 1), grey(9, 9, 1);
    none.data = nullptr;
    real.pretend_depth(5);
    fails(DIGIT_ERR_ARGUMENT, "empty", [&] { digit::image(none); });
    fails(DIGIT_ERR_ARGUMENT, "channels", [&] { digit::image(two); });
    fails(DIGIT_ERR_ARGUMENT, "bytes", [&] { digit::image(real); });
    fails(DIGIT_ERR_ARGUMENT, "channels", [&] { digit::image(grey, DIGIT_PIXEL_RGB8); });
    fails(DIGIT_ERR_ARGUMENT, "channels", [&] { digit::image(grey, DIGIT_PIXEL_GRAY1); });
    fails(DIGIT_ERR_ARGUMENT, "bytes", [&] { digit::image(two, DIGIT_PIXEL_GRAY16); });
    two.pretend_depth(2); /* CV_16UC2 */
    fails(DIGIT_ERR_ARGUMENT, "bytes", [&] { digit::image(two); });
    fails(DIGIT_ERR_ARGUMENT, "channels", [&] { digit::image(two, DIGIT_PIXEL_GRAY16); });
}
END_TEST

START_TEST(pixels)
{
    static const std::uint8_t bytes[4 * 6 * 4] = {};
    ck_assert_int_eq(digit::image(bytes, 6, 4).stride, 6);
    ck_assert_int_eq(digit::image(bytes, 6, 4, DIGIT_PIXEL_BGR8).stride, 18);
    ck_assert_int_eq(digit::image(bytes, 6, 4, DIGIT_PIXEL_RGBA8).stride, 24);
    ck_assert_int_eq(digit::image(bytes, 6, 4, DIGIT_PIXEL_BGRA8).stride, 24);
    ck_assert_int_eq(digit::image(bytes, 6, 4, DIGIT_PIXEL_BGRX8).stride, 24);
    ck_assert_int_eq(digit::image(bytes, 6, 4, DIGIT_PIXEL_RGBA8_PREMULTIPLIED).stride, 24);
    ck_assert_int_eq(digit::image(bytes, 6, 4, DIGIT_PIXEL_GRAY16).stride, 12);
    ck_assert_int_eq(digit::image(bytes, 6, 4, DIGIT_PIXEL_GRAY1).stride, 1);
    ck_assert_int_eq(digit::image(bytes, 9, 4, DIGIT_PIXEL_GRAY1).stride, 2);
    const digit::Image turned =
        digit::image(bytes + 18, 6, 4, DIGIT_PIXEL_GRAY8, -6, DIGIT_INK_LIGHT);
    ck_assert_int_eq(turned.stride, -6);
    ck_assert_uint_eq(turned.ink, DIGIT_INK_LIGHT);
    fails(DIGIT_ERR_ARGUMENT, "no pixels", [] { digit::normalize(digit::image(bytes, 0, 4)); });
}
END_TEST

START_TEST(predicting)
{
    const digit::Model model(small);
    const digit::Dataset dataset = bars();
    const std::vector<digit::Prediction> all = model.predict(dataset.samples());
    ck_assert_uint_eq(all.size(), 40);
    digit::Sample sample;
    std::copy_n(dataset.samples().begin(), sample.size(), sample.begin());
    const digit::Prediction alone = model.predict(sample);
    ck_assert_int_eq(std::memcmp(&all[0], &alone, sizeof alone), 0);
    ck_assert(model.predict(digit::Span<std::uint8_t>()).empty());
    ck_assert_uint_eq(model.predict(digit::image(Mat(30, 30, 3))).flags, DIGIT_FLAG_BLANK);
    fails(DIGIT_ERR_ARGUMENT, "whole number", [&] {
        model.predict(std::vector<std::uint8_t>(DIGIT_SAMPLE_BYTES + 1));
    });
}
END_TEST

/* ---- Reading ------------------------------------------------------------ */

START_TEST(reading)
{
    const digit::Model model = digit::Model::pretrained();
    Mat paper(100, 200, 3);
    paper.bar(60, 30, 6, 40);
    paper.bar(100, 30, 6, 40);
    const digit::Reading found = model.read(digit::image(paper));
    ck_assert_str_eq(found.text().data(), "11");
    ck_assert_uint_eq(found.glyphs().size(), 2);
    ck_assert_int_eq(found.glyphs()[1].box.x, 100);
    const std::vector<digit::Candidate> ways = found.candidates(0, 0);
    ck_assert_str_eq(ways.at(0).text.c_str(), "11");
    ck_assert_double_gt(ways[0].probability, ways.back().probability - 1e-9);
    ck_assert_uint_eq(found.groups().size(), 1);
    ck_assert_uint_eq(found.candidates(found.groups()[0]).size(), ways.size());
    ck_assert_uint_eq(found.lines().size(), 1);
    ck_assert_uint_eq(found.lines()[0].glyph_count, 2);
    ck_assert(found.candidates(0, 9).empty());
    digit::ReadOptions options;
    options.layout = DIGIT_LAYOUT_SINGLE;
    ck_assert_uint_eq(model.read(digit::image(paper), options).glyphs().size(), 1);
    options.layout = 99;
    fails(DIGIT_ERR_ARGUMENT, "layout", [&] { model.read(digit::image(paper), options); });
}
END_TEST

START_TEST(fields_copies_and_batches)
{
    const digit::Model model = digit::Model::pretrained();
    Mat paper(100, 200, 3);
    paper.bar(60, 30, 6, 40);
    paper.bar(100, 30, 6, 40);
    std::vector<digit::Field> fields(2);
    fields[0].pattern = "dd";
    fields[1].box = {0, 0, 20, 20};
    const digit::Reading found = model.read_fields(digit::image(paper), fields);
    ck_assert_uint_eq(found.fields().size(), 2);
    ck_assert_str_eq(found.fields()[0].text, "11");
    ck_assert_uint_eq(found.fields()[1].flags, DIGIT_FIELD_EMPTY);
    fields[1].pattern = "x";
    fails(DIGIT_ERR_ARGUMENT, "pattern", [&] { model.read_fields(digit::image(paper), fields); });
    const std::vector<digit::Image> images(3, digit::image(paper));
    ck_assert_uint_eq(model.copy().predict(images).size(), 3);
}
END_TEST

/* What a temporary Reading gave must not go with it: ASan looks on. */
START_TEST(reading_that_does_not_last)
{
    const digit::Model model = digit::Model::pretrained();
    Mat paper(100, 200, 1);
    paper.bar(60, 30, 6, 40);
    const auto text = model.read(digit::image(paper)).text();
    static_assert(std::is_same_v<decltype(text), const std::string>);
    ck_assert_str_eq(text.c_str(), "1");
    int heights = 0;
    for (const digit::Glyph &glyph : model.read(digit::image(paper)).glyphs())
        heights += glyph.box.height;
    ck_assert_int_eq(heights, 40);
}
END_TEST

/* ---- Threads ------------------------------------------------------------ */

START_TEST(threads)
{
    const digit::Model model = digit::Model::pretrained();
    Mat paper(60, 40, 1);
    paper.bar(18, 10, 5, 40);
    int right[4] = {};
    std::vector<std::thread> workers;
    for (int &count : right)
        workers.emplace_back([&] {
            for (int round = 0; round < 20; round++) {
                count += model.predict(digit::image(paper)).digit == 1;
                fails(DIGIT_ERR_IO, "/no", [] { digit::Model::load("/no/such/file"); });
            }
        });
    for (std::thread &worker : workers)
        worker.join();
    for (const int count : right)
        ck_assert_int_eq(count, 20);
}
END_TEST

/* ---- Spans -------------------------------------------------------------- */

START_TEST(spans)
{
    const std::vector<int> three = {1, 2, 3};
    const digit::Span<int> all(three), part(three.data() + 1, 2), none;
    ck_assert(all.data() == three.data() && all.size() == 3 && !all.empty());
    ck_assert_int_eq(std::accumulate(part.begin(), part.end(), 0), 5);
    ck_assert_int_eq(part[1], 3);
    ck_assert(none.empty() && none.begin() == none.end());
#if __cplusplus >= 202002L
    const std::span<const int> standard = all;
    ck_assert_uint_eq(standard.size(), 3);
    ck_assert_uint_eq(digit::Span<int>(standard).size(), 3);
#endif
    ck_assert_str_eq(digit::version(), digit_version());
    ck_assert_str_eq(digit::build_info(), digit_build_info());
}
END_TEST

} // namespace

int main()
{
    Suite *suite = suite_create("cpp");
    for (const TTest *test :
         {moving, adopting_and_giving_up, owners_of_nothing, errors, saving_and_loading, idx_files,
          datasets, training, adapting, training_that_stops, mats, mats_of_16_bits,
          mats_that_are_no_pictures, pixels, predicting, reading, fields_copies_and_batches,
          reading_that_does_not_last,
          threads, spans}) {
        TCase *tcase = tcase_create(test->name);
        tcase_set_timeout(tcase, 60);
        tcase_add_test(tcase, test);
        suite_add_tcase(suite, tcase);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
