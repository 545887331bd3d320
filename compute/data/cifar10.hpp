#pragma once

#include "compute/data/dataset.hpp"

#include <filesystem>

namespace paceline {

/// Reads CIFAR-10's binary version: data_batch_1..5.bin and test_batch.bin, records of one label byte and 3072 pixel bytes
/// (R, G, B planes of 32x32). `folder` is the one with these files or the one above it (which holds cifar-10-batches-bin).
/// Throws invalid_input that names the path where a file is missing, has a length that is no whole number of records, or
/// holds a label above 9.
dataset_ptr load_cifar10(const std::filesystem::path& folder);

} // namespace paceline
