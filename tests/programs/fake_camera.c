/*
 * Preloaded: ioctl() of a camera whose device is a plain file with a picture for each buffer.
 *
 * FAKE_CAMERA is "FORMAT WIDTH HEIGHT STRIDE LENGTH PICTURES": after so many pictures it is
 * unplugged. Every fifth picture is damaged. A buffer that is given back twice ends the program.
 */
#include <errno.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 8 };

static unsigned width, height, stride, length, pictures, taken, queue[ROOM], queued, buffers;
static int resting;

static int fail(int error)
{
    errno = error;
    return -1;
}

static int format(struct v4l2_pix_format *pixels)
{
    char name[5];
    if (sscanf(getenv("FAKE_CAMERA"), "%4s %u %u %u %u %u", name, &width, &height, &stride,
               &length, &pictures) != 6)
        abort();
    pixels->pixelformat = v4l2_fourcc(name[0], name[1], name[2], name[3]);
    pixels->width = width;
    pixels->height = height;
    pixels->bytesperline = stride;
    return 0;
}

static int give_back(const struct v4l2_buffer *buffer)
{
    for (unsigned i = 0; i < queued; i++)
        if (queue[i] == buffer->index)
            abort();
    if (buffer->index >= buffers)
        abort();
    queue[queued++] = buffer->index;
    return 0;
}

/* One or two pictures, then none until it is asked again. */
static int take(struct v4l2_buffer *buffer)
{
    if (taken == pictures)
        return fail(ENODEV);
    if (resting++ % 3 == 2 || queued == 0)
        return fail(EAGAIN);
    buffer->index = queue[0];
    buffer->bytesused = length;
    buffer->flags = ++taken % 5 == 0 ? V4L2_BUF_FLAG_ERROR : 0;
    memmove(queue, queue + 1, --queued * sizeof *queue);
    return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    (void)fd;
    switch (request) {
    case VIDIOC_QUERYCAP:
        ((struct v4l2_capability *)argument)->capabilities =
            V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        return 0;
    case VIDIOC_S_FMT: return format(&((struct v4l2_format *)argument)->fmt.pix);
    case VIDIOC_REQBUFS: buffers = ((struct v4l2_requestbuffers *)argument)->count; return 0;
    case VIDIOC_QUERYBUF:
        ((struct v4l2_buffer *)argument)->length = length;
        ((struct v4l2_buffer *)argument)->m.offset =
            ((struct v4l2_buffer *)argument)->index * length;
        return 0;
    case VIDIOC_QBUF: return give_back(argument);
    case VIDIOC_DQBUF: return take(argument);
    case VIDIOC_STREAMON: return 0;
    default: return fail(ENOTTY);
    }
}
