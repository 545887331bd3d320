#pragma once

/// Marks what runs on the GPU. The same source compiled without nvcc runs on the host, where tests look at it
/// (device/emulated/).
#ifdef __CUDACC__
#define PACELINE_ON_DEVICE __host__ __device__
#else
#define PACELINE_ON_DEVICE
#endif
