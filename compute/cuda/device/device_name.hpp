#pragma once

#include <string>

namespace paceline::cuda {

/// What the device of that number is called everywhere: "cuda:0".
inline std::string device_name(int number) {
  return "cuda:" + std::to_string(number);
}

} // namespace paceline::cuda
