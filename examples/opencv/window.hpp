/* window.hpp - whether a window can be shown; keys and colours of the OpenCV programs. */
#ifndef EXAMPLES_WINDOW_HPP
#define EXAMPLES_WINDOW_HPP

#include <opencv2/core.hpp>
#include <string>

enum { KEY_NONE = -1, KEY_ESCAPE = 27 };

/* Whether OpenCV can open a window here. It is a child process that tries: the toolkits behind
 * OpenCV end a program that has no display. Ask before there are threads. */
bool window_possible();

/* Open a window of that size; `what` is its title and its name. */
void window_open(const std::string &what, cv::Size size);

/* Shows `picture` and waits for a key for at least a millisecond. KEY_ESCAPE, too, if the window
 * was closed. */
int window_show(const std::string &what, const cv::Mat &picture, int milliseconds);

#endif
