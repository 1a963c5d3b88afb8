/*
 * digit.h - recognise handwritten digits.
 *
 * This header is the whole public interface of libdigit. The library exports nothing else.
 *
 *     digit_model *model;
 *     digit_prediction p;
 *     if (digit_model_load_pretrained(&model) == DIGIT_OK) {
 *         digit_model_predict(model, pixels, 1, &p);
 *         printf("%d (%.0f%%)\n", p.digit, 100 * p.confidence);
 *         digit_model_free(model);
 *     }
 *
 * Six rules hold for all functions. The comment of a function only describes what goes beyond
 * these rules.
 *
 * 1. Result. A function that can fail returns a digit_status: DIGIT_OK (0) or a negative code.
 *    Later releases may add codes: treat an unknown code as a failure. digit_last_error()
 *    describes the failure in a sentence. A failed call sets a single out-parameter to NULL or
 *    zero; it does not change arrays, `size` members or any object. There are two exceptions:
 *    after DIGIT_ERR_CANCELLED, digit_model_train() keeps the weights learned so far, and
 *    digit_model_save_memory() reports the required size. A count of 0 is allowed and does
 *    nothing.
 * 2. Ownership. An object that a function stores through a `digit_x **out` belongs to the caller.
 *    The caller releases it with digit_x_free(); digit_x_free(NULL) does nothing. A returned
 *    pointer belongs to the object that was passed in and is valid as long as that object, unless
 *    the comment says otherwise. A function uses its arguments only until it returns.
 * 3. Threads. Any number of threads may use one object at the same time through functions that
 *    take it as `const`. While a function that takes it without const runs, no other thread may
 *    use the object. Different objects are independent.
 * 4. Options. NULL selects all defaults. Otherwise call the matching
 *    digit_x_options_init(&options, sizeof options) first, then change members. A later release
 *    may add members at the end of a struct whose first member is `size`, and programs compiled
 *    before then still work. All other structs never change. If your struct is larger than this
 *    library's, all bytes that the library does not know must be 0, otherwise the call returns
 *    DIGIT_ERR_UNSUPPORTED; in structs that report results, the library sets those bytes to 0. A
 *    struct that is passed to a callback has the library's `size`: do not read beyond it.
 * 5. Silence. libdigit's own code never prints, never exits, does not read the environment and
 *    installs no signal or exit handlers. (The OpenBLAS inside reads OPENBLAS_* variables:
 *    docs/blas.md.) A callback runs on the calling thread unless its comment says otherwise, with
 *    C's calling convention, and must return: no longjmp(), no exception through C.
 * 6. Paths are bytes that end with 0, and go to the system as they are.
 */
#ifndef DIGIT_DIGIT_H
#define DIGIT_DIGIT_H

#include <stddef.h>
#include <stdint.h>

#define DIGIT_VERSION_MAJOR 1
#define DIGIT_VERSION_MINOR 0
#define DIGIT_VERSION_PATCH 0

/* DIGIT_STATIC: the library is linked statically (Windows). */
#ifndef DIGIT_API
#  if defined(_WIN32) && defined(DIGIT_STATIC)
#    define DIGIT_API
#  elif defined(_WIN32) && defined(DIGIT_BUILDING)
#    define DIGIT_API __declspec(dllexport)
#  elif defined(_WIN32)
#    define DIGIT_API __declspec(dllimport)
#  elif defined(__GNUC__)
#    define DIGIT_API __attribute__((visibility("default")))
#  else
#    define DIGIT_API
#  endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Library ---------------------------------------------------------- */

/** Version of the library in use, such as "1.0.0". Static storage. */
DIGIT_API const char *digit_version(void);

/** How the library was built and what it runs on: BLAS version, kernel, linking mode, instruction
 *  sets. For bug reports; the wording may change. Static storage. */
DIGIT_API const char *digit_build_info(void);

/** Result of a call: DIGIT_OK or DIGIT_ERR_... */
typedef int32_t digit_status;

/** Status codes. The values are part of the ABI and are never reused. */
enum {
    DIGIT_OK              =  0,
    DIGIT_ERR_ARGUMENT    = -1, /**< an argument violates the contract */
    DIGIT_ERR_MEMORY      = -2, /**< out of memory */
    DIGIT_ERR_IO          = -3, /**< the file could not be opened, read or written */
    DIGIT_ERR_FORMAT      = -4, /**< the data are damaged or malformed */
    DIGIT_ERR_UNSUPPORTED = -5, /**< valid, but newer than this library */
    DIGIT_ERR_CANCELLED   = -6, /**< a callback asked to stop */
    DIGIT_ERR_DIVERGED    = -7, /**< training produced a non-finite number */
    DIGIT_ERR_LIMIT       = -8, /**< larger than a limit of this library */
    DIGIT_ERR_TIMEOUT     = -9, /**< the time limit in the options has passed */
    DIGIT_ERR_BLAS        = -10 /**< the BLAS in use failed its self test */
};

