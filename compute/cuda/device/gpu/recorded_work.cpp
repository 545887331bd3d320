#include "compute/cuda/device/recorded_work.hpp"

#include "compute/cuda/device/gpu/native_stream.hpp"

namespace paceline::cuda {

struct recorded_work::native {
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;

  ~native() {
    if (executable)
      cudaGraphExecDestroy(executable);
    if (graph)
      cudaGraphDestroy(graph);
  }
};

recorded_work::recorded_work(stream& queue, std::function<void(stream&)> put_in) : native_(std::make_unique<native>()) {
  const auto device = queue.device();
  const auto handle = queue.own().handle;
  // Other threads' calls are none of this recording's business.
  require(device, "a recording", cudaStreamBeginCapture(handle, cudaStreamCaptureModeThreadLocal));
  try {
    put_in(queue);
  } catch (...) {
    // The stream is of no use until the recording has ended.
    cudaStreamEndCapture(handle, &native_->graph);
    // What the recording failed by is on its way; this is not for the next caller to find.
    cudaGetLastError();
    throw;
  }
  require(device, "a recording", cudaStreamEndCapture(handle, &native_->graph));
  require(device, "a recording", cudaGraphInstantiate(&native_->executable, native_->graph, 0));
}

recorded_work::~recorded_work() = default;

void recorded_work::launch(stream& queue) const {
  require(queue.device(), "the launch of recorded work", cudaGraphLaunch(native_->executable, queue.own().handle));
}

} // namespace paceline::cuda
