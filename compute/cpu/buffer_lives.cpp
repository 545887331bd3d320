#include "compute/cpu/network_plan.hpp"

#include <algorithm>
#include <limits>

namespace paceline::cpu {

namespace {

/// Lives that grow by each use.
class life_record {
 public:
  explicit life_record(std::span<const std::size_t> sizes) {
    for (const auto size : sizes)
      lives_.push_back({size, std::numeric_limits<std::size_t>::max(), 0});
  }

  void use(std::size_t buffer, std::size_t moment) {
    auto& life = lives_[buffer];
    life.first = std::min(life.first, moment);
    life.last = std::max(life.last, moment);
  }

  void use_values(const activation& data, std::size_t moment) { use(data.values_buffer, moment); }

  void use_moments(const activation& data, std::size_t moment) {
    if (data.moments_buffer)
      use(*data.moments_buffer, moment);
  }

  void use_gradient(const activation& data, std::size_t moment) {
    if (data.gradient_buffer)
      use(*data.gradient_buffer, moment);
  }

  std::vector<buffer_life> take() {
    // A gradient that nothing works on is in use nowhere.
    for (auto& life : lives_)
      life.first = std::min(life.first, life.last);
    return std::move(lives_);
  }

 private:
  std::vector<buffer_life> lives_;
};

} // namespace

std::vector<buffer_life> lives_of(const network_plan& plan, bool training) {
  life_record record(plan.buffer_sizes);
  const auto count = plan.operations.size();
  const auto loss = count + 1;
  record.use_values(*plan.input, 0);
  record.use_values(*plan.output, loss);
  record.use_gradient(*plan.output, loss);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& operation = plan.operations[i];
    for (const auto* data : operation.touched) {
      record.use_values(*data, i + 1);
      record.use_moments(*data, i + 1);
    }
    if (!training || !operation.has_backward)
      continue;
    const auto back = loss + count - i;
    for (const auto* data : operation.touched)
      record.use_gradient(*data, back);
    for (const auto* data : operation.kept)
      record.use_values(*data, back);
    if (operation.rectified != nullptr && !operation.rectified->finished_by_reader)
      record.use_values(*operation.rectified, back);
  }
  return record.take();
}

} // namespace paceline::cpu
