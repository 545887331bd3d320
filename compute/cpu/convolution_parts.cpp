#include "compute/cpu/convolution_parts.hpp"

#include "compute/cpu/onednn_part.hpp"
#include "compute/cpu/winograd/winograd_part.hpp"

#include <algorithm>
#include <cassert>

namespace paceline::cpu {

chosen_convolution prepare_convolution(const dnnl::engine& engine, const convolution_task& task,
                                       const convolution_choice& choice, bool rectify) {
  chosen_convolution result;
  for (const auto algorithm : {convolution_algorithm::direct, convolution_algorithm::winograd})
    if (const auto passes = choice.passes_of(algorithm, task.passes); passes.any())
      result.by_onednn.push_back(onednn::make_weighted_primitives(
        engine, task.l, {.batch = task.batch, .passes = passes, .rectify = rectify, .algorithm = algorithm}));
  // Algorithms are mixed only where they share the layouts.
  assert(std::ranges::all_of(result.by_onednn, [&](const auto& primitives) {
    return primitives.input.block == result.by_onednn.front().input.block
           && primitives.output.block == result.by_onednn.front().output.block;
  }));
  result.own = choice.passes_of(convolution_algorithm::filtering, task.passes);
  result.input_block = result.own.any() ? winograd::block_of_channels() : result.by_onednn.front().input.block;
  result.output_block = result.own.any() ? winograd::block_of_channels() : result.by_onednn.front().output.block;
  return result;
}

std::vector<std::unique_ptr<weighted_part>> make_parts(executor& runs_on, const chosen_convolution& chosen,
                                                       const layer& l, const convolution_layer& what,
                                                       const weighted_slices& slices, const activation& input,
                                                       const activation& output) {
  std::vector<std::unique_ptr<weighted_part>> parts;
  for (const auto& primitives : chosen.by_onednn)
    parts.push_back(
      std::make_unique<onednn_part>(runs_on, primitives, slices.weight, slices.bias_or_null(), input, output));
  if (chosen.own.any())
    parts.push_back(std::make_unique<winograd::winograd_part>(runs_on, l, what, chosen.own, slices.weight,
                                                              slices.bias_or_null(), input, output));
  return parts;
}

} // namespace paceline::cpu
