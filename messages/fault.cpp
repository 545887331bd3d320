#include "messages/fault.hpp"

namespace paceline {

const char* to_string(fault_kind kind) {
  switch (kind) {
    case fault_kind::kill_worker:
      return "kill_worker";
    case fault_kind::kill_node:
      return "kill_node";
    case fault_kind::kill_holder:
      return "kill_holder";
    case fault_kind::freeze:
      return "freeze";
    case fault_kind::slow:
      return "slow";
    case fault_kind::cut:
      return "cut";
    case fault_kind::corrupt:
      return "corrupt";
    case fault_kind::poison:
      return "poison";
    case fault_kind::false_loss:
      return "false_loss";
  }
  return "unknown";
}

fault_victim victim_of(fault_kind kind) {
  switch (kind) {
    case fault_kind::kill_worker:
    case fault_kind::slow:
    case fault_kind::poison:
    case fault_kind::false_loss:
      return fault_victim::worker;
    case fault_kind::kill_holder:
      return fault_victim::holder;
    case fault_kind::kill_node:
    case fault_kind::freeze:
    case fault_kind::cut:
    case fault_kind::corrupt:
      break;
  }
  return fault_victim::node;
}

bool lasts(fault_kind kind) {
  switch (kind) {
    case fault_kind::freeze:
    case fault_kind::slow:
    case fault_kind::cut:
    case fault_kind::corrupt:
    case fault_kind::false_loss:
      return true;
    case fault_kind::kill_worker:
    case fault_kind::kill_node:
    case fault_kind::kill_holder:
    case fault_kind::poison:
      break;
  }
  return false;
}

const char* to_string(cut_direction direction) {
  switch (direction) {
    case cut_direction::both:
      return "both";
    case cut_direction::incoming:
      return "incoming";
    case cut_direction::outgoing:
      return "outgoing";
  }
  return "unknown";
}

} // namespace paceline
