#include "compute/cuda/device/convolution.hpp"

#include "compute/cuda/device/device_failure.hpp"
#include "compute/cuda/device/gpu/native_stream.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace paceline::cuda {

namespace {

/// Any of the library's descriptors: made, used and given back alike.
template <class Handle, cudnnStatus_t (*Create)(Handle*), cudnnStatus_t (*Destroy)(Handle)>
class descriptor {
 public:
  explicit descriptor(int device) { require(device, "a descriptor of cuDNN", Create(&handle_)); }
  ~descriptor() { Destroy(handle_); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  operator Handle() const { return handle_; }
  Handle get() const { return handle_; }

 private:
  Handle handle_ = nullptr;
};

using tensor_descriptor =
  descriptor<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor>;
using filter_descriptor =
  descriptor<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor>;
using convolution_descriptor =
  descriptor<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor, cudnnDestroyConvolutionDescriptor>;

/// An algorithm as it was timed.
template <class Algorithm>
struct timed {
  Algorithm algorithm{};
  cudnnMathType_t math = CUDNN_DEFAULT_MATH;
  std::size_t workspace_bytes = 0;
};

/// More scratch memory than that an algorithm does not get: it is missing to the pictures.
constexpr std::size_t most_workspace_bytes = std::size_t{1} << 30;

/// The fastest that ran, gives equal bits for equal input and, where fp32 must not be rounded, does not round it. cuDNN gives them
/// fastest first.
template <class Performance>
auto fastest_of(int device, const char* pass, const std::array<Performance, 10>& found, int count, bool may_round) {
  for (int i = 0; i < count; ++i)
    if (found[i].status == CUDNN_STATUS_SUCCESS && found[i].determinism == CUDNN_DETERMINISTIC
        && found[i].memory <= most_workspace_bytes && (may_round || found[i].mathType == CUDNN_FMA_MATH))
      return timed<decltype(found[i].algo)>{found[i].algo, found[i].mathType, found[i].memory};
  throw device_failure("cuda:" + std::to_string(device) + ": cuDNN has no algorithm for a convolution's " + pass);
}

/// All that the choice depends on.
using shape_key = std::array<std::int64_t, 12>;

shape_key key_of(const convolution_shape& s) {
  return {s.batch,        s.input.channels, s.input.height, s.input.width, s.output.channels,          s.output.height,
          s.output.width, s.kernel,         s.stride,       s.padding,     s.type == value_type::bf16, s.tf32};
}

constexpr float one = 1;
constexpr float zero = 0;

} // namespace

struct convolution_choices::native {
  std::mutex mutex;
  std::map<shape_key, timed<cudnnConvolutionFwdAlgo_t>> forward;
  std::map<shape_key, timed<cudnnConvolutionBwdDataAlgo_t>> data;
  std::map<shape_key, timed<cudnnConvolutionBwdFilterAlgo_t>> weights;
};

convolution_choices::convolution_choices() : native_(std::make_unique<native>()) {}
convolution_choices::~convolution_choices() = default;

struct convolution::native {
  native(int device, const convolution_shape& s)
    : input(device), output(device), filter(device), forward_way(device), data_way(device), weights_way(device) {
    const auto type = s.type == value_type::fp32 ? CUDNN_DATA_FLOAT : CUDNN_DATA_BFLOAT16;
    const auto n = static_cast<int>(s.batch);
    const auto set_tensor = [&](cudnnTensorDescriptor_t tensor, const feature_shape& sample) {
      require(device, "a convolution's shape",
              cudnnSetTensor4dDescriptor(tensor, CUDNN_TENSOR_NHWC, type, n, static_cast<int>(sample.channels),
                                         static_cast<int>(sample.height), static_cast<int>(sample.width)));
    };
    set_tensor(input, s.input);
    set_tensor(output, s.output);
    const auto kernel = static_cast<int>(s.kernel);
    require(device, "a convolution's weights",
            cudnnSetFilter4dDescriptor(filter, type, CUDNN_TENSOR_NHWC, static_cast<int>(s.output.channels),
                                       static_cast<int>(s.input.channels), kernel, kernel));
    // The default lets fp32 be rounded to TF32.
    const auto math = s.type == value_type::fp32 && !s.tf32 ? CUDNN_FMA_MATH : CUDNN_DEFAULT_MATH;
    const auto padding = static_cast<int>(s.padding);
    const auto stride = static_cast<int>(s.stride);
    for (const cudnnConvolutionDescriptor_t way : {forward_way.get(), data_way.get(), weights_way.get()}) {
      require(device, "a convolution",
              cudnnSetConvolution2dDescriptor(way, padding, padding, stride, stride, 1, 1, CUDNN_CROSS_CORRELATION,
                                              CUDNN_DATA_FLOAT));
      require(device, "a convolution's precision", cudnnSetConvolutionMathType(way, math));
    }
  }

