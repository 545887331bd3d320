#pragma once

#include "compute/cuda/device/device_memory.hpp"
#include "compute/cuda/device/stream.hpp"

#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <cudnn.h>

#include <string_view>

namespace paceline::cuda {

/// Throw device_failure, with the device, what was to be done and the library's words, where a call did not succeed.
void require(int device, std::string_view what, cudaError_t status);
void require(int device, std::string_view what, cublasStatus_t status);
void require(int device, std::string_view what, cudnnStatus_t status);

/// cuBLAS' own, given to it beforehand since a recorded launch may allocate nothing; what its manual asks for on sm_90.
constexpr std::size_t blas_workspace_bytes = std::size_t{32} << 20;

struct stream::native {
  cudaStream_t handle = nullptr;
  cublasHandle_t blas = nullptr;
  cudnnHandle_t dnn = nullptr;
  device_memory blas_workspace;
};

/// Throws where the kernel that was just launched could not be.
inline void require_launched(const stream& queue) {
  require(queue.device(), "the launch of a kernel", cudaGetLastError());
}

} // namespace paceline::cuda
