#pragma once

#include "compute/finite.hpp"
#include "compute/leader_pull.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace paceline {

/// An optimiser's step with pulls, for those whose step is not fused with them: the pulls that belong to the step before it, the others
/// behind. `update` moves the first `trained` numbers of x; the buffers behind take the gradient's values. Returns whether all are finite.
template <class Update>
bool pulled_step(std::span<float> x, std::span<const float> gradient, std::size_t trained,
                 std::span<const leader_pull> pulls, std::span<double> distances, const Update& update) {
  for (std::size_t k = 0; k < pulls.size(); ++k)
    if (pulls[k].kind != pull_kind::after_step)
      distances[k] = pull_trained(x, pulls[k], trained);
  update(x.first(trained), gradient.first(trained));
  std::copy(gradient.begin() + static_cast<std::ptrdiff_t>(trained), gradient.end(),
            x.begin() + static_cast<std::ptrdiff_t>(trained));
  for (std::size_t k = 0; k < pulls.size(); ++k)
    if (pulls[k].kind == pull_kind::after_step)
      distances[k] = apply_pull(x, pulls[k]);
  return all_finite(x);
}

} // namespace paceline