/** A fixed English phrase for a status. Static storage; never NULL. */
DIGIT_API const char *digit_status_text(digit_status status);

/** A sentence about the most recent failed call of this thread, with names and numbers
 *  ("labels.idx: 60000 labels for 10000 images"); "" if no call has failed yet. A successful call
 *  does not clear it: test the status, not this text. Valid until the next failed call of this
 *  thread. */
DIGIT_API const char *digit_last_error(void);

/* ---- Samples ---------------------------------------------------------- */

/* A sample is the input of the network: 28 rows of 28 bytes, top row first, 0 = background, 255 =
 * ink, the digit centred as in MNIST. In an array of samples there are no gaps between them. */
#define DIGIT_SAMPLE_SIDE  28
#define DIGIT_SAMPLE_BYTES (DIGIT_SAMPLE_SIDE * DIGIT_SAMPLE_SIDE)
#define DIGIT_CLASSES      10

/** Flags of a prediction; bits. */
enum {
    DIGIT_FLAG_BLANK = 1 /**< the picture has no ink */
};

/** The prediction for one sample. Never changes size. */
typedef struct digit_prediction {
    int32_t  digit;                        /**< most probable class, 0..9; -1 in an empty
                                                cell of a grid */
    uint32_t flags;                        /**< DIGIT_FLAG_... */
    float    confidence;                   /**< calibrated probability that `digit`
                                                is right, 0..1:
                                                probabilities[digit] * (1 - other) */
    float    other;                        /**< reject class: probability that the
                                                sample is not a digit, 0..1; 0 if
                                                the model has no reject class */
    float    probabilities[DIGIT_CLASSES]; /**< of each class, provided that the
                                                sample is a digit; each 0..1, sum 1 */
} digit_prediction;

/* ---- Model ------------------------------------------------------------ */

/** A network and its weights. */
typedef struct digit_model digit_model;

/** Options of digit_model_create(). */
typedef struct digit_model_options {
    size_t      size;
    const char *architecture; /**< preset name or layer list, see
                                   docs/architectures.md; default "default" */
    uint64_t    seed;         /**< for the initial weights; default 1 */
} digit_model_options;

DIGIT_API void digit_model_options_init(digit_model_options *options, size_t size);

/** Create an untrained model with random weights. */
DIGIT_API digit_status digit_model_create(const digit_model_options *options, digit_model **out);

/** Load the built-in model, which is stored inside the library and was trained on MNIST and the
 *  digits of 244 writers. A minor release may replace it with a better one: save it to a file to
 *  keep this version. */
DIGIT_API digit_status digit_model_load_pretrained(digit_model **out);

/** Load a model file, or `size` bytes of one from memory. Untrusted data are safe: a damaged,
 *  malicious or newer file returns DIGIT_ERR_FORMAT, _LIMIT or _UNSUPPORTED, and the library
 *  allocates at most a small multiple of the file's size. Files of every earlier release can be
 *  loaded. */
DIGIT_API digit_status digit_model_load(const char *path, digit_model **out);
DIGIT_API digit_status digit_model_load_memory(const void *data, size_t size, digit_model **out);

/** Save a model to a file, atomically: after a failure, an existing file at `path` is unchanged.
 */
DIGIT_API digit_status digit_model_save(const digit_model *model, const char *path);

/** Save a model to memory. On entry *size is the size of the buffer in bytes, on return the size
 *  of the model file. A buffer that is too small returns DIGIT_ERR_ARGUMENT. With a NULL buffer,
 *  the call only reports the size. */
DIGIT_API digit_status digit_model_save_memory(const digit_model *model, void *buffer, size_t
                                               *size);

/** A model with the same weights, texts and number of threads, independent of the original. */
DIGIT_API digit_status digit_model_copy(const digit_model *model, digit_model **out);

DIGIT_API void digit_model_free(digit_model *model);

