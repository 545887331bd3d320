#include "compute/cuda/device/matrix_product.hpp"

#include "compute/cuda/device/gpu/native_stream.hpp"

namespace paceline::cuda {

void multiply(stream& queue, const matrix_product& p, const void* left, const void* right, void* result) {
  const float one = 1;
  const float beta = p.accumulate ? 1 : 0;
  const auto type = p.type == value_type::fp32 ? CUDA_R_32F : CUDA_R_16BF;
  const auto result_type = p.fp32_result ? CUDA_R_32F : type;
  const auto compute = p.type == value_type::fp32 && p.tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
  // cuBLAS counts by columns: what lies there row by row is a transpose to it, and resultᵀ = rightᵀ leftᵀ.
  const auto right_stride = p.transpose_right ? p.depth : p.columns;
  const auto left_stride = p.transpose_left ? p.rows : p.depth;
  require(queue.device(), "a matrix product",
          cublasGemmEx_64(queue.own().blas, p.transpose_right ? CUBLAS_OP_T : CUBLAS_OP_N,
                          p.transpose_left ? CUBLAS_OP_T : CUBLAS_OP_N, p.columns, p.rows, p.depth, &one, right, type,
                          right_stride, left, type, left_stride, &beta, result, result_type, p.columns, compute,
                          CUBLAS_GEMM_DEFAULT));
}

} // namespace paceline::cuda
