#include "actors/leader_election.hpp"

#include <cmath>
#include <cstdio>

namespace paceline {
namespace {

/// Why reports were left out, counted.
struct refusals {
  int unfilled = 0;
  int not_finite = 0;
  int stale = 0;

  std::string in_words() const {
    std::string words;
    const auto add = [&](int count, const char* what) {
      if (count > 0)
        words += (words.empty() ? "; left out: " : ", ") + std::to_string(count) + " " + what;
    };
    add(unfilled, "with an unfilled loss window");
    add(not_finite, "with a loss that is not finite");
    add(stale, "with a stale report");
    return words;
  }
};

bool better(const loss_report& a, const loss_report& b) {
  return a.loss != b.loss ? a.loss < b.loss : a.worker < b.worker;
}

std::string in_words(double loss) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", loss);
  return text;
}

} // namespace

election elect(std::span<const loss_report> reports, std::chrono::nanoseconds now, std::chrono::nanoseconds max_age) {
  refusals refused;
  const loss_report* best = nullptr;
  const loss_report* second = nullptr;
  int compared = 0;
  for (const auto& report : reports) {
    if (!report.window_full) {
      ++refused.unfilled;
    } else if (!std::isfinite(report.loss)) {
      ++refused.not_finite;
    } else if (now - report.measured_at > max_age) {
      ++refused.stale;
    } else {
      ++compared;
      if (best == nullptr || better(report, *best)) {
        second = best;
        best = &report;
      } else if (second == nullptr || better(report, *second)) {
        second = &report;
      }
    }
  }

  election result;
  if (best == nullptr) {
    result.reason = "nobody can lead" + refused.in_words();
    return result;
  }
  result.winner = *best;
  if (second == nullptr) {
    result.reason = "the only one that can lead" + refused.in_words();
  } else {
    result.margin = second->loss - best->loss;
    result.reason = "least loss of " + std::to_string(compared) + ", " + in_words(result.margin) + " below "
                    + to_string(second->worker) + refused.in_words();
  }
  return result;
}

} // namespace paceline
