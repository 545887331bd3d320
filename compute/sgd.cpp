#include "compute/sgd.hpp"

#include "compute/sgd_kernels.hpp"

#include <algorithm>
#include <cassert>

namespace paceline {

namespace {

/// Elements handled at a time: x, gradient, velocity and a target stay in the first-level cache between step
/// and pulls. A multiple of the lanes, so that a chunk's sums go on where those of the one before ended.
constexpr std::size_t chunk = 1024;
static_assert(chunk % std::tuple_size_v<lane_sums> == 0);

} // namespace

bool sgd_step(std::span<float> x, std::span<const float> gradient, std::span<float> velocity,
              const sgd_settings& settings, std::span<const leader_pull> pulls, std::span<double> distances,
              std::size_t trained) {
  assert(gradient.size() == x.size());
  assert(velocity.size() == x.size() || (velocity.empty() && settings.momentum == 0));
  assert(pulls.size() <= 2 && distances.size() >= pulls.size());
  const auto& kernels = supported_sgd_kernels().back();
  const sgd_coefficients how{static_cast<float>(settings.learning_rate), static_cast<float>(settings.momentum),
                             settings.nesterov, static_cast<float>(settings.weight_decay)};
  std::array<lane_sums, 2> squares{};
  bool finite = true;
  for (std::size_t start = 0; start < x.size(); start += chunk) {
    const auto count = std::min(chunk, x.size() - start);
    const auto stepped = std::min(count, trained - std::min(trained, start));
    const auto pull = [&](std::size_t k, std::size_t first, std::size_t length) {
      assert(pulls[k].target.size() == x.size());
      auto* const here = x.data() + start + first;
      const auto* const target = pulls[k].target.data() + start + first;
      if (pulls[k].kind == pull_kind::shift)
        kernels.shift(here, target, length, squares[k]);
      else
        kernels.pull(here, target, length, pulls[k].strength, squares[k]);
    };
    for (std::size_t k = 0; k < pulls.size(); ++k)
      if (pulls[k].kind != pull_kind::after_step)
        pull(k, 0, stepped);
    kernels.step(x.data() + start, gradient.data() + start, velocity.empty() ? nullptr : velocity.data() + start,
                 stepped, how);
    const auto buffers = gradient.subspan(start + stepped, count - stepped);
    std::copy(buffers.begin(), buffers.end(), x.data() + start + stepped);
    for (std::size_t k = 0; k < pulls.size(); ++k)
      if (pulls[k].kind == pull_kind::after_step)
        pull(k, 0, count);
    finite = kernels.finite(x.data() + start, count) && finite;
  }
  for (std::size_t k = 0; k < pulls.size(); ++k)
    distances[k] = distance_of(squares[k]);
  return finite;
}

} // namespace paceline