/** Properties of a model. The caller sets `size` before the call. */
typedef struct digit_model_info {
    size_t      size;
    const char *architecture; /**< full layer list; valid until the model is
                                   trained or freed */
    uint64_t    parameters;   /**< number of trainable weights */
    uint64_t    sample_ops;   /**< multiply-adds for one sample */
    const char *trained_on;   /**< free text, "" if unknown; valid as above */
    const char *licence;      /**< of the weights, "" if unknown; as above */
    uint32_t    preparation;  /**< version of the sample preparation that the
                                   model was trained with */
    uint32_t    rejects;      /**< 1 if the model has a reject class (see
                                   digit_prediction.other), else 0 */
} digit_model_info;

DIGIT_API digit_status digit_model_get_info(const digit_model *model, digit_model_info *info);

/** Set how many threads one call on this model may use, including the calling thread. 0 = one per
 *  CPU that the process may use; the default is 1. Results do not depend on the number. */
DIGIT_API digit_status digit_model_set_threads(digit_model *model, uint32_t threads);

/** Classify samples[count][DIGIT_SAMPLE_BYTES] into out[count]. */
DIGIT_API digit_status digit_model_predict(const digit_model *model, const uint8_t *samples,
                                           size_t count, digit_prediction *out);

/* ---- Dataset ---------------------------------------------------------- */

/** Samples with labels. Immutable. */
typedef struct digit_dataset digit_dataset;

/** Load a pair of IDX files (the format of MNIST), plain or gzip. */
DIGIT_API digit_status digit_dataset_load_idx(const char *images_path, const char *labels_path,
                                              digit_dataset **out);

/** Copy samples[count][DIGIT_SAMPLE_BYTES] and labels[count] (0..9). */
DIGIT_API digit_status digit_dataset_create(const uint8_t *samples, const uint8_t *labels, size_t
                                            count, digit_dataset **out);

/** Load digits as the strokes of a pen, from a text file ("libdigit strokes 1", docs/strokes.md).
 *  Each sample is drawn once with a pen of any usual width. A training with
 *  digit_train_options.augment above 0 draws it anew in each epoch, with another pen. */
DIGIT_API digit_status digit_dataset_load_strokes(const char *path, digit_dataset **out);

/** Copy the samples of datasets[number], in this order, into one dataset. Strokes are kept.
 *  DIGIT_ERR_LIMIT if memory can't hold so many. */
DIGIT_API digit_status digit_dataset_join(const digit_dataset *const *datasets, size_t number,
                                          digit_dataset **out);

/** A dataset of the samples first .. first+count-1. It shares the storage of the original; the
 *  two may be freed in any order. */
DIGIT_API digit_status digit_dataset_slice(const digit_dataset *dataset, size_t first, size_t
                                           count, digit_dataset **out);

/** The number of samples; 0 for a NULL dataset. */
DIGIT_API size_t         digit_dataset_count(const digit_dataset *dataset);
/** samples[count][DIGIT_SAMPLE_BYTES]; NULL for a NULL dataset. */
DIGIT_API const uint8_t *digit_dataset_samples(const digit_dataset *dataset);
/** labels[count], 0..9; NULL for a NULL dataset. */
DIGIT_API const uint8_t *digit_dataset_labels(const digit_dataset *dataset);
DIGIT_API void           digit_dataset_free(digit_dataset *dataset);

/* ---- Training and evaluation ------------------------------------------ */

/** Accuracy of a model on a dataset. The caller sets `size` before the call. */
typedef struct digit_metrics {
    size_t   size;
    uint64_t count;    /**< evaluated samples */
    uint64_t correct;  /**< correctly classified samples */
    double   loss;     /**< mean cross-entropy, in nats */
    uint64_t confusion[DIGIT_CLASSES][DIGIT_CLASSES]; /**< [label][digit] */
} digit_metrics;

/** Classify all samples of a dataset and compare the digits with the labels. */
DIGIT_API digit_status digit_model_evaluate(const digit_model *model, const digit_dataset
                                            *dataset, digit_metrics *metrics);

/** Progress of a training. Valid only during the callback. */
typedef struct digit_progress {
    size_t   size;
    uint32_t epoch;               /**< from 1 */
    uint32_t epochs;
    uint64_t samples_done;        /**< in this epoch, which has ended when these are
                                       samples_total */
    uint64_t samples_total;       /**< in one epoch */
    double   loss;                /**< mean of this epoch so far, in nats */
    double   accuracy;            /**< of this epoch so far, 0..1 */
    double   validation_accuracy; /**< 0..1; NaN before the end of the first
                                       epoch, and without `validation` */
    double   seconds;             /**< since the start of training */
} digit_progress;

/** Called on the thread that called digit_model_train(), at most a few times per second and at
 *  the end of each epoch. Return 0 to continue, anything else to stop the training. The function
 *  must not use the model. */
