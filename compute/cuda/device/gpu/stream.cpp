#include "compute/cuda/device/stream.hpp"

#include "compute/cuda/device/device_failure.hpp"
#include "compute/cuda/device/device_name.hpp"
#include "compute/cuda/device/gpu/native_stream.hpp"

#include <string>

namespace paceline::cuda {

namespace {

[[noreturn]] void fail(int device, std::string_view what, const char* why) {
  throw device_failure(device_name(device) + ": " + std::string(what) + " failed: " + why);
}

} // namespace

void require(int device, std::string_view what, cudaError_t status) {
  if (status == cudaSuccess)
    return;
  // Else the next caller would find it.
  cudaGetLastError();
  fail(device, what, cudaGetErrorString(status));
}

void require(int device, std::string_view what, cublasStatus_t status) {
  if (status != CUBLAS_STATUS_SUCCESS)
    fail(device, what, cublasGetStatusString(status));
}

void require(int device, std::string_view what, cudnnStatus_t status) {
  if (status != CUDNN_STATUS_SUCCESS)
    fail(device, what, cudnnGetErrorString(status));
}

namespace {

void release(stream::native& own) {
  // What fails here cannot be helped any more, and a lost device fails all of it.
  if (own.dnn)
    cudnnDestroy(own.dnn);
  if (own.blas)
    cublasDestroy(own.blas);
  if (own.handle)
    cudaStreamDestroy(own.handle);
}

} // namespace

stream::stream(int device, stream_use use) : device_(device), native_(std::make_unique<native>()) {
  try {
    require(device, "its selection", cudaSetDevice(device));
    require(device, "a stream", cudaStreamCreateWithFlags(&native_->handle, cudaStreamNonBlocking));
    if (use == stream_use::copying)
      return;
    require(device, "cuBLAS", cublasCreate(&native_->blas));
    require(device, "cuBLAS' stream", cublasSetStream(native_->blas, native_->handle));
    // Sums stay fp32 where the result is bf16.
    constexpr auto math =
      static_cast<cublasMath_t>(CUBLAS_DEFAULT_MATH | CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION);
    require(device, "cuBLAS' precision", cublasSetMathMode(native_->blas, math));
    native_->blas_workspace = device_memory(device, blas_workspace_bytes, "cuBLAS' workspace");
    require(device, "cuBLAS' workspace",
            cublasSetWorkspace(native_->blas, native_->blas_workspace.data(), native_->blas_workspace.size_bytes()));
    require(device, "cuDNN", cudnnCreate(&native_->dnn));
    require(device, "cuDNN's stream", cudnnSetStream(native_->dnn, native_->handle));
  } catch (...) {
    release(*native_);
    throw;
  }
}

stream::~stream() {
  release(*native_);
}

void stream::use_here() {
  require(device_, "its selection", cudaSetDevice(device_));
}

void stream::wait() {
  require(device_, "the work of a stream", cudaStreamSynchronize(native_->handle));
}

void stream::copy(void* to, const void* from, std::size_t bytes) {
  if (bytes > 0)
    require(device_, "a copy", cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, native_->handle));
}

void stream::clear(void* at, std::size_t bytes) {
  if (bytes > 0)
    require(device_, "zeroing", cudaMemsetAsync(at, 0, bytes, native_->handle));
}

} // namespace paceline::cuda
