/*
 * The driver fills buffers that are mapped into this process. One of them is held while its picture
 * is read; the driver goes on with the others, and what it has filled meanwhile is skipped, so that
 * a picture is never older than one reading.
 */
#include "camera.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BUFFERS = 4, WAIT_MILLISECONDS = 5000, NONE = -1 };

typedef struct mapping {
    uint8_t *bytes;
    size_t size;
} mapping;

struct camera {
    int fd, held;          /* held: the buffer whose picture is used; NONE */
    uint32_t width, height, stride, format;
    uint8_t *grey;         /* [width * height]: of formats without a plane of grey */
    mapping buffers[BUFFERS];
    uint32_t buffer_count;
};

/* ioctl(), again if a signal was in the way. */
static int control(const camera *source, unsigned long request, void *argument)
{
    int result;
    do {
        result = ioctl(source->fd, request, argument);
    } while (result < 0 && errno == EINTR);
    return result;
}

static int refuse(char reason[CAMERA_REASON], const char *what)
{
    snprintf(reason, CAMERA_REASON, "%s: %s", what, strerror(errno));
    return -1;
}

/* ---- Start ----------------------------------------------------------------------- */

static int check_device(const camera *source, char reason[CAMERA_REASON])
{
    struct v4l2_capability about = {.capabilities = 0};
    if (control(source, VIDIOC_QUERYCAP, &about) < 0)
        return refuse(reason, "not a video device");
    const uint32_t able = about.capabilities & V4L2_CAP_DEVICE_CAPS ? about.device_caps
                                                                     : about.capabilities;
    if ((able & V4L2_CAP_VIDEO_CAPTURE) && (able & V4L2_CAP_STREAMING))
        return 0;
    snprintf(reason, CAMERA_REASON, "the device does not capture pictures");
    return -1;
}

/* Ask for one format after another: a driver changes what it does not have. In all but the last,
 * the picture begins with a plane of grey. */
static int choose_format(camera *source, char reason[CAMERA_REASON])
{
    static const uint32_t formats[] = {V4L2_PIX_FMT_GREY, V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_YUV420,
                                       V4L2_PIX_FMT_YUYV};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
        struct v4l2_pix_format *pixels = &format.fmt.pix;
        pixels->width = source->width;
        pixels->height = source->height;
        pixels->pixelformat = formats[i];
        pixels->field = V4L2_FIELD_NONE;
        if (control(source, VIDIOC_S_FMT, &format) < 0)
            return refuse(reason, "the format can't be set");
        if (pixels->pixelformat != formats[i])
            continue;
        source->width = pixels->width;
        source->height = pixels->height;
        source->stride = pixels->bytesperline;
        source->format = formats[i];
        return 0;
    }
    snprintf(reason, CAMERA_REASON, "the camera has none of the formats GREY, NV12, YU12, YUYV");
    return -1;
}

static uint32_t bytes_per_pixel(const camera *source)
{
    return source->format == V4L2_PIX_FMT_YUYV ? 2 : 1;
}

/* The bytes of a picture that are looked at. */
static size_t picture_bytes(const camera *source)
{
    return (size_t)source->stride * (source->height - 1) +
           (size_t)source->width * bytes_per_pixel(source);
}

static int check_size(camera *source, char reason[CAMERA_REASON])
{
    const uint32_t row = source->width * bytes_per_pixel(source);
    if (source->width == 0 || source->width > 65535 || source->height == 0 ||
        source->height > 65535 || source->stride < row) {
        snprintf(reason, CAMERA_REASON, "pictures of %u x %u pixels, %u bytes a row",
                 source->width, source->height, source->stride);
        return -1;
    }
    if (source->format == V4L2_PIX_FMT_YUYV)
        source->grey = malloc((size_t)source->width * source->height);
    return source->format != V4L2_PIX_FMT_YUYV || source->grey
               ? 0
               : refuse(reason, "no memory for a picture");
}

