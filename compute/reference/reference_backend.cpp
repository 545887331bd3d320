#include "compute/backend.hpp"
#include "compute/reference/reference_network.hpp"

#include <algorithm>

namespace paceline {

namespace {

std::vector<double> widen(std::span<const float> values) {
  return {values.begin(), values.end()};
}

void narrow(std::span<const double> values, std::span<float> out) {
  std::transform(values.begin(), values.end(), out.begin(), [](double v) { return static_cast<float>(v); });
}

/// Floats at the border, doubles inside.
class float_network final : public network {
 public:
  float_network(const model& m, const network_options& options) : inner_(m, options.batch_size) {}

  double loss_and_gradient(const batch_view& batch, std::span<const float> parameters, std::span<float> gradient,
                           std::uint64_t dropout_seed) override {
    std::vector<double> wide_gradient(gradient.size());
    const auto loss =
      inner_.loss_and_gradient(widen(batch.images), batch.labels, widen(parameters), wide_gradient, dropout_seed);
    narrow(wide_gradient, gradient);
    return loss;
  }

  void scores(std::span<const float> images, std::span<const float> parameters, std::span<float> scores) override {
    std::vector<double> wide_scores(scores.size());
    inner_.scores(widen(images), widen(parameters), wide_scores);
    narrow(wide_scores, scores);
  }

  std::size_t memory_bytes() const override { return inner_.memory_bytes(); }

 private:
  reference_network inner_;
};

class reference_backend final : public backend {
 public:
  std::string name() const override { return "reference"; }

  std::unique_ptr<network> compile(const model& m, const network_options& options) const override {
    return std::make_unique<float_network>(m, options);
  }
};

} // namespace

std::shared_ptr<const backend> make_reference_backend() {
  return std::make_shared<reference_backend>();
}

} // namespace paceline
