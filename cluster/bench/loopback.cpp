#include "cluster/bench/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

namespace paceline {

namespace {

int checked(int result, const char* what) {
  if (result < 0)
    throw std::system_error(errno, std::generic_category(), what);
  return result;
}

/// A socket that listens on loopback, and its address.
struct listener {
  listener() : socket(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    checked(::bind(socket, reinterpret_cast<const sockaddr*>(&address), length), "bind");
    checked(::listen(socket, 1), "listen");
    checked(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length), "getsockname");
  }
  ~listener() { ::close(socket); }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  int socket;
  sockaddr_in address{};
};

bool is_free(int port) {
  const int socket = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  ::close(socket);
  return free;
}

} // namespace

std::uint16_t free_loopback_port() {
  return ntohs(listener().address.sin_port);
}

std::uint16_t free_loopback_ports(int count) {
  constexpr int most_tries = 1000;
  for (int tried = 0; tried < most_tries; ++tried) {
    const int first = free_loopback_port();
    int free = 1;
    while (free < count && first + free <= UINT16_MAX && is_free(first + free))
      ++free;
    if (free == count)
      return static_cast<std::uint16_t>(first);
  }
  throw std::runtime_error("loopback has no " + std::to_string(count) + " free ports one after the other");
}

loopback_connection::loopback_connection() {
  const listener at;
  sender_ = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  const int on = 1;
  checked(::setsockopt(sender_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), "setsockopt");
  checked(::connect(sender_, reinterpret_cast<const sockaddr*>(&at.address), sizeof(at.address)), "connect");
  receiver_ = checked(::accept4(at.socket, nullptr, nullptr, SOCK_CLOEXEC), "accept");
}

loopback_connection::~loopback_connection() {
  if (sender_ >= 0)
    ::close(sender_);
  if (receiver_ >= 0)
    ::close(receiver_);
}

void loopback_connection::copy(std::span<const std::byte> from, std::span<std::byte> to) {
  std::thread writer([&] {
    while (!from.empty()) {
      const auto written = ::send(sender_, from.data(), from.size(), MSG_NOSIGNAL);
      if (written <= 0)
        return;
      from = from.subspan(static_cast<std::size_t>(written));
    }
  });
  while (!to.empty()) {
    const auto received = ::recv(receiver_, to.data(), to.size(), 0);
    if (received <= 0)
      break;
    to = to.subspan(static_cast<std::size_t>(received));
  }
  writer.join();
}

} // namespace paceline
