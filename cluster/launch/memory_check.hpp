#pragma once

#include "compute/model.hpp"

#include <cstdint>
#include <string>

namespace paceline {

/// Bytes that this process may have at most: what the machine has, or less where its control group or its own limit
/// (ulimit -v) says so.
double usable_memory_bytes();

/// Throws std::runtime_error, "out of memory: needs 28.6 GiB for WHAT, this machine gives 7.8 GiB", where `bytes` are more than
/// the usable ones. Asked before they are taken: the system promises more than it has, and kills whoever uses it.
void require_memory(double bytes, const std::string& what, double usable = usable_memory_bytes());

/// The least that workers need who train that model together in one process: what convolutions, linear layers and batch norms read, which
/// they need again on the way back, and parameters, gradient and `vectors` - 2 more of that length.
double least_training_bytes(const model& network, std::int64_t batch_size, int vectors, std::uint64_t workers);

/// Pictures a batch in tests of that model on so many: enough for the device to be busy, few enough for their memory not to matter.
std::int64_t test_batch_of(const model& network, std::size_t pictures);

/// The least that a test of that model needs: what the largest layer reads and puts out, and parameters.
double least_test_bytes(const model& network, std::int64_t batch_size);

} // namespace paceline
