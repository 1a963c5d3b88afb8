#include "webcam_votes.hpp"

#include <algorithm>
#include <iterator>

/* The weight of a picture: an answer settles after five that agree, and goes when nothing was
 * seen there for nine. */
static constexpr double WEIGHT = 0.15;
static constexpr double SETTLES = 0.5, STAYS = 0.25, FORGOTTEN = 0.01;
/* So many pictures without it, but with something else in its place, mean that it is gone. */
static constexpr int GONE = 3;
/* Area in common over area of both, from which on two boxes are of the same number. */
static constexpr double SAME_PLACE = 0.3;

static double overlap(const cv::Rect &a, const cv::Rect &b)
{
    const double common = (a & b).area(), both = a.area() + b.area() - common;
    return both > 0 ? common / both : 0;
}

using Shares = std::map<std::string, double>;

static Shares::const_iterator best(const Shares &shares)
{
    return std::max_element(shares.begin(), shares.end(),
                            [](const auto &a, const auto &b) { return a.second < b.second; });
}

static void fade(Shares &shares)
{
    for (auto each = shares.begin(); each != shares.end();) {
        each->second *= 1 - WEIGHT;
        each = each->second < FORGOTTEN ? shares.erase(each) : std::next(each);
    }
}

/* The track of what was last seen there, one that no other number of this picture has. */
Votes::Track &Votes::at(const cv::Rect &box)
{
    Track *found = nullptr;
    double most = SAME_PLACE;
    for (Track &track : tracks_) {
        const double common = track.unseen ? overlap(track.box, box) : 0;
        if (common > most) {
            most = common;
            found = &track;
        }
    }
    return found ? *found : tracks_.emplace_back();
}

void Votes::add(const std::vector<Number> &seen)
{
    for (Track &track : tracks_) {
        track.unseen++;
        fade(track.shares);
    }
    for (const Number &number : seen) {
        Track &track = at(number.box);
        track.shares[number.text] += WEIGHT;
        track.box = number.box;
        track.unseen = 0;
    }
    const auto forgotten = [](const Track &track) { return track.shares.empty(); };
    tracks_.erase(std::remove_if(tracks_.begin(), tracks_.end(), forgotten), tracks_.end());
    for (Track &track : tracks_)
        track.settled = best(track.shares)->second >= (track.settled ? STAYS : SETTLES);
}

static int middle(const Number &number)
{
    return 2 * number.box.y + number.box.height;
}

/* Line by line: what stands less than half its height below the first of a line is on it. */
static void put_in_reading_order(std::vector<Number> &numbers)
{
    std::sort(numbers.begin(), numbers.end(),
              [](const Number &a, const Number &b) { return middle(a) < middle(b); });
    for (auto line = numbers.begin(); line != numbers.end();) {
        const auto end = std::find_if(line, numbers.end(), [line](const Number &number) {
            return middle(number) - middle(*line) > line->box.height;
        });
        std::sort(line, end,
                  [](const Number &a, const Number &b) { return a.box.x < b.box.x; });
        line = end;
    }
}

/* Something else stands there now. */
bool Votes::is_covered(const Track &old) const
{
    const auto covers = [&old](const Track &other) {
        return !other.unseen && (other.box & old.box).area() > 0;
    };
    return old.unseen >= GONE && std::any_of(tracks_.begin(), tracks_.end(), covers);
}

std::vector<Number> Votes::settled() const
{
    std::vector<Number> numbers;
    for (const Track &track : tracks_) {
        const auto &[text, share] = *best(track.shares);
        if (track.settled && !is_covered(track))
            numbers.push_back({text, track.box, share});
    }
    put_in_reading_order(numbers);
    return numbers;
}
