/* webcam_votes.hpp - what many pictures in a row agree on. */
#ifndef EXAMPLES_WEBCAM_VOTES_HPP
#define EXAMPLES_WEBCAM_VOTES_HPP

#include <map>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

/* Digits that stand together. */
struct Number {
    std::string text;
    cv::Rect box;
    double agreement = 0; /* share of the last pictures that say so, 0..1: Votes sets it */
};

class Votes {
public:
    /* What one picture shows. A number votes for its text at the place of the number that was
     * there before. */
    void add(const std::vector<Number> &seen);

    /* The numbers that most of the last pictures show, from top to bottom and left to right. */
    std::vector<Number> settled() const;

    void clear() { tracks_.clear(); }

private:
    struct Track {
        cv::Rect box;
        std::map<std::string, double> shares; /* of the votes, newer ones weighing more */
        bool settled = false;
        int unseen = 0; /* for so many pictures */
    };

    Track &at(const cv::Rect &box);
    bool is_covered(const Track &old) const;

    std::vector<Track> tracks_;
};

#endif
