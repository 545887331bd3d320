#include "compute/leader_pull.hpp"

#include "compute/sgd_kernels.hpp"

#include <cassert>

namespace paceline {

double apply_pull(std::span<float> x, const leader_pull& pull) {
  assert(pull.target.size() == x.size());
  lane_sums squares{};
  const auto& kernels = supported_sgd_kernels().back();
  if (pull.kind == pull_kind::shift)
    kernels.shift(x.data(), pull.target.data(), x.size(), squares);
  else
    kernels.pull(x.data(), pull.target.data(), x.size(), pull.strength, squares);
  return distance_of(squares);
}

double pull_trained(std::span<float> x, const leader_pull& pull, std::size_t trained) {
  auto part = pull;
  part.target = pull.target.first(trained);
  return apply_pull(x.first(trained), part);
}

} // namespace paceline
