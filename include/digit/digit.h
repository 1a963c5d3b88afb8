/*
 * digit.h - recognise handwritten digits.
 *
 * The whole public interface of libdigit. Nothing else is exported.
 *
 *     digit_model *model;
 *     digit_prediction p;
 *     if (digit_model_load_pretrained(&model) == DIGIT_OK) {
 *         digit_model_predict(model, pixels, 1, &p);
 *         printf("%d (%.0f%%)\n", p.digit, 100 * p.confidence);
 *         digit_model_free(model);
 *     }
 *
 * Five rules hold everywhere; a function's comment speaks only of what is
 * special about it.
 *
 * 1. Result. A function that can fail returns a digit_status: DIGIT_OK (0) or
 *    a negative code; take one you don't know for a failure, for later
 *    releases may have more. digit_last_error() says more. A failed call sets a
 *    single out-parameter to NULL or zero (arrays are not touched, `size`
 *    members stay) and leaves every object as it was; the exceptions are
 *    DIGIT_ERR_CANCELLED in digit_model_train() and the size that
 *    digit_model_save_memory() reports. A count of 0 is allowed and does
 *    nothing.
 * 2. Ownership. An object stored through a `digit_x **out` belongs to the
 *    caller, who releases it with digit_x_free(); digit_x_free(NULL) does
 *    nothing. A pointer that is returned belongs to the object it was asked
 *    of and lives as long, if nothing else is said. Arguments are borrowed
 *    for the call only.
 * 3. Threads. Any number of threads may use one object at the same time
 *    through functions that take it as `const`. A function that takes it
 *    without const needs it to itself. Different objects are independent.
 * 4. Options. NULL means "all defaults". Otherwise call the matching
 *    digit_x_options_init(&options, sizeof options) first, then change
 *    members. Structs whose first member is `size` may gain members at their
 *    end in a later release and old programs keep working; all other structs
 *    never change. Of options that this library does not know all must be 0
 *    (else DIGIT_ERR_UNSUPPORTED); in what it reports it sets them to 0. What
 *    callbacks are given has the library's `size`: nothing beyond it is there.
 * 5. Silence. libdigit's own code never prints, exits, reads the environment
 *    or installs signal or exit handlers. (The OpenBLAS it uses reads
 *    OPENBLAS_* variables: docs/blas.md.) Callbacks must return: no longjmp,
 *    no exception through C.
 */
#ifndef DIGIT_DIGIT_H
#define DIGIT_DIGIT_H

#include <stddef.h>
#include <stdint.h>

#define DIGIT_VERSION_MAJOR 1
#define DIGIT_VERSION_MINOR 0
#define DIGIT_VERSION_PATCH 0

#ifndef DIGIT_API
#  if defined(_WIN32) && defined(DIGIT_BUILDING)
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

/** How it was built and what it runs on: BLAS version, kernel, linking mode,
 *  instruction sets. For bug reports; the wording may change. Static storage. */
DIGIT_API const char *digit_build_info(void);

/** Outcome of a call, DIGIT_OK or DIGIT_ERR_... */
typedef int32_t digit_status;

/** Outcomes. Values are part of the ABI and are never reused. */
enum {
    DIGIT_OK              =  0,
    DIGIT_ERR_ARGUMENT    = -1, /**< an argument breaks the contract */
    DIGIT_ERR_MEMORY      = -2, /**< out of memory */
    DIGIT_ERR_IO          = -3, /**< the file could not be opened, read or written */
    DIGIT_ERR_FORMAT      = -4, /**< the bytes are not what they should be */
    DIGIT_ERR_UNSUPPORTED = -5, /**< well formed, but newer than this library */
    DIGIT_ERR_CANCELLED   = -6, /**< the progress callback asked to stop */
    DIGIT_ERR_DIVERGED    = -7, /**< training produced a number that is not finite */
    DIGIT_ERR_LIMIT       = -8, /**< larger than this library accepts */
    DIGIT_ERR_TIMEOUT     = -9, /**< the time limit of the options has passed */
    DIGIT_ERR_BLAS        = -10 /**< the BLAS in use failed its self test */
};

/** Fixed English phrase for a status. Static storage; never NULL. */
DIGIT_API const char *digit_status_text(digit_status status);

/**
 * What went wrong in the most recent failed call made by this thread, with
 * names and numbers ("labels.idx: 60000 labels for 10000 images"). "" if none
 * failed yet. Success does not clear it: test the status, not this. Valid
 * until this thread's next call that fails.
 */
DIGIT_API const char *digit_last_error(void);

/* ---- Samples ---------------------------------------------------------- */

