#include "tests/repository.hpp"

namespace paceline::testing {

std::filesystem::path repository() {
  return PACELINE_SOURCE_DIR;
}

} // namespace paceline::testing
