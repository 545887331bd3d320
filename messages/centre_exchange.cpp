#include "messages/centre_exchange.hpp"

namespace paceline {

const char* to_string(answer_use use) {
  switch (use) {
    case answer_use::shift:
      return "shift";
    case answer_use::replace:
      return "replace";
    case answer_use::gradient:
      return "gradient";
    case answer_use::none:
      return "none";
  }
  return "unknown";
}

} // namespace paceline
