#pragma once

#include <stdexcept>

namespace paceline::cuda {

/// A device cannot do what it was asked to: it is out of memory, lost, or a library refused. `what()` is one line that names the
/// device, what was asked and what was there. Whoever asked is lost. Others on the device go on, but where it is lost itself (an illegal
/// address, memory that fails): then all in this process that use it fail alike, until the process is started again.
class device_failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

} // namespace paceline::cuda
