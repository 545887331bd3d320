#include "messages/ids.hpp"

namespace paceline {

std::string to_string(worker_id id) {
  return std::to_string(id.group) + "." + std::to_string(id.index);
}

const char* to_string(scope s) {
  return s == scope::group ? "group" : "global";
}

} // namespace paceline
