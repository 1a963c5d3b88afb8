/* camera.h - pictures of a camera, through Video4Linux2. */
#ifndef EXAMPLES_CAMERA_H
#define EXAMPLES_CAMERA_H

#include <digit/digit.h>
#include <stdint.h>

typedef struct camera camera;

enum { CAMERA_REASON = 200 };

/* Start a device such as "/dev/video0" near this size. NULL: `reason` says why not. */
camera *camera_open(const char *device, uint32_t width, uint32_t height,
                    char reason[CAMERA_REASON]);
void camera_close(camera *source);

/* The newest picture, in grey; it is valid until the next call. 0, or -1: `reason` says why there
 * is none. A signal is a reason, too. */
int camera_next(camera *source, digit_image *image, char reason[CAMERA_REASON]);

#endif
