#include "cluster/launch/node_fetch.hpp"

#include "cluster/files/atomic_file.hpp"
#include "cluster/files/file_descriptor.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include <fcntl.h>

namespace paceline {

namespace {

namespace fs = std::filesystem;

/// Runs a command; throws runtime_error with the last line it said where it failed.
void require_success(const child_command& command, file_descriptor* out_file = nullptr) {
  const auto ran = run_to_end(command, out_file);
  if (ran.end.code == 0)
    return;
  auto said = ran.err.substr(0, ran.err.find_last_not_of("\r\n") + 1);
  said.erase(0, said.rfind('\n') + 1);
  throw std::runtime_error(said.empty() ? fmt::format("exit code {}", ran.end.code) : said);
}

void fetch(const run_config& config, const run_config::node_section& node, const fs::path& target,
           const launch_tools& tools) {
  const fs::path unfinished = target.string() + std::string(unfinished_suffix);
  const fs::path archive = target.string() + ".tar" + std::string(unfinished_suffix);
  fs::remove_all(unfinished);
  fs::create_directories(unfinished);
  {
    file_descriptor file(archive, O_WRONLY | O_CREAT | O_TRUNC);
    require_success(fetch_command(config, node, tools), &file);
    file.close();
  }
  require_success({.arguments = {"tar", "--no-same-owner", "--strip-components=1", "-C", unfinished.string(), "-xf",
                                 archive.string(), node.name}});
  fs::remove_all(target);
  fs::rename(unfinished, target);
  fs::remove(archive);
}

} // namespace

std::vector<std::string> fetch_nodes(const run_config& config, const run_folder& folder,
                                     const std::set<std::string>& left_out, const launch_tools& tools) {
  std::vector<std::string> problems;
  for (const auto& node : config.nodes) {
    const auto target = node_folder(folder.path(), node.name);
    // A copy has no lock (fetch_command).
    if (node.host == "local" || left_out.contains(node.name) || fs::exists(target / ".lock"))
      continue;
    try {
      fetch(config, node, target, tools);
    } catch (const std::exception& e) {
      problems.push_back(
        fmt::format("node {}: its folder cannot be fetched from {}: {}", node.name, node.host, e.what()));
      std::error_code ignored;
      fs::remove_all(target.string() + std::string(unfinished_suffix), ignored);
      fs::remove(target.string() + ".tar" + std::string(unfinished_suffix), ignored);
    }
  }
  return problems;
}

} // namespace paceline
