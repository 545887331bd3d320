#include "compute/backend.hpp"
#include "compute/cpu/convolution_timing.hpp"
#include "compute/cpu/cpu_network.hpp"
#include "compute/cpu/timed_chooser.hpp"

#include <cassert>

namespace paceline {

namespace {

class cpu_backend final : public backend {
 public:
  cpu_backend(int threads, algorithm_choice how) : threads_(threads), how_(how) { assert(threads >= 1); }

  std::string name() const override { return "cpu"; }

  std::unique_ptr<network> compile(const model& m, const network_options& options) const override {
    return std::make_unique<cpu::cpu_network>(m, options, threads_, chooser_for(options));
  }

 private:
  const cpu::convolution_chooser& chooser_for(const network_options& options) const {
    if (how_ == algorithm_choice::timed && !options.trial)
      return timed_;
    return fixed_;
  }

  int threads_;
  algorithm_choice how_;
  cpu::fixed_chooser fixed_;
  cpu::timed_chooser timed_{cpu::time_convolution};
};

} // namespace

std::shared_ptr<const backend> make_cpu_backend(int threads, algorithm_choice how) {
  return std::make_shared<cpu_backend>(threads, how);
}

} // namespace paceline