/*
 * A sample is what the network sees: 28 rows of 28 bytes, top row first,
 * 0 = background, 255 = ink, the digit centred as in MNIST. Several samples
 * follow one another without gaps.
 */
#define DIGIT_SAMPLE_SIDE  28
#define DIGIT_SAMPLE_BYTES (DIGIT_SAMPLE_SIDE * DIGIT_SAMPLE_SIDE)
#define DIGIT_CLASSES      10

/** What else there is to say about an answer; bits. */
enum {
    DIGIT_FLAG_BLANK = 1 /**< there was no ink */
};

/** Answer for one sample. Never changes size. */
typedef struct digit_prediction {
    int32_t  digit;                        /**< most probable class, 0..9 */
    uint32_t flags;                        /**< DIGIT_FLAG_... */
    float    confidence;                   /**< how likely `digit` is right, 0..1:
                                                probabilities[digit] * (1 - other),
                                                calibrated */
    float    other;                        /**< how likely it is no digit, 0..1;
                                                0 if the model can't tell */
    float    probabilities[DIGIT_CLASSES]; /**< given a digit; each 0..1, sum 1 */
} digit_prediction;

/* ---- Model ------------------------------------------------------------ */

/** A network and its weights. */
typedef struct digit_model digit_model;

typedef struct digit_model_options {
    size_t      size;
    const char *architecture; /**< preset name or layer list, see
                                   docs/architectures.md; default "default" */
    uint64_t    seed;         /**< of the initial weights; default 1 */
} digit_model_options;

DIGIT_API void digit_model_options_init(digit_model_options *options, size_t size);

/** Make an untrained model with random weights. */
DIGIT_API digit_status digit_model_create(const digit_model_options *options,
                                          digit_model **out);

/** The model that ships inside the library, trained on MNIST. A minor release
 *  may bring a better one: save() it to keep this one. */
DIGIT_API digit_status digit_model_load_pretrained(digit_model **out);

/**
 * Read a model. Bytes from anywhere are safe to pass: a file that is damaged,
 * hostile or newer gives DIGIT_ERR_FORMAT, _LIMIT or _UNSUPPORTED, and no more
 * than a small multiple of its own size is allocated. Files of every earlier
 * release stay readable.
 */
DIGIT_API digit_status digit_model_load(const char *path, digit_model **out);
DIGIT_API digit_status digit_model_load_memory(const void *data, size_t size,
                                               digit_model **out);

/**
 * Write a model: all of it or nothing. On failure a file that was at `path`
 * before is untouched.
 */
DIGIT_API digit_status digit_model_save(const digit_model *model, const char *path);

/**
 * Write a model to memory. *size holds the room in bytes on entry and the
 * bytes needed on return; with too little room that is DIGIT_ERR_ARGUMENT. A
 * NULL buffer only asks for the size.
 */
DIGIT_API digit_status digit_model_save_memory(const digit_model *model,
                                               void *buffer, size_t *size);

DIGIT_API void digit_model_free(digit_model *model);

/** Facts about a model. The caller sets `size` before asking. */
typedef struct digit_model_info {
    size_t      size;
    const char *architecture; /**< full layer list; lives until the model is
                                   trained or freed */
    uint64_t    parameters;   /**< number of trained weights */
    uint64_t    sample_ops;   /**< multiply-adds to predict one sample */
    const char *trained_on;   /**< free text, "" if unknown; likewise */
    const char *licence;      /**< of the weights, "" if unknown; likewise */
    uint32_t    preparation;  /**< version of the sample preparation it expects */
    uint32_t    rejects;      /**< 1 if `other` is meaningful, else 0 */
} digit_model_info;

DIGIT_API digit_status digit_model_get_info(const digit_model *model,
                                            digit_model_info *info);

/**
 * Let one call on this model use up to `threads` threads, the caller's
 * included; 0 = one per CPU the process may run on; 1 until this is called.
 * Results do not depend on the number.
 */
DIGIT_API digit_status digit_model_set_threads(digit_model *model, uint32_t threads);

/** Classify `count` samples: `samples` has count * DIGIT_SAMPLE_BYTES bytes,
 *  `out` room for `count` answers. */
DIGIT_API digit_status digit_model_predict(const digit_model *model,
                                           const uint8_t *samples, size_t count,
                                           digit_prediction *out);

/* ---- Dataset ---------------------------------------------------------- */

/** Labelled samples. Immutable. */
typedef struct digit_dataset digit_dataset;

/** Read a pair of IDX files (the format of MNIST), plain or gzip. */
DIGIT_API digit_status digit_dataset_load_idx(const char *images_path,
                                              const char *labels_path,
                                              digit_dataset **out);