typedef int (*digit_progress_fn)(const digit_progress *progress, void *user_data);

/** Numbers to add up over all ranks. Valid only during the callback. */
typedef struct digit_reduction {
    size_t   size;
    float   *values;              /**< values[count]: in, those of this rank; out,
                                       the sums over all ranks */
    size_t   count;
    uint32_t rank;                /**< as in the training options */
    uint32_t ranks;
} digit_reduction;

/**
 * An all-reduce (sum) over the ranks of a distributed training. It is called on the thread that
 * called digit_model_train(): in each update, and a few times outside updates. All ranks call it
 * equally often, with equal counts. It must replace each of values[count] with the sum of this
 * value over all ranks, and all ranks must get the same bits.
 *
 * If the sum is a binary tree over the rank, ((0 + 1) + (2 + 3)) + ..., the model is bit for bit
 * the model of a single rank. For this the function runs in the library's floating-point
 * environment (round to nearest, denormals are 0).
 *
 * Return 0 to continue. Any other value means that the other ranks cannot be reached: it ends the
 * training of this rank with DIGIT_ERR_CANCELLED, but not the training of the others. The
 * function must not use the model.
 */
typedef int (*digit_reduce_fn)(const digit_reduction *reduction, void *user_data);

/** Schedule of the learning rate. */
enum {
    DIGIT_SCHEDULE_CONSTANT = 0, /**< the same rate in all updates */
    DIGIT_SCHEDULE_COSINE   = 1  /**< linear warm-up over 3 % of all updates,
                                      then cosine annealing to 0 */
};

/** Options of digit_model_train(). */
typedef struct digit_train_options {
    size_t   size;
    uint32_t epochs;        /**< passes over the dataset, 1..100000; default 10 */
    uint32_t batch;         /**< samples per weight update, 1..16384; default 128 */
    float    learning_rate; /**< of Adam, at its highest, 1e-9..10; default 0.001 */
    float    weight_decay;  /**< decoupled (AdamW), 0..1; default 0.0001 */
    float    augment;       /**< strength of data augmentation: samples are distorted
                                 anew in each epoch; 0 (off) .. 1; default 0 */
    float    label_smoothing; /**< 0..0.5; default 0 */
    float    average;       /**< decay per update of the exponential moving average of
                                 the weights, with which training ends; 0..0.99999;
                                 0 = off; default 0.99 */
    uint32_t schedule;      /**< DIGIT_SCHEDULE_...; default COSINE */
    uint64_t seed;          /**< for shuffling, augmentation, dropout; default 1 */
    const digit_dataset *validation; /**< evaluated after each epoch, and used to
                                          calibrate the confidence (temperature
                                          scaling); default NULL */
    const char *checkpoint;  /**< a file that is written after each epoch and when
                                  the progress callback stops training. If it exists
                                  at the start, training resumes from it; default
                                  NULL */
    digit_progress_fn    progress;   /**< default NULL */
    void                *user_data;  /**< passed to progress */
    const char *trained_on;  /**< text for digit_model_info.trained_on; NULL = the
                                  number of samples and their CRC-32 */
    const char *licence;     /**< of the trained weights; NULL = unchanged */
    float    pull;           /**< L2-SP strength (Li, Grandvalet and Davoine, ICML
                                  2018): every update moves each weight back towards
                                  its value before the call, by learning rate * pull
                                  of the distance. Few weights move further than
                                  1 / pull. For adapting a model to a few samples
                                  without losing what it knows. Above 0 the running
                                  statistics of batchnorm do not change. 0..1e6;
                                  0 = off; default 0 */
    uint32_t checkpoint_interval; /**< updates between further checkpoints within an
                                       epoch; 0 = none; default 0 */
    digit_reduce_fn reduce;  /**< adds up numbers over all ranks; default NULL */
    void    *reduce_data;    /**< passed to reduce */
    uint32_t rank;           /**< of this process, 0..ranks-1; default 0 */
    uint32_t ranks;          /**< processes that train this model together, 1..16;
                                  more than 1 requires reduce; default 1 */
    const digit_model *const *teachers; /**< teachers[teacher_count]: models with as
                                  many outputs, whose mean probabilities for each
                                  sample are learned besides its label (distillation:
                                  Hinton, Vinyals and Dean, 2015). They must not be
                                  trained meanwhile; default NULL */
    uint32_t teacher_count;  /**< 0..16; default 0 */
    float    teacher_share;  /**< of the teachers in what is learned, 0..1; the rest is
                                  the label's; default 0.5 */
} digit_train_options;

