#include "cluster/launch/objective_problem.hpp"

#include "cluster/config/hyperparameters.hpp"
#include "cluster/config/run_config_json.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/launch/memory_check.hpp"
#include "compute/counter_random.hpp"
#include "compute/errors.hpp"
#include "compute/host_trainer.hpp"
#include "compute/objectives/double_well.hpp"
#include "compute/objectives/sinc.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace paceline {
namespace {

using objective_maker = std::function<std::unique_ptr<objective>(std::uint64_t worker_seed)>;

/// Shares between workers what takes long to make or is large, where that is never changed.
template <class Landscape>
objective_maker shared_landscape(std::shared_ptr<const Landscape> all) {
  return [all](std::uint64_t) { return std::make_unique<Landscape>(*all); };
}

/// A square matrix of doubles.
void require_square(std::int64_t size, const std::string& kind) {
  const auto side = static_cast<double>(size);
  require_memory(sizeof(double) * side * side, fmt::format("{} of size {}", kind, size));
}

objective_maker maker_of(const run_config::objective_section& section) {
  if (section.kind == "sinc")
    return [](std::uint64_t) { return std::make_unique<sinc>(); };
  if (section.kind == "double_well")
    return [](std::uint64_t) { return std::make_unique<double_well>(); };
  if (section.kind == "convex_quadratic") {
    auto settings = section.quadratic;
    settings.seed = section.seed;
    require_square(settings.dimensions, section.kind);
    return shared_landscape(std::make_shared<const convex_quadratic>(settings));
  }
  if (section.kind == "matrix_completion") {
    auto settings = section.matrix;
    settings.seed = section.seed;
    require_square(settings.size, section.kind);
    return shared_landscape(std::make_shared<const matrix_completion>(settings));
  }
  auto settings = section.regression;
  settings.seed = section.seed;
  require_memory(sizeof(float) * static_cast<double>(settings.examples) * static_cast<double>(settings.features),
                 fmt::format("{} of {} examples of {} features", section.kind, settings.examples, settings.features));
  return [settings, all = logistic_regression::make_examples(settings)](std::uint64_t worker_seed) {
    return std::make_unique<logistic_regression>(settings, all, worker_seed);
  };
}

class objective_problem final : public training_problem {
 public:
  explicit objective_problem(const run_config& config)
    : config_(config), make_(maker_of(config.objective)), layout_(make_(0)->layout()) {
    const auto& starts = config.objective.starts;
    if (!starts.empty() && starts.size() != config.workers())
      throw invalid_input(fmt::format("objective.starts: found {} points, allowed: one for each of {} workers, or none",
                                      starts.size(), config.workers()));
    for (std::size_t i = 0; i < starts.size(); ++i)
      if (starts[i].size() != layout_.size())
        throw invalid_input(fmt::format("objective.starts[{}]: found {} numbers, allowed: {}, the dimensions of {}", i,
                                        starts[i].size(), layout_.size(), config.objective.kind));
  }

  const parameter_layout& layout() const override { return layout_; }

  std::string in_words() const override {
    return fmt::format("{} ({} parameters)", config_.objective.kind, layout_.size());
  }

  std::unique_ptr<trainer> make_trainer(std::size_t position,
                                        const std::shared_ptr<const shard_roster>&) const override {
    auto goal = make_(derive_seed(derive_seed(config_.seed, batches), position));
    auto made = make_host_trainer(std::move(goal), optimiser_of(config_of_worker(config_, position)),
                                  seed_of_start(config_, position));
    const auto& starts = config_.objective.starts;
    if (starts.empty())
      return made;
    const std::vector<float> start(starts[position].begin(), starts[position].end());
    made->adopt(start);
    return made;
  }

  parameter_test make_test() const override {
    return
      [goal = std::shared_ptr<objective>(make_(0))](std::span<const float> parameters, const std::function<void()>&) {
        return test_score{.loss = goal->probe_loss(parameters), .error = std::numeric_limits<double>::quiet_NaN()};
      };
  }

  std::uint64_t batches_per_epoch() const override { return make_(0)->steps_per_epoch(); }

  checkpoint_origin origin() const override {
    const auto json = to_json(config_).at("objective");
    return {.model = config_json{{"objective", json}}.dump(), .data = json.dump(), .classes = ""};
  }

  void require_same_classes(const parameter_file&) const override {}

 private:
  run_config config_;
  objective_maker make_;
  parameter_layout layout_;
};

} // namespace

std::shared_ptr<const training_problem> make_objective_problem(const run_config& config) {
  return std::make_shared<objective_problem>(config);
}

} // namespace paceline
