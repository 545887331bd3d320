#include "compute/loss_window.hpp"

#include <cassert>
#include <limits>

namespace paceline {

loss_window::loss_window(std::size_t length) : length_(length) {
  assert(length >= 1);
  values_.reserve(length);
}

void loss_window::push(double loss) {
  if (!full()) {
    values_.push_back(loss);
    return;
  }
  values_[next_] = loss;
  next_ = (next_ + 1) % length_;
}

double loss_window::mean() const {
  if (values_.empty())
    return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (std::size_t i = 0; i < values_.size(); ++i)
    sum += values_[(next_ + i) % values_.size()];
  return sum / static_cast<double>(values_.size());
}

void loss_window::clear() {
  values_.clear();
  next_ = 0;
}

std::vector<double> loss_window::values() const {
  std::vector<double> result;
  result.reserve(values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i)
    result.push_back(values_[(next_ + i) % values_.size()]);
  return result;
}

void loss_window::assign(std::span<const double> oldest_first) {
  clear();
  for (const auto value : oldest_first)
    push(value);
}

} // namespace paceline