DIGIT_API void digit_train_options_init(digit_train_options *options, size_t size);

/** The same with other defaults: epochs 20, batch 32, augment 0.5, pull 100. They adapt a trained
 *  model to a few samples of one hand, ten of each digit, and it still reads other hands.
 *  docs/pretrained.md has what that gains and costs. */
DIGIT_API void digit_adapt_options_init(digit_train_options *options, size_t size);

/**
 * Train, starting from the current weights. The same library on the same kind of CPU with the
 * same model, data and options always ends with the same weights, bit for bit, for any number of
 * threads.
 *
 * Several ranks: each process passes the same model, data and options except for `rank`, and
 * computes its part of every batch. Rank 0 writes the checkpoints; all ranks must be able to read
 * them. Training does not start if models, data or options differ. If one rank fails or is
 * cancelled, all ranks end with its status. See docs/distributed-training.md.
 *
 * After DIGIT_ERR_CANCELLED the model has the weights learned so far and can be used. After any
 * other failure it has the weights from before the call.
 */
DIGIT_API digit_status digit_model_train(digit_model *model, const digit_dataset *dataset, const
                                         digit_train_options *options);

/* ---- Pictures to samples ---------------------------------------------- */

/** Pixel formats. In none does a row need to be aligned. */
enum digit_pixel {
    DIGIT_PIXEL_GRAY8 = 0, /**< 1 byte: 0 black .. 255 white */
    DIGIT_PIXEL_RGB8  = 1, /**< 3 bytes: red, green, blue */
    DIGIT_PIXEL_BGR8  = 2, /**< 3 bytes: blue, green, red */
    DIGIT_PIXEL_RGBA8 = 3, /**< 4 bytes: as RGB8, then straight (not
                                premultiplied) alpha; blended over white */
    DIGIT_PIXEL_BGRA8 = 4, /**< 4 bytes: as BGR8, then alpha as in RGBA8 */
    DIGIT_PIXEL_RGBX8 = 5, /**< 4 bytes: as RGB8; the fourth is ignored */
    DIGIT_PIXEL_BGRX8 = 6, /**< 4 bytes: as BGR8; the fourth is ignored */
    DIGIT_PIXEL_RGBA8_PREMULTIPLIED = 7, /**< as RGBA8, colours times alpha */
    DIGIT_PIXEL_BGRA8_PREMULTIPLIED = 8, /**< as BGRA8, colours times alpha */
    DIGIT_PIXEL_GRAY16 = 9, /**< 2 bytes in the machine's order, 0 (black)
                                 to 65535 (white); fewer bits must be scaled up */
    DIGIT_PIXEL_GRAY1 = 10  /**< 1 bit: 0 black, 1 white (PBM, Leptonica: the
                                 opposite; their dark ink is DIGIT_INK_LIGHT);
                                 the first pixel of 8 is the highest bit; each
                                 row begins with a byte */
};

/** Polarity: is the ink darker or lighter than the background? */
enum digit_ink {
    DIGIT_INK_AUTO  = 0, /**< detected: the border is background; if the
                              border is mixed, the ink is the rarer side */
    DIGIT_INK_DARK  = 1, /**< dark on light */
    DIGIT_INK_LIGHT = 2  /**< light on dark */
};

/** A picture in the caller's memory, of at most 64 * 2^20 pixels (else DIGIT_ERR_LIMIT). Never
 *  changes size. To pass a region of a picture, point to the region's first pixel (GRAY1: one at
 *  the start of a byte) and keep the stride of the whole picture. */
typedef struct digit_image {
    const void *pixels; /**< first byte of the top row */
    ptrdiff_t   stride; /**< bytes from one row to the next; negative = bottom up */
    uint32_t    width;  /**< pixels, 1..65535 */
    uint32_t    height; /**< pixels, 1..65535 */
    uint32_t    format; /**< DIGIT_PIXEL_... */
    uint32_t    ink;    /**< DIGIT_INK_... */
} digit_image;

/** Bounding box in pixels; the origin is the top left corner of the picture. Never changes size.
 */
typedef struct digit_box {
    int32_t x, y, width, height;
} digit_box;

/** Result of digit_model_normalize(). The caller sets `size` before the call. */
typedef struct digit_sample_info {
    size_t    size;
    uint32_t  ink;   /**< polarity used: DIGIT_INK_DARK or _LIGHT */
    uint32_t  flags; /**< DIGIT_FLAG_... */
    digit_box box;   /**< of the ink in the picture; all 0 without ink */
} digit_sample_info;