/** Copy `count` samples and their labels (0..9). */
DIGIT_API digit_status digit_dataset_create(const uint8_t *samples,
                                            const uint8_t *labels, size_t count,
                                            digit_dataset **out);

/** Samples first .. first+count-1 as a dataset of its own. Shares storage
 *  without copying; the two may be freed in any order. */
DIGIT_API digit_status digit_dataset_slice(const digit_dataset *dataset,
                                           size_t first, size_t count,
                                           digit_dataset **out);

/** Of NULL: 0 and NULL. samples[count][DIGIT_SAMPLE_BYTES], labels[count]. */
DIGIT_API size_t         digit_dataset_count(const digit_dataset *dataset);
DIGIT_API const uint8_t *digit_dataset_samples(const digit_dataset *dataset);
DIGIT_API const uint8_t *digit_dataset_labels(const digit_dataset *dataset);
DIGIT_API void           digit_dataset_free(digit_dataset *dataset);

/* ---- Training and evaluation ------------------------------------------ */

/** How well a model does on a dataset. The caller sets `size` before asking. */
typedef struct digit_metrics {
    size_t   size;
    uint64_t count;    /**< samples judged */
    uint64_t correct;  /**< of them, classified right */
    double   loss;     /**< mean cross-entropy, in nats */
    uint64_t confusion[DIGIT_CLASSES][DIGIT_CLASSES]; /**< [label][answer] */
} digit_metrics;

DIGIT_API digit_status digit_model_evaluate(const digit_model *model,
                                            const digit_dataset *dataset,
                                            digit_metrics *metrics);

/** How far training has come. Valid only during the callback. */
typedef struct digit_progress {
    size_t   size;
    uint32_t epoch;               /**< from 1 */
    uint32_t epochs;
    uint64_t samples_done;        /**< in this epoch */
    uint64_t samples_total;       /**< in one epoch */
    double   loss;                /**< mean over this epoch so far */
    double   accuracy;            /**< likewise, 0..1 */
    double   validation_accuracy; /**< 0..1; NaN until an epoch has ended,
                                       and without `validation` */
    double   seconds;             /**< since training began */
} digit_progress;

/**
 * Called on the thread that called digit_model_train(), a few times a second
 * at most and once at the end of each epoch. Return 0 to go on, anything else
 * to stop. Must not touch the model.
 */
typedef int (*digit_progress_fn)(const digit_progress *progress, void *user_data);

/** Numbers to be added up over ranks. Valid only during the callback. */
typedef struct digit_reduction {
    size_t   size;
    float   *values;              /**< values[count] of this rank: to become sums */
    size_t   count;
    uint32_t rank;                /**< as in the training options */
    uint32_t ranks;
} digit_reduction;

/**
 * Called on the thread that called digit_model_train(), in every update and a
 * few times besides; on all ranks equally often and with equal counts. Put the
 * sum over all ranks in the place of each value, on every rank the same bits.
 * Added as a binary tree over the rank, ((0 + 1) + (2 + 3)) + ..., the model is
 * the one that a single rank gives; for additions to be the same, the function
 * runs in the library's floating-point environment (to nearest, denormal
 * numbers are 0). Return 0 to go on. Anything else ends the training of this
 * rank as progress does, of the others not: for when they can't be reached.
 * Must not touch the model.
 */
typedef int (*digit_reduce_fn)(const digit_reduction *reduction, void *user_data);

/** How the learning rate moves. */
enum {
    DIGIT_SCHEDULE_CONSTANT = 0, /**< as Keras does by default */
    DIGIT_SCHEDULE_COSINE   = 1  /**< short warm-up, then down to 0 */
};

