#include "compute/backend.hpp"
#include "compute/cpu/cpu_network.hpp"

#include <cassert>

namespace paceline {

namespace {

class cpu_backend final : public backend {
 public:
  explicit cpu_backend(int threads) : threads_(threads) { assert(threads >= 1); }

  std::string name() const override { return "cpu"; }

  std::unique_ptr<network> compile(const model& m, const network_options& options) const override {
    return std::make_unique<cpu::cpu_network>(m, options, threads_, chooser_);
  }

 private:
  int threads_;
  cpu::fixed_chooser chooser_;
};

} // namespace

std::shared_ptr<const backend> make_cpu_backend(int threads) {
  return std::make_shared<cpu_backend>(threads);
}

} // namespace paceline