static struct v4l2_buffer buffer_of(uint32_t index)
{
    return (struct v4l2_buffer){
        .index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
}

static int give_back(const camera *source, uint32_t index)
{
    struct v4l2_buffer buffer = buffer_of(index);
    return control(source, VIDIOC_QBUF, &buffer);
}

static int map_buffer(camera *source, uint32_t index)
{
    struct v4l2_buffer buffer = buffer_of(index);
    if (control(source, VIDIOC_QUERYBUF, &buffer) < 0)
        return -1;
    void *bytes = mmap(NULL, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, source->fd,
                       (off_t)buffer.m.offset);
    if (bytes == MAP_FAILED)
        return -1;
    source->buffers[index] = (mapping){bytes, buffer.length};
    source->buffer_count = index + 1;
    return give_back(source, index);
}

static int start(camera *source, char reason[CAMERA_REASON])
{
    struct v4l2_requestbuffers wanted = {
        .count = BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (control(source, VIDIOC_REQBUFS, &wanted) < 0)
        return refuse(reason, "no buffers");
    for (uint32_t i = 0; i < wanted.count && i < BUFFERS; i++) {
        if (map_buffer(source, i) != 0)
            return refuse(reason, "a buffer can't be mapped");
    }
    return control(source, VIDIOC_STREAMON, &type) < 0 ? refuse(reason, "it does not start") : 0;
}

camera *camera_open(const char *device, uint32_t width, uint32_t height,
                    char reason[CAMERA_REASON])
{
    camera *source = calloc(1, sizeof *source);
    if (!source)
        return refuse(reason, "a camera"), NULL;
    *source = (camera){.held = NONE, .width = width, .height = height};
    source->fd = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (source->fd < 0)
        refuse(reason, "it can't be opened");
    else if (check_device(source, reason) == 0 && choose_format(source, reason) == 0 &&
             check_size(source, reason) == 0 && start(source, reason) == 0)
        return source;
    camera_close(source);
    return NULL;
}

/* Closing the device stops it. */
void camera_close(camera *source)
{
    if (!source)
        return;
    for (uint32_t i = 0; i < source->buffer_count; i++)
        munmap(source->buffers[i].bytes, source->buffers[i].size);
    if (source->fd >= 0)
        close(source->fd);
    free(source->grey);
    free(source);
}

/* ---- Pictures --------------------------------------------------------------------- */

/* Hold the newest filled buffer instead of an older one. 0; 1 = there is no newer one; -1. */
static int take_newer(camera *source)
{
    struct v4l2_buffer buffer = buffer_of(0);
    if (control(source, VIDIOC_DQBUF, &buffer) < 0)
        return errno == EAGAIN ? 1 : -1;
    const bool whole = !(buffer.flags & V4L2_BUF_FLAG_ERROR) &&
                       buffer.bytesused >= picture_bytes(source);
    const int old = whole ? source->held : (int)buffer.index;
    if (whole)
        source->held = (int)buffer.index;
    return old != NONE && give_back(source, (uint32_t)old) < 0 ? -1 : 0;
}

static int wait_for_picture(const camera *source, char reason[CAMERA_REASON])
{
    struct pollfd device = {.fd = source->fd, .events = POLLIN};
    const int ready = poll(&device, 1, WAIT_MILLISECONDS);
    if (ready == 0)
        errno = ETIMEDOUT;
    else if (ready > 0 && !(device.revents & POLLIN))
        errno = ENODEV; /* it was unplugged */
    return ready > 0 && (device.revents & POLLIN) ? 0 : refuse(reason, "no picture");
}

/* The grey of a picture whose pixels are two bytes, the first of which is grey. */
static void copy_grey(const camera *source, const uint8_t *bytes)
{
    for (uint32_t y = 0; y < source->height; y++) {
        const uint8_t *row = bytes + (size_t)y * source->stride;
        uint8_t *grey = source->grey + (size_t)y * source->width;
        for (uint32_t x = 0; x < source->width; x++)
            grey[x] = row[2 * x];
    }
}

static digit_image image_of(const camera *source)
{
    const uint8_t *bytes = source->buffers[source->held].bytes;
    if (source->grey)
        copy_grey(source, bytes);
    return (digit_image){
        .pixels = source->grey ? source->grey : bytes,
        .stride = (ptrdiff_t)(source->grey ? source->width : source->stride),
        .width = source->width,
        .height = source->height,
        .format = DIGIT_PIXEL_GRAY8,
        .ink = DIGIT_INK_AUTO,
    };
}

int camera_next(camera *source, digit_image *image, char reason[CAMERA_REASON])
{
    int newer;
    if (source->held != NONE && give_back(source, (uint32_t)source->held) < 0)
        return refuse(reason, "a buffer can't be given back");
    source->held = NONE;
    do {
        if (source->held == NONE && wait_for_picture(source, reason) != 0)
            return -1;
        newer = take_newer(source);
        if (newer < 0)
            return refuse(reason, "a picture can't be taken");
    } while (newer == 0 || source->held == NONE);
    *image = image_of(source);
    return 0;
}
