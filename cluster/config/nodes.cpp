#include "cluster/config/nodes.hpp"

#include "cluster/config/tcp_address.hpp"
#include "cluster/files/io_failure.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

namespace paceline {

namespace {

namespace fs = std::filesystem;

/// FNV-1a, 64 bits: the same in every process, which std::hash need not be.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return hash;
}

/// Of all runs of this user. Fixed and short: a socket's path has at most 107 characters, which the run folder may not leave.
fs::path ipc_root() {
  return fmt::format("/tmp/paceline-{}", ::geteuid());
}

void make_private_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    throw io_failure(folder, "create folder", errno);
  struct stat found {};
  if (::lstat(folder.c_str(), &found) != 0)
    throw io_failure(folder, "read", errno);
  if (!S_ISDIR(found.st_mode) || found.st_uid != ::geteuid() || (found.st_mode & 077) != 0)
    throw invalid_input(
      fmt::format("{}: others can reach the sockets of this run there; it has to be a folder of your own "
                  "with mode 0700: remove it, or give the nodes addresses",
                  folder.string()));
}

node_endpoints over_ipc(const run_config& config, const std::string& name) {
  const auto path = [&](const char* socket) {
    return fmt::format("ipc://{}/{}{}", ipc_folder(config).string(), name, socket);
  };
  return {name, path(".control"), path(".snapshots"), path(".transfer")};
}

node_endpoints over_tcp(const std::string& name, tcp_address first) {
  const auto port = [&](std::uint16_t offset) {
    return to_string({first.host, static_cast<std::uint16_t>(first.port + offset)});
  };
  return {name, port(0), port(1), port(2)};
}

} // namespace

std::uint32_t groups_of(const std::vector<run_config::node_section>& nodes) {
  std::uint32_t groups = 0;
  for (const auto& node : nodes)
    groups += node.groups;
  return groups;
}

void sort_nodes(std::vector<run_config::node_section>& nodes) {
  std::sort(nodes.begin(), nodes.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

const run_config::node_section& node_named(const run_config& config, std::string_view name) {
  const auto found =
    std::find_if(config.nodes.begin(), config.nodes.end(), [&](const auto& node) { return node.name == name; });
  if (found != config.nodes.end())
    return *found;
  if (config.nodes.empty())
    throw invalid_input("the cluster file has no nodes; all of it runs with paceline launch FILE");
  std::vector<std::string> names;
  for (const auto& node : config.nodes)
    names.push_back(node.name);
  throw invalid_input(
    fmt::format("there is no node \"{}\" in the cluster file; its nodes are {}", name, fmt::join(names, ", ")));
}

std::uint32_t first_group_of(const run_config& config, std::string_view name) {
  static_cast<void>(node_named(config, name));
  std::uint32_t groups = 0;
  for (const auto& node : config.nodes) {
    if (node.name == name)
      break;
    groups += node.groups;
  }
  return groups;
}

run_config with_device_of(const run_config& config, const run_config::node_section& node) {
  auto own = config;
  if (node.device)
    own.device.backend = *node.device;
  return own;
}

bool uses_ipc(const run_config& config) {
  return std::all_of(config.nodes.begin(), config.nodes.end(), [](const auto& node) { return node.address.empty(); });
}

fs::path ipc_folder(const run_config& config) {
  const auto run = fs::absolute(config.output.folder / config.output.name).lexically_normal();
  return ipc_root() / fmt::format("{:016x}", hash_of(run.string()));
}

void make_ipc_folder(const run_config& config) {
  make_private_folder(ipc_root());
  make_private_folder(ipc_folder(config));
}

node_endpoints endpoints_of(const run_config& config, const run_config::node_section& node) {
  const auto address = parse_tcp_address(node.address);
  return address ? over_tcp(node.name, *address) : over_ipc(config, node.name);
}

node_endpoints listening_endpoints_of(const run_config& config, const run_config::node_section& node) {
  const auto address = parse_tcp_address(node.address);
  if (!address)
    return over_ipc(config, node.name);
  if (is_numeric(address->host))
    return over_tcp(node.name, *address);
  const std::string host = is_loopback(address->host) ? "127.0.0.1" : "*";
  return over_tcp(node.name, {host, address->port});
}

} // namespace paceline
