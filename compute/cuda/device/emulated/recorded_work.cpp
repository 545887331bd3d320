#include "compute/cuda/device/recorded_work.hpp"

namespace paceline::cuda {

struct recorded_work::native {
  std::function<void(stream&)> put_in;
};

// A GPU keeps the kernels and their arguments, here what puts them in is kept and called again. On a GPU it is called once: what it looks
// at on the host at a later launch, it would not see there.
recorded_work::recorded_work(stream&, std::function<void(stream&)> put_in) : native_(new native{std::move(put_in)}) {}
recorded_work::~recorded_work() = default;

void recorded_work::launch(stream& queue) const {
  native_->put_in(queue);
}

} // namespace paceline::cuda
