#include "tests/cluster/launch/ssh_server.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace paceline::testing {

namespace {

constexpr const char* program = "/usr/sbin/sshd";
/// Where a server that runs as root gives up its rights; the system's own start of sshd makes it.
constexpr const char* empty_folder = "/run/sshd";

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

bool answers(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  const bool connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return connected;
}

void make_key(const std::filesystem::path& file) {
  const auto made = run_to_end({.arguments = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file.string()}});
  if (made.end.code != 0)
    throw std::runtime_error("ssh-keygen: " + made.err);
}

} // namespace

std::string ssh_server::missing() {
  if (::access(program, X_OK) != 0)
    return std::string(program) + " is not installed";
  if (::access("/usr/bin/ssh", X_OK) != 0)
    return "ssh is not installed";
  if (::geteuid() == 0 && ::mkdir(empty_folder, 0755) != 0 && errno != EEXIST)
    return std::string(empty_folder) + " cannot be made";
  return {};
}

ssh_server::ssh_server() {
  make_key(folder_ / "host");
  make_key(folder_ / "user");
  std::filesystem::copy_file(folder_ / "user.pub", folder_ / "admitted");
  const auto port = free_port();
  const auto path = folder_.path().string();
  write_contents(folder_ / "server", fmt::format("Port {1}\nListenAddress 127.0.0.1\nHostKey {0}/host\n"
                                                 "AuthorizedKeysFile {0}/admitted\nPidFile none\nUsePAM no\n"
                                                 "StrictModes no\nPasswordAuthentication no\n",
                                                 path, port));
  const auto host_key = contents_of(folder_ / "host.pub");
  write_contents(folder_ / "known", fmt::format("[127.0.0.1]:{} {}", port, host_key));
  write_contents(folder_ / "client", fmt::format("Port {1}\nUser {2}\nIdentityFile {0}/user\nIdentitiesOnly yes\n"
                                                 "UserKnownHostsFile {0}/known\nGlobalKnownHostsFile /dev/null\n"
                                                 "StrictHostKeyChecking yes\nLogLevel ERROR\n",
                                                 path, port, ::getpwuid(::geteuid())->pw_name));
  server_ = std::make_unique<child_process>(child_command{.arguments = {program, "-D", "-e", "-f", path + "/server"}});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::string said;
  while (!answers(port)) {
    server_->read([](auto) {}, [&](std::string_view text) { said += text; });
    if (server_->poll_end() || std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("sshd does not answer: " + said);
    ::usleep(10'000);
  }
}

ssh_server::~ssh_server() {
  server_->signal(SIGKILL);
  while (!server_->poll_end())
    ::usleep(1000);
}

void ssh_server::admit_nobody() {
  write_contents(folder_ / "admitted", "");
}

} // namespace paceline::testing