typedef struct digit_train_options {
    size_t   size;
    uint32_t epochs;        /**< 1..100000; default 10 */
    uint32_t batch;         /**< samples per weight update, 1..16384; default 128 */
    float    learning_rate; /**< at its highest, 1e-9..10; default 0.001 */
    float    weight_decay;  /**< of weights, decoupled, 0..1; default 0.0001 */
    float    augment;       /**< how strongly samples are distorted, anew in each
                                 epoch, 0 = not .. 1; default 0 */
    float    label_smoothing; /**< 0..0.5; default 0 */
    float    average;       /**< decay per update of the averaged weights that the
                                 model holds in the end, 0..0.99999; 0 = off;
                                 default 0.99 */
    uint32_t schedule;      /**< DIGIT_SCHEDULE_...; default COSINE */
    uint64_t seed;          /**< of shuffling, distortion, dropout; default 1 */
    const digit_dataset *validation; /**< judged after each epoch, and used to
                                          calibrate confidence; default NULL */
    const char *checkpoint;  /**< file to write after each epoch and when progress
                                  stops training, and to resume from if it is
                                  there; default NULL */
    digit_progress_fn    progress;   /**< default NULL */
    void                *user_data;  /**< passed to progress */
    const char *trained_on;  /**< what the model's info shall say of the data;
                                  NULL = count and CRC-32 of the samples */
    const char *licence;     /**< of the trained weights; NULL = as it was */
    float    pull;           /**< of the weights towards those from before the call,
                                  0..1e6: hardly one moves further than 1 / pull; 0 =
                                  none; default 0. Above 0 batchnorm's running
                                  statistics stay. To adapt a model to a few samples
                                  without losing what it knows */
    uint32_t checkpoint_interval; /**< updates from one checkpoint to the next, for
                                       epochs that take long; 0 = none but those
                                       above; default 0 */
    digit_reduce_fn reduce;  /**< adds up over ranks; default NULL */
    void    *reduce_data;    /**< passed to reduce */
    uint32_t rank;           /**< which one this caller is, 0..ranks-1; default 0 */
    uint32_t ranks;          /**< processes that train this model together, 1..16;
                                  above 1 with reduce only; default 1 */
} digit_train_options;

DIGIT_API void digit_train_options_init(digit_train_options *options, size_t size);

/**
 * The same with other defaults: epochs 20, batch 32, augment 0.5, pull 100. They
 * adapt a trained model to a few samples of one hand, ten of each digit, and it
 * still reads other hands. docs/pretrained.md has what that gains and costs.
 */
DIGIT_API void digit_adapt_options_init(digit_train_options *options, size_t size);

/**
 * Train from the present weights on. The same library on the same kind of
 * CPU, given the same model, data and options, ends with the same weights,
 * bit for bit, with any number of threads.
 *
 * Ranks: each is given the same model, data and options, but for its rank, and
 * works on its part of every batch; rank 0 writes the checkpoints, which all
 * must be able to read. They must agree that they are alike, and if one fails
 * or is cancelled, all are. docs/distributed-training.md has more.
 *
 * DIGIT_ERR_CANCELLED: the model keeps what it learned so far and is fit for
 * use. Any other failure: the weights are those from before the call.
 */
DIGIT_API digit_status digit_model_train(digit_model *model,
                                         const digit_dataset *dataset,
                                         const digit_train_options *options);

/* ---- Pictures to samples ---------------------------------------------- */

/** Layout of a pixel in memory. */
enum {
    DIGIT_PIXEL_GRAY8 = 0, /**< 1 byte: 0 black .. 255 white */
    DIGIT_PIXEL_RGB8  = 1, /**< 3 bytes: red, green, blue */
    DIGIT_PIXEL_BGR8  = 2, /**< 3 bytes: blue, green, red */
    DIGIT_PIXEL_RGBA8 = 3, /**< 4 bytes: as RGB8, then alpha, which is not
                                multiplied in, over white */
    DIGIT_PIXEL_BGRA8 = 4  /**< 4 bytes: as BGR8, then alpha likewise */
};

/** Which side of the contrast is the ink. */
enum {
    DIGIT_INK_AUTO  = 0, /**< judged by the border, else the rarer side */
    DIGIT_INK_DARK  = 1,
    DIGIT_INK_LIGHT = 2
};

/** A picture in the caller's memory. Never changes size. To look at a part of
 *  a picture, point into it and keep the stride. */
typedef struct digit_image {
    const void *pixels; /**< first byte of the top row */
    ptrdiff_t   stride; /**< bytes from a row to the next; negative = bottom up */
    uint32_t    width;  /**< pixels, 1..65535 */
    uint32_t    height; /**< pixels, 1..65535 */
    uint32_t    format; /**< DIGIT_PIXEL_... */
    uint32_t    ink;    /**< DIGIT_INK_... */
} digit_image;

/** Pixels, origin at the top left of the picture. Never changes size. */
typedef struct digit_box {
    int32_t x, y, width, height;
} digit_box;

/** What normalising found. The caller sets `size` before asking. */
typedef struct digit_sample_info {
    size_t    size;
    uint32_t  ink;   /**< DIGIT_INK_DARK or DIGIT_INK_LIGHT: what was used */
    uint32_t  flags; /**< DIGIT_FLAG_... */
    digit_box box;   /**< of the ink, in the picture; all 0 if there is none */
} digit_sample_info;

