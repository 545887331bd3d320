#pragma once

#include "compute/backend.hpp"

#include <memory>
#include <string>
#include <vector>

namespace paceline {

struct backend_under_test {
  std::string name;
  std::shared_ptr<const backend> device;
};

/// Those that the conformance suite compares with the reference: of this program (backends_under_test.cpp), or of tests/gpu/'s.
std::vector<backend_under_test> backends_under_test();

} // namespace paceline
