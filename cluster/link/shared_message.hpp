#pragma once

#include <zmq.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace paceline {

/// A message whose data is part of something shared: ZeroMQ sends it from where it lies, and drops `owner` when it is done,
/// on whatever thread that is.
template <class Owner>
zmq::message_t shared_message(std::shared_ptr<const Owner> owner, std::span<const std::byte> data) {
  using held = std::shared_ptr<const Owner>;
  auto hint = std::make_unique<held>(std::move(owner));
  // ZeroMQ takes a pointer to what it may change, and does not.
  zmq::message_t message(
    const_cast<std::byte*>(data.data()), data.size(), [](void*, void* dropped) { delete static_cast<held*>(dropped); },
    hint.get());
  (void)hint.release();
  return message;
}

inline std::span<const std::byte> bytes_of(const zmq::message_t& message) {
  return {static_cast<const std::byte*>(message.data()), message.size()};
}

} // namespace paceline