/**
 * Turn a picture of one digit into a sample, as `model` was trained to expect
 * it (NULL: as this release prepares them): grey, ink on black, cropped,
 * fitted into 20 x 20, centred by mass in 28 x 28. A picture without ink
 * gives a sample of zeros. `info` may be NULL.
 */
DIGIT_API digit_status digit_model_normalize(const digit_model *model,
                                             const digit_image *image,
                                             uint8_t sample[DIGIT_SAMPLE_BYTES],
                                             digit_sample_info *info);

/* ---- Reading ---------------------------------------------------------- */

/** What a picture is expected to hold. */
enum {
    DIGIT_LAYOUT_PAGE   = 0, /**< lines of digits, top to bottom */
    DIGIT_LAYOUT_LINE   = 1, /**< one line, left to right */
    DIGIT_LAYOUT_SINGLE = 2, /**< one digit */
    DIGIT_LAYOUT_GRID   = 3  /**< rows x columns cells, one digit or none in each */
};

typedef struct digit_read_options {
    size_t   size;
    uint32_t layout;         /**< DIGIT_LAYOUT_...; default PAGE */
    float    min_confidence; /**< below it digits are rejected; default 0 */
    uint32_t min_height;     /**< ink lower than this is dirt, in pixels;
                                  0 = choose by the picture; default 0; not
                                  looked at with GRID */
    uint32_t min_digits;     /**< in a group; default 1. Both: looked at with
                                  PAGE and LINE */
    uint32_t max_digits;     /**< in a group; 0 = any; default 0 */
    uint32_t allowed;        /**< bit d = digit d may be answered; 0 = all */
    uint32_t rows, columns;  /**< of DIGIT_LAYOUT_GRID; 0 = find out */
    uint32_t time_limit_ms;  /**< 0 = none; default 0 */
    uint32_t reserved;       /**< 0 */
} digit_read_options;

DIGIT_API void digit_read_options_init(digit_read_options *options, size_t size);

/** What happened to a glyph on the way; bits. */
enum {
    DIGIT_GLYPH_CUT      = 1, /**< cut from ink that touched a neighbour */
    DIGIT_GLYPH_JOINED   = 2, /**< put together from broken pieces */
    DIGIT_GLYPH_REJECTED = 4, /**< '?' in the text: below min_confidence, not of
                                   the number of digits asked for, or rather no
                                   digit */
    DIGIT_GLYPH_EMPTY    = 8, /**< a cell of a grid without ink: its digit is -1,
                                   its group without meaning */
    DIGIT_GLYPH_MARK     = 16 /**< a sign such as . , - / stood before it; it
                                   begins a new group */
};

/** One digit found in a picture. Never changes size. */
typedef struct digit_glyph {
    digit_box        box;
    uint32_t         line;  /**< from 0, top to bottom */
    uint32_t         group; /**< from 0 in its line; a new group after a gap */
    uint32_t         flags; /**< DIGIT_GLYPH_... */
    uint32_t         row, column; /**< of a grid; 0 elsewhere */
    digit_prediction prediction;  /**< `digit` is the one read, which its
                                       neighbours or `allowed` may have decided
                                       against the most probable; `other` counts
                                       doubts about cuts and words, too */
} digit_glyph;

/** What was read from a picture. Immutable. */
typedef struct digit_reading digit_reading;

/** Find and classify the digits in a picture. Finding none is no error. What is
 *  found may get better with any release, whatever the model. */
DIGIT_API digit_status digit_model_read(const digit_model *model,
                                        const digit_image *image,
                                        const digit_read_options *options,
                                        digit_reading **out);

/** Digits in reading order, '?' for rejected ones: a space between groups, a
 *  newline between lines, none at the end. Of NULL: "". */
DIGIT_API const char *digit_reading_text(const digit_reading *reading);

/** The digits in reading order, and the empty cells of a grid; *count of them,
 *  unless `count` is NULL. NULL if there are none. */
DIGIT_API const digit_glyph *digit_reading_glyphs(const digit_reading *reading,
                                                  size_t *count);

/**
 * The ways to read a group, best first: rank 0 is what the text shows, with
 * its '?', the others are digits. DIGIT_ERR_ARGUMENT past the last, which ends
 * a loop over them. *text lives as long as the reading; *probability is of the
 * whole string, 0..1, whatever company the group is in.
 */
DIGIT_API digit_status digit_reading_candidate(const digit_reading *reading,
                                               uint32_t line, uint32_t group,
                                               uint32_t rank, const char **text,
                                               double *probability);

DIGIT_API void digit_reading_free(digit_reading *reading);

#ifdef __cplusplus
}
#endif

#endif /* DIGIT_DIGIT_H */
