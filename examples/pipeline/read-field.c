/*
 * read-field - one number on a picture: Leptonica in, text out.
 *
 *   read-field PICTURE X,Y,WIDTH,HEIGHT luhn|PATTERN
 *
 * Exit status: 0 = the text is valid; 1 = it is printed, but it is not valid; 2 = there is none.
 */
#include <allheaders.h>
#include <digit/digit.h>
#include <stdio.h>
#include <string.h>

enum { VALID, NOT_VALID, FAILED };

static int fail(const char *about, const char *what)
{
    fprintf(stderr, "read-field: %s: %s\n", about, what);
    return FAILED;
}

static int parse_box(const char *text, digit_box *box)
{
    char end;
    const int found = sscanf(text, "%9d,%9d,%9d,%9d%c", &box->x, &box->y, &box->width,
                             &box->height, &end);
    return found == 4 && box->width > 0 && box->height > 0 ? 0 : -1;
}

/* Grey, a byte a pixel in reading order: Leptonica has four in each word, the first in its highest
 * byte. NULL: this is no picture. */
static PIX *load_grey(const char *path)
{
    PIX *pix = pixRead(path);
    PIX *grey = pix ? pixConvertTo8(pix, FALSE) : NULL;
    if (grey)
        pixEndianByteSwap(grey);
    pixDestroy(&pix);
    return grey;
}

static digit_image image_of(PIX *grey)
{
    return (digit_image){
        .pixels = pixGetData(grey),
        .stride = 4 * (ptrdiff_t)pixGetWpl(grey),
        .width = (uint32_t)pixGetWidth(grey),
        .height = (uint32_t)pixGetHeight(grey),
        .format = DIGIT_PIXEL_GRAY8,
        .ink = DIGIT_INK_AUTO,
    };
}

static digit_field field_of(digit_box box, const char *rule)
{
    digit_field field;
    digit_field_init(&field, sizeof field);
    field.box = box;
    if (strcmp(rule, "luhn") == 0)
        field.check = DIGIT_CHECK_LUHN;
    else
        field.pattern = rule;
    return field;
}

static int print(const char *path, const digit_field_text *found)
{
    if (found->flags & DIGIT_FIELD_EMPTY)
        return fail(path, "no digit in the box");
    printf("%s\n", found->text);
    return found->flags & DIGIT_FIELD_VALID ? VALID : NOT_VALID;
}

static int read_field(const char *path, PIX *grey, const digit_field *field)
{
    const digit_image image = image_of(grey);
    digit_model *model = NULL;
    digit_reading *reading = NULL;
    int status = FAILED;
    if (digit_model_load_pretrained(&model) != DIGIT_OK ||
        digit_model_read_fields(model, &image, field, 1, NULL, &reading) != DIGIT_OK)
        fail(path, digit_last_error());
    else
        status = print(path, digit_reading_fields(reading, NULL));
    digit_reading_free(reading);
    digit_model_free(model);
    return status;
}

int main(int argc, char **argv)
{
    digit_box box;
    if (argc != 4 || parse_box(argv[2], &box) != 0) {
        fprintf(stderr, "usage: read-field PICTURE X,Y,WIDTH,HEIGHT luhn|PATTERN\n");
        return FAILED;
    }
    setMsgSeverity(L_SEVERITY_NONE); /* what is wrong with a picture is ours to say */
    PIX *grey = load_grey(argv[1]);
    if (!grey)
        return fail(argv[1], "not a picture that Leptonica can read");
    const digit_field field = field_of(box, argv[3]);
    const int status = read_field(argv[1], grey, &field);
    pixDestroy(&grey);
    return status;
}
