#pragma once

#include <string>

namespace paceline {

/// One line for the people who watch a run, which no record needs.
struct notice {
  std::string line;
};

} // namespace paceline
