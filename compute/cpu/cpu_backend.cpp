#include "compute/backend.hpp"
#include "compute/cpu/convolution_timing.hpp"
#include "compute/cpu/cpu_network.hpp"
#include "compute/cpu/onednn.hpp"
#include "compute/cpu/timed_chooser.hpp"

#include <cassert>

namespace paceline {

namespace {

class cpu_backend final : public backend {
 public:
  explicit cpu_backend(const cpu_backend_options& options) : options_(options) { assert(options.threads >= 1); }

  std::string name() const override { return "cpu"; }

  std::unique_ptr<network> compile(const model& m, const network_options& options) const override {
    return std::make_unique<cpu::cpu_network>(m, options, options_.threads, chooser_for(options));
  }

 private:
  const cpu::convolution_chooser& chooser_for(const network_options& options) const {
    if (options_.choice == algorithm_choice::timed && !options.trial)
      return timed_;
    return fixed_;
  }

  cpu_backend_options options_;
  cpu::fixed_chooser fixed_{options_.precision};
  cpu::timed_chooser timed_{cpu::time_convolution, options_.precision};
};

} // namespace

bool cpu_multiplies_bf16() {
  return onednn::has_bf16_instructions();
}

std::shared_ptr<const backend> make_cpu_backend(const cpu_backend_options& options) {
  return std::make_shared<cpu_backend>(options);
}

} // namespace paceline
