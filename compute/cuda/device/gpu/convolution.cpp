#include "compute/cuda/device/convolution.hpp"

#include "compute/cuda/device/device_failure.hpp"
#include "compute/cuda/device/device_name.hpp"
#include "compute/cuda/device/gpu/native_stream.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
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

/// An algorithm, and the units that it runs on.
template <class Algorithm>
struct chosen {
  Algorithm algorithm{};
  cudnnMathType_t math = CUDNN_DEFAULT_MATH;
  std::size_t workspace_bytes = 0;
};

/// More scratch memory than that an algorithm gets only where there is no other: it is missing to the pictures.
constexpr std::size_t most_workspace_bytes = std::size_t{1} << 30;

/// On which units a convolution may run. The default lets fp32 be rounded to TF32, and bf16 be computed without the units made for it.
cudnnMathType_t allowed_math(const convolution_shape& s) {
  if (s.type == value_type::bf16)
    return CUDNN_TENSOR_OP_MATH;
  return s.tf32 ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH;
}

/// All that the choice depends on.
using shape_key = std::array<std::int64_t, 13>;

shape_key key_of(const convolution_shape& s) {
  return {s.batch,
          s.input.channels,
          s.input.height,
          s.input.width,
          s.output.channels,
          s.output.height,
          s.output.width,
          s.kernel,
          s.stride,
          s.padding,
          s.type == value_type::bf16,
          s.tf32,
          s.choice == algorithm_choice::timed};
}

constexpr float one = 1;
constexpr float zero = 0;

} // namespace

struct convolution_choices::native {
  std::mutex mutex;
  std::map<shape_key, chosen<cudnnConvolutionFwdAlgo_t>> forward;
  std::map<shape_key, chosen<cudnnConvolutionBwdDataAlgo_t>> data;
  std::map<shape_key, chosen<cudnnConvolutionBwdFilterAlgo_t>> weights;
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
    const auto padding = static_cast<int>(s.padding);
    const auto stride = static_cast<int>(s.stride);
    for (const cudnnConvolutionDescriptor_t way : {forward_way.get(), data_way.get(), weights_way.get()}) {
      require(device, "a convolution",
              cudnnSetConvolution2dDescriptor(way, padding, padding, stride, stride, 1, 1, CUDNN_CROSS_CORRELATION,
                                              CUDNN_DATA_FLOAT));
      require(device, "a convolution's precision", cudnnSetConvolutionMathType(way, allowed_math(s)));
    }
  }

  tensor_descriptor input;
  tensor_descriptor output;
  filter_descriptor filter;
  /// One for each pass, since the choice of an algorithm includes the units that it runs on.
  convolution_descriptor forward_way;
  convolution_descriptor data_way;
  convolution_descriptor weights_way;
  chosen<cudnnConvolutionFwdAlgo_t> forward;
  chosen<cudnnConvolutionBwdDataAlgo_t> data;
  chosen<cudnnConvolutionBwdFilterAlgo_t> weights;
};

