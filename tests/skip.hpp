#pragma once

#include "tests/catch.hpp"

#include <iostream>
#include <string_view>

/// Says that this machine lacks what the test needs; CTest then counts it as skipped. The test returns right after.
inline void skip_test(std::string_view reason) {
  std::cout << "[skipped] " << reason << std::endl;
  SUCCEED();
}