  tensor_descriptor input;
  tensor_descriptor output;
  filter_descriptor filter;
  /// One for each pass, since the choice of an algorithm includes the units that it runs on.
  convolution_descriptor forward_way;
  convolution_descriptor data_way;
  convolution_descriptor weights_way;
  timed<cudnnConvolutionFwdAlgo_t> forward;
  timed<cudnnConvolutionBwdDataAlgo_t> data;
  timed<cudnnConvolutionBwdFilterAlgo_t> weights;
};

namespace {

/// What is known of the shape, or what `find(found, &count)` has the library time.
template <class Performance, class Choices, class Find>
auto choose(int device, const char* pass, const convolution_shape& shape, Choices& choices, const Find& find) {
  const auto key = key_of(shape);
  if (const auto known = choices.find(key); known != choices.end())
    return known->second;
  std::array<Performance, 10> found{};
  int count = 0;
  require(device, "the timing of convolutions", find(found, count));
  const bool may_round = shape.type == value_type::bf16 || shape.tf32;
  return choices.emplace(key, fastest_of(device, pass, found, count, may_round)).first->second;
}

} // namespace

convolution::convolution(stream& queue, const convolution_shape& shape, const convolution_passes& passes,
                         convolution_choices& choices)
  : native_(std::make_unique<native>(queue.device(), shape)) {
  const auto device = queue.device();
  const auto dnn = queue.own().dnn;
  auto& n = *native_;
  auto& known = choices.own();
  const std::lock_guard guard(known.mutex);
  if (passes.forward) {
    n.forward =
      choose<cudnnConvolutionFwdAlgoPerf_t>(device, "forward pass", shape, known.forward, [&](auto& found, int& count) {
        return cudnnFindConvolutionForwardAlgorithm(dnn, n.input, n.filter, n.forward_way, n.output,
                                                    static_cast<int>(found.size()), &count, found.data());
      });
    require(device, "a convolution's precision", cudnnSetConvolutionMathType(n.forward_way, n.forward.math));
  }
  if (passes.data) {
    n.data = choose<cudnnConvolutionBwdDataAlgoPerf_t>(
      device, "backward pass", shape, known.data, [&](auto& found, int& count) {
        return cudnnFindConvolutionBackwardDataAlgorithm(dnn, n.filter, n.output, n.data_way, n.input,
                                                         static_cast<int>(found.size()), &count, found.data());
      });
    require(device, "a convolution's precision", cudnnSetConvolutionMathType(n.data_way, n.data.math));
  }
  if (passes.weights) {
    n.weights = choose<cudnnConvolutionBwdFilterAlgoPerf_t>(
      device, "weight gradient", shape, known.weights, [&](auto& found, int& count) {
        return cudnnFindConvolutionBackwardFilterAlgorithm(dnn, n.input, n.output, n.weights_way, n.filter,
                                                           static_cast<int>(found.size()), &count, found.data());
      });
    require(device, "a convolution's precision", cudnnSetConvolutionMathType(n.weights_way, n.weights.math));
  }
}

convolution::~convolution() = default;
convolution::convolution(convolution&&) noexcept = default;
convolution& convolution::operator=(convolution&&) noexcept = default;

std::size_t convolution::workspace_bytes() const {
  return std::max({native_->forward.workspace_bytes, native_->data.workspace_bytes, native_->weights.workspace_bytes});
}

void convolution::forward(stream& queue, const void* input, const void* weights, void* output, void* workspace) const {
  const auto& n = *native_;
  require(queue.device(), "a convolution",
          cudnnConvolutionForward(queue.own().dnn, &one, n.input, input, n.filter, weights, n.forward_way,
                                  n.forward.algorithm, workspace, n.forward.workspace_bytes, &zero, n.output, output));
}

void convolution::backward_data(stream& queue, const void* output_gradient, const void* weights, void* input_gradient,
                                bool accumulate, void* workspace) const {
  const auto& n = *native_;
  require(queue.device(), "a convolution's backward pass",
          cudnnConvolutionBackwardData(queue.own().dnn, &one, n.filter, weights, n.output, output_gradient, n.data_way,
                                       n.data.algorithm, workspace, n.data.workspace_bytes, accumulate ? &one : &zero,
                                       n.input, input_gradient));
}

void convolution::backward_weights(stream& queue, const void* input, const void* output_gradient, void* weight_gradient,
                                   void* workspace) const {
  const auto& n = *native_;
  require(queue.device(), "a convolution's weight gradient",
          cudnnConvolutionBackwardFilter(queue.own().dnn, &one, n.input, input, n.output, output_gradient,
                                         n.weights_way, n.weights.algorithm, workspace, n.weights.workspace_bytes,
                                         &zero, n.filter, weight_gradient));
}

} // namespace paceline::cuda
