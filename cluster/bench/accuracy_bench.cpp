#include "cluster/bench/accuracy_bench.hpp"

#include "cluster/bench/bench_device.hpp"
#include "cluster/checkpoint/parameter_file.hpp"
#include "cluster/checkpoint/safetensors.hpp"
#include "cluster/config/model_json.hpp"
#include "cluster/files/io_failure.hpp"
#include "cluster/launch/memory_check.hpp"
#include "cluster/launch/task.hpp"
#include "compute/counter_random.hpp"
#include "compute/errors.hpp"
#include "compute/models.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <system_error>

namespace paceline {
namespace {

/// Masks would be drawn otherwise elsewhere.
model without_dropout(const model& with) {
  auto described = model_to_json(with);
  auto& layers = described.at("layers");
  auto kept = config_json::array();
  for (const auto& l : layers)
    if (l.at("kind") != "dropout")
      kept.push_back(l);
  layers = std::move(kept);
  return model_from_json(described, "bench accuracy");
}

/// What gradients are computed of.
struct problem {
  model network;
  std::vector<float> parameters;
  std::vector<float> images;
  std::vector<std::int32_t> labels;
};

problem make_problem(const accuracy_bench_settings& settings) {
  constexpr std::int64_t classes = 10;
  problem made{.network = without_dropout(make_model(settings.model, usual_input(settings.model), classes))};
  made.parameters.resize(made.network.parameters().size());
  made.network.initialise(made.parameters, 1);
  counter_random random(1);
  made.images.resize(static_cast<std::size_t>(settings.batch_size * made.network.input().size()));
  for (auto& value : made.images)
    value = random.uniform(-1.0f, 1.0f);
  for (std::int64_t i = 0; i < settings.batch_size; ++i)
    made.labels.push_back(static_cast<std::int32_t>(i % classes));
  return made;
}

std::vector<float> gradient_of(const problem& p, const backend& device) {
  std::vector<float> gradient(p.parameters.size());
  const auto batch = static_cast<std::int64_t>(p.labels.size());
  device.compile(p.network, {.batch_size = batch})->loss_and_gradient({p.images, p.labels}, p.parameters, gradient, 1);
  return gradient;
}

double relative_distance(std::span<const float> found, std::span<const float> truth) {
  double distance = 0;
  double length = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const auto true_value = static_cast<double>(truth[i]);
    distance += std::pow(found[i] - true_value, 2);
    length += std::pow(true_value, 2);
  }
  return std::sqrt(distance / length);
}

gradient_error compare(const problem& p, const std::vector<float>& found, const std::vector<float>& truth) {
  const auto& layout = p.network.parameters();
  gradient_error error;
  error.whole =
    relative_distance(std::span(found).first(layout.trained_size()), std::span(truth).first(layout.trained_size()));
  for (const auto& l : p.network.layers()) {
    const auto* weight = layout.find(l.name + ".weight");
    if (weight == nullptr)
      continue;
    const auto of_layer = relative_distance(std::span(found).subspan(weight->offset, weight->size),
                                            std::span(truth).subspan(weight->offset, weight->size));
    if (of_layer > error.worst) {
      error.worst = of_layer;
      error.worst_layer = l.name;
    }
  }
  return error;
}

void save(const problem& p, const std::vector<float>& truth, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw io_failure(folder, "create folder", error.value());
  const auto& in = p.network.input();
  const auto batch = static_cast<std::int64_t>(p.labels.size());
  const std::vector<std::int64_t> labels(p.labels.begin(), p.labels.end());
  const tensor_view tensors[] = {{"labels", {batch}, labels},
                                 {"images", {batch, in.channels, in.height, in.width}, p.images}};
  write_safetensors(folder / "batch.safetensors", tensors, {});
  const auto& layout = p.network.parameters();
  write_safetensors(folder / "parameters.safetensors", view_parameters(layout, p.parameters), {});
  write_safetensors(folder / "gradient.safetensors", view_parameters(layout, truth), {});
}

} // namespace

std::vector<gradient_error> run_accuracy_bench(const accuracy_bench_settings& settings) {
  require_device("accuracy", settings.device, product_precision::fp32);
  const auto p = make_problem(settings);
  // The reference computes in double precision, and keeps the gradients of all that lies between its layers too.
  constexpr double doubles_and_gradients = 4;
  require_memory(doubles_and_gradients * least_training_bytes(p.network, settings.batch_size, 3, 1),
                 fmt::format("a gradient of batches of {} in double precision", settings.batch_size));
  const auto on = [&](product_precision precision) {
    return make_backend({.backend = settings.device, .precision = precision}, algorithm_choice::timed);
  };
  std::vector<product_precision> precisions{product_precision::fp32};
  const auto device = on(product_precision::fp32);
  if (is_on_gpu(*device))
    precisions.push_back(product_precision::tf32);
  if (precision_on(*device, product_precision::bf16) == product_precision::bf16)
    precisions.push_back(product_precision::bf16);
  const auto truth = gradient_of(p, *make_reference_backend());
  if (!settings.save.empty())
    save(p, truth, settings.save);
  std::vector<gradient_error> errors;
  for (const auto precision : precisions) {
    errors.push_back(compare(p, gradient_of(p, *on(precision)), truth));
    errors.back().precision = precision;
  }
  return errors;
}

std::string to_text(const accuracy_bench_settings& settings, const std::vector<gradient_error>& errors) {
  std::string text;
  for (const auto& error : errors)
    text += fmt::format("{}{} batch {}: gradient in {} {:.1e} from double precision (worst layer {}: {:.1e})",
                        text.empty() ? "" : "\n", settings.model, settings.batch_size, to_string(error.precision),
                        error.whole, error.worst_layer, error.worst);
  return text;
}

nlohmann::json to_json(const accuracy_bench_settings& settings, const std::vector<gradient_error>& errors) {
  auto list = nlohmann::json::array();
  for (const auto& error : errors)
    list.push_back({{"precision", to_string(error.precision)},
                    {"whole", error.whole},
                    {"worst", error.worst},
                    {"worst_layer", error.worst_layer}});
  return {{"benchmark", "accuracy"},
          {"model", settings.model},
          {"batch_size", settings.batch_size},
          {"device", settings.device},
          {"errors", list}};
}

} // namespace paceline
