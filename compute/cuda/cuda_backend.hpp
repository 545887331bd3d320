#pragma once

#include "compute/backend.hpp"

#include <memory>

namespace paceline::cuda {

/// cuDNN, cuBLAS and own kernels on one GPU. Requires: a device of that number that can be used.
std::shared_ptr<const backend> make_backend(const cuda_backend_options& options);

} // namespace paceline::cuda