namespace {

/// What the library knows of one pass of one convolution.
template <class Performance>
struct library_pass {
  const char* name;
  /// That pass alone's.
  cudnnConvolutionDescriptor_t way;
  /// Algorithms, fastest first: as they were timed, or as the library's rules have it.
  std::function<cudnnStatus_t(int most, int* count, Performance* found)> time;
  std::function<cudnnStatus_t(int most, int* count, Performance* found)> guess;
  /// Of an algorithm, on the units that `way` says.
  std::function<cudnnStatus_t(decltype(Performance::algo) algorithm, std::size_t* bytes)> workspace;
};

/// The fastest that gives equal bits for equal input within the usual scratch memory, else the one that needs least. Leaves any
/// precision in the pass's descriptor.
template <class Performance>
auto fastest_of(int device, const library_pass<Performance>& pass, const convolution_shape& shape) {
  using algorithm = decltype(Performance::algo);
  std::array<Performance, 10> found{};
  int count = 0;
  const auto& ask = shape.choice == algorithm_choice::timed ? pass.time : pass.guess;
  require(device, "the choice of a convolution's algorithm", ask(static_cast<int>(found.size()), &count, found.data()));
  const bool may_round = allowed_math(shape) != CUDNN_FMA_MATH;
  std::optional<chosen<algorithm>> smallest;
  for (const auto& one : std::span(found).first(static_cast<std::size_t>(count))) {
    if (one.status != CUDNN_STATUS_SUCCESS || one.determinism != CUDNN_DETERMINISTIC)
      continue;
    // What knows no tensor cores is listed with the default's name.
    chosen<algorithm> candidate{one.algo, may_round ? one.mathType : CUDNN_FMA_MATH, 0};
    require(device, "a convolution's precision", cudnnSetConvolutionMathType(pass.way, candidate.math));
    if (pass.workspace(candidate.algorithm, &candidate.workspace_bytes) != CUDNN_STATUS_SUCCESS)
      continue;
    if (candidate.workspace_bytes <= most_workspace_bytes)
      return candidate;
    if (!smallest || candidate.workspace_bytes < smallest->workspace_bytes)
      smallest = candidate;
  }
  if (!smallest)
    throw device_failure(device_name(device) + ": cuDNN has no algorithm for a convolution's " + pass.name);
  return *smallest;
}

/// What is known of the shape, or what is found out.
template <class Performance, class Choices>
auto choose(int device, const library_pass<Performance>& pass, const convolution_shape& shape, Choices& choices) {
  const auto key = key_of(shape);
  auto known = choices.find(key);
  if (known == choices.end())
    known = choices.emplace(key, fastest_of(device, pass, shape)).first;
  require(device, "a convolution's precision", cudnnSetConvolutionMathType(pass.way, known->second.math));
  return known->second;
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
    const cudnnConvolutionDescriptor_t way = n.forward_way;
    const library_pass<cudnnConvolutionFwdAlgoPerf_t> pass{
      "forward pass", way,
      [&](auto... out) { return cudnnFindConvolutionForwardAlgorithm(dnn, n.input, n.filter, way, n.output, out...); },
      [&](auto... out) {
        return cudnnGetConvolutionForwardAlgorithm_v7(dnn, n.input, n.filter, way, n.output, out...);
      },
      [&](auto... out) {
        return cudnnGetConvolutionForwardWorkspaceSize(dnn, n.input, n.filter, way, n.output, out...);
      }};
    n.forward = choose(device, pass, shape, known.forward);
  }
  if (passes.data) {
    const cudnnConvolutionDescriptor_t way = n.data_way;
    const library_pass<cudnnConvolutionBwdDataAlgoPerf_t> pass{
      "backward pass", way,
      [&](auto... out) {
        return cudnnFindConvolutionBackwardDataAlgorithm(dnn, n.filter, n.output, way, n.input, out...);
      },
      [&](auto... out) {
        return cudnnGetConvolutionBackwardDataAlgorithm_v7(dnn, n.filter, n.output, way, n.input, out...);
      },
      [&](auto... out) {
        return cudnnGetConvolutionBackwardDataWorkspaceSize(dnn, n.filter, n.output, way, n.input, out...);
      }};
    n.data = choose(device, pass, shape, known.data);
  }
  if (passes.weights) {
    const cudnnConvolutionDescriptor_t way = n.weights_way;
    const library_pass<cudnnConvolutionBwdFilterAlgoPerf_t> pass{
      "weight gradient", way,
      [&](auto... out) {
        return cudnnFindConvolutionBackwardFilterAlgorithm(dnn, n.input, n.output, way, n.filter, out...);
      },
      [&](auto... out) {
        return cudnnGetConvolutionBackwardFilterAlgorithm_v7(dnn, n.input, n.output, way, n.filter, out...);
      },
      [&](auto... out) {
        return cudnnGetConvolutionBackwardFilterWorkspaceSize(dnn, n.input, n.output, way, n.filter, out...);
      }};
    n.weights = choose(device, pass, shape, known.weights);
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
