#include "cluster/wire/travelling_bytes.hpp"

namespace paceline {

std::size_t travelling_bytes(const parameter_layout& parameters, frame_type type) {
  switch (type) {
    case frame_type::fp32:
      return parameters.size() * 4;
    case frame_type::bf16:
      return parameters.size() * 2;
    case frame_type::int8:
      return parameters.size() + parameters.slices().size() * sizeof(float);
  }
  return 0;
}

} // namespace paceline
