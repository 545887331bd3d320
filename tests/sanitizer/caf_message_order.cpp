// Tells ThreadSanitizer of the order that CAF makes: what happened before a message was sent happened before it is handled, and
// an actor handles one message after the other. CAF's library is not compiled with the sanitizer, so the atomics that make this
// order are invisible to it; without this file every message would look like a race.
//
// These functions take the place of the library's own, in every program that links this file, and call them in turn.

#include <caf/all.hpp>

#include <dlfcn.h>

extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);

namespace {

/// The library's own function behind that (mangled) name.
template <class Function>
Function* behind(const char* symbol) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, symbol));
}

} // namespace

namespace caf {

void scheduled_actor::enqueue(mailbox_element_ptr what, execution_unit* host) {
  static auto* const original = behind<void(scheduled_actor*, mailbox_element_ptr, execution_unit*)>(
    "_ZN3caf15scheduled_actor7enqueueESt10unique_ptrINS_15mailbox_elementENS_6detail8disposerEEPNS_14execution_unitE");
  __tsan_release(this);
  original(this, std::move(what), host);
}

void scheduled_actor::launch(execution_unit* host, bool lazy, bool hide) {
  static auto* const original = behind<void(scheduled_actor*, execution_unit*, bool, bool)>(
    "_ZN3caf15scheduled_actor6launchEPNS_14execution_unitEbb");
  __tsan_release(this);
  original(this, host, lazy, hide);
}

invoke_message_result scheduled_actor::consume(mailbox_element& what) {
  static auto* const original = behind<invoke_message_result(scheduled_actor*, mailbox_element&)>(
    "_ZN3caf15scheduled_actor7consumeERNS_15mailbox_elementE");
  __tsan_acquire(this);
  const auto result = original(this, what);
  __tsan_release(this);
  return result;
}

// A thread that is no actor (caf::scoped_actor) waits for messages on a mutex, but takes those that are there already without it.

void blocking_actor::enqueue(mailbox_element_ptr what, execution_unit* host) {
  static auto* const original = behind<void(blocking_actor*, mailbox_element_ptr, execution_unit*)>(
    "_ZN3caf14blocking_actor7enqueueESt10unique_ptrINS_15mailbox_elementENS_6detail8disposerEEPNS_14execution_unitE");
  __tsan_release(this);
  original(this, std::move(what), host);
}

intrusive::task_result blocking_actor::mailbox_visitor::operator()(mailbox_element& what) {
  static auto* const original = behind<intrusive::task_result(mailbox_visitor*, mailbox_element&)>(
    "_ZN3caf14blocking_actor15mailbox_visitorclERNS_15mailbox_elementE");
  __tsan_acquire(self);
  return original(this, what);
}

} // namespace caf