/** Preprocessing: make a sample from a picture of one digit, with the preparation that `model`
 *  was trained with (NULL: the preparation of this release). The picture becomes grey, the
 *  background black and the ink white; the ink is cropped, scaled to fit into 20 x 20 pixels, and
 *  placed in 28 x 28 pixels by its centre of mass. A picture without ink gives a sample of zeros.
 *  `info` may be NULL. DIGIT_ERR_LIMIT: the picture is too large, or its ink is in more parts
 *  than a digit can have (docs/normalize.md). */
DIGIT_API digit_status digit_model_normalize(const digit_model *model, const digit_image *image,
                                             uint8_t sample[DIGIT_SAMPLE_BYTES], digit_sample_info
                                             *info);

/** Prepare images[count], pictures of one digit each, as digit_model_normalize() does, and classify
 *  them into out[count], whose flags say which are blank. On the threads of the model. If pictures
 *  can't be prepared, the call fails and names the first of them. */
DIGIT_API digit_status digit_model_predict_images(const digit_model *model,
                                                  const digit_image *images, size_t count,
                                                  digit_prediction *out);

/* ---- Reading ---------------------------------------------------------- */

/** Layout of a picture. */
enum {
    DIGIT_LAYOUT_PAGE   = 0, /**< lines of digits, top to bottom */
    DIGIT_LAYOUT_LINE   = 1, /**< one line, left to right */
    DIGIT_LAYOUT_SINGLE = 2, /**< one digit */
    DIGIT_LAYOUT_GRID   = 3  /**< rows x columns of cells, at most one digit each */
};

/** Stop reading? 0 = go on. Asked between steps, on any of the threads that read, in the library's
 *  floating-point environment. */
typedef int (*digit_cancel_fn)(void *user_data);

/** Options of digit_model_read(). */
typedef struct digit_read_options {
    size_t   size;
    uint32_t layout;         /**< DIGIT_LAYOUT_...; default PAGE */
    float    min_confidence; /**< reject digits with less confidence, 0..1;
                                  default 0 */
    uint32_t min_height;     /**< pixels; lower ink is not a digit. 0 = choose by
                                  the digit height of the picture; default 0.
                                  GRID does not use it */
    uint32_t min_digits;     /**< digits per group, or of a LINE together, 0..64;
                                  default 1. Only PAGE and LINE use min_digits and
                                  max_digits */
    uint32_t max_digits;     /**< digits per group, 0..64; 0 = any; default 0 */
    uint32_t allowed;        /**< bit d = digit d is a possible result; 0 = all;
                                  default 0 */
    uint32_t rows, columns;  /**< of DIGIT_LAYOUT_GRID; 0, 0 = detect; default 0 */
    uint32_t time_limit_ms;  /**< deadline in milliseconds, checked between steps;
                                  0 = none; default 0 */
    uint32_t flags;          /**< DIGIT_READ_...; default 0 */
    const digit_model *line_model; /**< reads whole lines, for PAGE and LINE: of
                                        docs/architectures.md's `line`; NULL = the
                                        built-in one; default NULL */
    digit_cancel_fn cancel;  /**< ends the call with DIGIT_ERR_CANCELLED; default NULL */
    void    *user_data;      /**< passed to cancel */
} digit_read_options;

/** Flags of the options; bits. */
enum {
    DIGIT_READ_SIGNS = 1 /**< the text has the signs of digit_reading_marks(), too:
                              "12.50", "-3", "12/05/2026"; a space for
                              DIGIT_MARK_OTHER */
};

DIGIT_API void digit_read_options_init(digit_read_options *options, size_t size);

/** Flags of a glyph; bits. */
enum {
    DIGIT_GLYPH_CUT      = 1, /**< cut from ink that touches a neighbour */
    DIGIT_GLYPH_JOINED   = 2, /**< joined from several connected components */
    DIGIT_GLYPH_REJECTED = 4, /**< '?' in the text: its confidence is below
                                   min_confidence, its group does not have the
                                   number of digits asked for, or it is probably
                                   not a digit */
    DIGIT_GLYPH_EMPTY    = 8, /**< a grid cell without ink: its digit is -1, and
                                   its group has no meaning */
    DIGIT_GLYPH_MARK     = 16 /**< a sign such as . , - / precedes this digit, which
                                   starts a new group */
};

