#include "compute/cpu/convolution_parts.hpp"

#include "compute/cpu/direct/few_channels_part.hpp"
#include "compute/cpu/onednn_part.hpp"
#include "compute/cpu/winograd/winograd_part.hpp"

#include <stdexcept>

namespace paceline::cpu {

chosen_convolution prepare_convolution(const dnnl::engine& engine, const convolution_task& task,
                                       const convolution_choice& choice) {
  chosen_convolution result;
  for (const auto algorithm :
       {convolution_algorithm::direct, convolution_algorithm::winograd, convolution_algorithm::direct_bf16})
    if (const auto passes = choice.passes_of(algorithm, task.passes); passes.any())
      result.by_onednn.push_back(onednn::make_weighted_primitives(
        engine, task.l, {.batch = task.batch, .passes = passes, .rectify = task.rectify, .algorithm = algorithm}));
  for (const auto algorithm : {convolution_algorithm::filtering, convolution_algorithm::few_channels})
    if (const auto passes = choice.passes_of(algorithm, task.passes); passes.any()) {
      if (result.own.any())
        throw std::logic_error("convolution " + task.l.name + ": both of our own algorithms were mixed");
      result.own = passes;
      result.own_by = algorithm;
    }
  const bool reads_plain = result.own_by == convolution_algorithm::few_channels;
  result.input_block = !result.own.any() ? result.by_onednn.front().input.block
                       : reads_plain     ? 1
                                         : winograd::block_of_channels();
  result.output_block = result.own.any() ? winograd::block_of_channels() : result.by_onednn.front().output.block;
  for (const auto& primitives : result.by_onednn)
    if (primitives.input.block != result.input_block || primitives.output.block != result.output_block)
      throw std::logic_error("convolution " + task.l.name + ": algorithms that use different layouts were mixed");
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
  if (!chosen.own.any())
    return parts;
  if (chosen.own_by == convolution_algorithm::few_channels)
    parts.push_back(std::make_unique<direct::few_channels_part>(runs_on, l, what, chosen.own, slices.weight,
                                                                slices.bias_or_null(), input, output));
  else
    parts.push_back(std::make_unique<winograd::winograd_part>(runs_on, l, what, chosen.own, slices.weight,
                                                              slices.bias_or_null(), input, output));
  return parts;
}

} // namespace paceline::cpu