/**
 * One digit of a picture. Never changes size.
 *
 * `prediction.other` is the probability that this glyph is not a digit at this place. It starts
 * as the value of the network's reject class; it rises if the ink may have to be segmented in
 * another way, and if the group looks like a word. `prediction.digit` is the digit in the text.
 * It need not be the most probable class: `allowed` and the best segmentation of the whole group
 * also decide. `prediction.confidence` is probabilities[digit] * (1 - other), as always.
 */
typedef struct digit_glyph {
    digit_box        box;
    uint32_t         line;  /**< from 0, top to bottom */
    uint32_t         group; /**< from 0 in its line; starts at a gap or a sign */
    uint32_t         flags; /**< DIGIT_GLYPH_... */
    uint32_t         row, column; /**< in a grid; 0 in other layouts */
    digit_prediction prediction;
} digit_glyph;

/** The digits that were read from a picture. Immutable. */
typedef struct digit_reading digit_reading;

/** Find, segment and classify the digits of a picture. A picture without digits is not an error.
 *  Any release may improve what is found, with the same model. DIGIT_ERR_LIMIT: too many
 *  connected components or digits (docs/reading.md). DIGIT_ERR_TIMEOUT: time_limit_ms has passed.
 */
DIGIT_API digit_status digit_model_read(const digit_model *model, const digit_image *image, const
                                        digit_read_options *options, digit_reading **out);

/** The digits in reading order, '?' for rejected ones, a space between groups and a newline
 *  between lines, without one at the end. With DIGIT_READ_SIGNS a sign takes the place of the
 *  space, unless there is a gap beside it. For a NULL reading: "". */
DIGIT_API const char *digit_reading_text(const digit_reading *reading);

/** Kinds of signs. */
enum {
    DIGIT_MARK_POINT   = 0, /**< "." */
    DIGIT_MARK_COMMA   = 1, /**< "," */
    DIGIT_MARK_DASH    = 2, /**< "-" */
    DIGIT_MARK_SLASH   = 3, /**< "/" */
    DIGIT_MARK_COLON   = 4, /**< ":" */
    DIGIT_MARK_PLUS    = 5, /**< "+" */
    DIGIT_MARK_PERCENT = 6, /**< "%" */
    DIGIT_MARK_OTHER   = 7  /**< small ink that is none of these, and too large for dirt */
};

/** A sign in a line of digits, before, between or behind them. Never changes size. */
typedef struct digit_mark {
    digit_box box;
    uint32_t  line;       /**< as in digit_glyph */
    uint32_t  glyph;      /**< index of the glyph in front of which it stands; of the
                               first one behind its line, or the number of all, if it
                               ends the line */
    uint32_t  kind;       /**< DIGIT_MARK_... */
    float     confidence; /**< calibrated probability that it is this sign, 0..1 */
} digit_mark;

/** The marks[*count] in reading order. NULL if there are none; layouts other than PAGE and LINE
 *  have none. `count` may be NULL. */
DIGIT_API const digit_mark *digit_reading_marks(const digit_reading *reading, size_t *count);

/** Digits without a gap or a sign between them: a number, or a part of one. Never changes size.
 */
typedef struct digit_group {
    digit_box box;
    uint32_t  line, group;  /**< as in digit_glyph */
    uint32_t  first, count; /**< its glyphs: first .. first + count - 1 */
    uint32_t  candidates; /**< number of ranks of digit_reading_candidate() */
    uint32_t  flags;      /**< of any of its glyphs, DIGIT_GLYPH_... */
    float     confidence; /**< product of its glyphs' confidences */
} digit_group;

/** The groups[*count] in reading order. NULL if there are none. `count` may be NULL. */
DIGIT_API const digit_group *digit_reading_groups(const digit_reading *reading, size_t *count);

/** A line of a page, or a row of a grid, from its top. Never changes size. */
typedef struct digit_line {
    digit_box box;        /**< of its digits; of its cells, if there is no digit */
    uint32_t  first_group, group_count; /**< its groups */
    uint32_t  first_glyph, glyph_count; /**< its glyphs */
    float     baseline;   /**< y where the digits stand, at x = box.x, in pixels */
    float     skew;       /**< of the baseline: pixels down for each pixel to the right */
} digit_line;

/** The lines[*count]: lines[i] has the glyphs and groups of line i. NULL if there are none.
 *  `count` may be NULL. */
DIGIT_API const digit_line *digit_reading_lines(const digit_reading *reading, size_t *count);

/** The glyphs[*count] in reading order: the digits, and the empty cells of a grid. NULL if there
 *  are none. `count` may be NULL. */
DIGIT_API const digit_glyph *digit_reading_glyphs(const digit_reading *reading, size_t *count);

/** One of the candidate texts of a group. Rank 0 is the most probable one, which
 *  digit_reading_text() shows, with '?' for rejected digits; the others consist of digits only.
 *  digit_group.candidates is the number of ranks; DIGIT_ERR_ARGUMENT: there is no such rank or
 *  group. *text is valid as long as the reading. *probability, 0..1, is the probability that the
 *  whole group is a number with this text, judged by the group alone (the glyphs also consider
 *  the rest of the page). */
DIGIT_API digit_status digit_reading_candidate(const digit_reading *reading, uint32_t line,
                                               uint32_t group, uint32_t rank, const char **text,
                                               double *probability);

/* ---- Fields ----------------------------------------------------------- */

/** Check digits of a number. */
enum {
    DIGIT_CHECK_NONE     = 0,
    DIGIT_CHECK_LUHN     = 1, /**< ISO/IEC 7812-1: bank cards, IMEI */
    DIGIT_CHECK_ISBN10   = 2, /**< ISO 2108 before 2007; an X is not read */
    DIGIT_CHECK_ISBN13   = 3, /**< 978 or 979, then as EAN */
    DIGIT_CHECK_EAN      = 4, /**< GS1: EAN-8, UPC-A, EAN-13, GTIN-14 */
    DIGIT_CHECK_IBAN     = 5, /**< ISO 13616: the digits behind `country` */
    DIGIT_CHECK_MOD11_10 = 6, /**< ISO/IEC 7064: tax numbers */
    DIGIT_CHECK_MOD97_10 = 7  /**< ISO/IEC 7064: invoices */
};

/** May a field have this text (digits and signs)? 0 = no. */
typedef int (*digit_accept_fn)(const char *text, void *user_data);

/** One number on a form, and what is known of it. */
typedef struct digit_field {
    size_t      size;       /**< of this struct; the same in all fields of a call */
    digit_box   box;        /**< what has its centre in here; width 0 = all of the
                                 picture; default 0 */
    const char *pattern;    /**< "dd/dd/dddd", "d+[.,]dd", "-?d+": d is a digit, \+ a
                                 plus sign, [..] one of several, other characters are
                                 themselves; ? + * as in regular expressions. NULL =
                                 digits, without the signs between; default NULL */
    uint32_t    min_digits, max_digits; /**< of the whole field, without a pattern,
                                 0..63; max 0 = any; default 1, 0 */
    uint32_t    allowed;    /**< bit d = digit d is possible; 0 = all; default 0 */
    uint32_t    check;      /**< DIGIT_CHECK_...; default NONE */
    const char *country;    /**< of an IBAN, two capital letters; default NULL */
    digit_accept_fn accept; /**< called in the calling thread, most probable text
                                 first; default NULL */
    void       *user_data;  /**< passed to accept */
} digit_field;

DIGIT_API void digit_field_init(digit_field *field, size_t size);

/** Read fields, each one line that is one number, however wide its gaps are. What the picture
 *  shows counts first: only if this does not fit what is known of a field, the most probable text
 *  that fits takes its place. Of `options` layout, allowed, min_digits and max_digits are not
 *  used. `fields` may be freed afterwards. DIGIT_ERR_LIMIT: more than 1024 fields, or one is
 *  longer than 45 digit heights. */
DIGIT_API digit_status digit_model_read_fields(const digit_model *model, const digit_image *image,
                                               const digit_field *fields, size_t count, const
                                               digit_read_options *options, digit_reading **out);

/** What is in a field. Never changes size. */
typedef struct digit_field_text {
    const char *text;       /**< digits and signs; valid as long as the reading */
    uint32_t    first, count; /**< its glyphs: field i is line i, and one group */
    uint32_t    flags;      /**< DIGIT_FIELD_... */
    float       confidence; /**< probability that the text is right, given what is
                                 known of the field */
} digit_field_text;

/** Flags of a field; bits. */
enum {
    DIGIT_FIELD_VALID = 1, /**< pattern, number of digits, check and accept hold, and
                                the confidence is at least min_confidence, and 0.5 with
                                check digits, 0.9 without */
    DIGIT_FIELD_EMPTY = 2  /**< there is no digit */
};

/** The texts[*count] of the fields, in their order; NULL if fields were not asked for. `count`
 *  may be NULL. */
DIGIT_API const digit_field_text *digit_reading_fields(const digit_reading *reading, size_t
                                                       *count);

DIGIT_API void digit_reading_free(digit_reading *reading);

#ifdef __cplusplus
}
#endif

#endif /* DIGIT_DIGIT_H */
