#include "cluster/launch/node_commands.hpp"

#include "cluster/config/run_config_json.hpp"
#include "cluster/launch/launch_timing.hpp"
#include "cluster/record/run_folder.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <utility>

namespace paceline {

namespace {

using node_section = run_config::node_section;

/// Options of `paceline node` beside the node's name.
using option_list = std::vector<std::string>;

std::vector<std::string> node_arguments(const std::string& executable, const node_section& node,
                                        const option_list& options) {
  std::vector<std::string> arguments{executable, "node", "-", "--name", node.name};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return arguments;
}

std::string shell_words(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) {
    line += line.empty() ? "" : " ";
    line += shell_quoted(word);
  }
  return line;
}

/// A script for the other host's /bin/sh, whatever shell the user has there.
child_command over_ssh(const run_config& config, const node_section& node, const std::string& script,
                       const launch_tools& tools) {
  const launch_timing timing(config.network.patience);
  auto arguments = tools.ssh;
  for (const auto& option :
       {std::string("BatchMode=yes"), fmt::format("ConnectTimeout={}", timing.ssh_connect.count()),
        fmt::format("ServerAliveInterval={}", timing.ssh_alive.count()), std::string("ServerAliveCountMax=3")}) {
    arguments.emplace_back("-o");
    arguments.push_back(option);
  }
  arguments.emplace_back("-T");
  if (node.port != 0) {
    arguments.emplace_back("-p");
    arguments.push_back(std::to_string(node.port));
  }
  if (!node.user.empty()) {
    arguments.emplace_back("-l");
    arguments.push_back(node.user);
  }
  arguments.emplace_back("--");
  arguments.push_back(node.host);
  arguments.push_back("exec sh -c " + shell_quoted(script));
  return {.arguments = std::move(arguments)};
}

std::string enter_folder(const node_section& node) {
  return node.folder.empty() ? std::string() : fmt::format("cd {} && ", shell_quoted(node.folder.string()));
}

/// Ends what is left of the node on its host, if that process is still one of this name: cleanly where it can.
std::string end_earlier(const run_config& config, const node_section& node, long id) {
  return fmt::format(
    "is_left() {{ tr '\\0' '\\n' 2>/dev/null </proc/{0}/cmdline | grep -qxF -e {1}; }}; "
    "if is_left; then kill -TERM {0}; n=0; while is_left && [ $n -lt {2} ]; do sleep 1; n=$((n+1)); done; "
    "is_left && kill -KILL {0}; fi; ",
    id, shell_quoted(node.name), launch_timing(config.network.patience).ssh_connect.count());
}

child_command remote_start(const run_config& config, const node_section& node, const option_list& options,
                           const launch_tools& tools, const std::string& before = {}) {
  std::vector<std::string> words{"env"};
  for (const auto& [name, value] : node.environment)
    words.push_back(fmt::format("{}={}", name, value));
  for (const auto& argument : node_arguments(node.path.empty() ? "paceline" : node.path.string(), node, options))
    words.push_back(argument);
  const auto script =
    fmt::format("{}echo \"{}$$\" && {}exec {}", before, remote_id_prefix, enter_folder(node), shell_words(words));
  auto command = over_ssh(config, node, script, tools);
  command.input = to_json(config).dump();
  return command;
}

child_command local_start(const run_config& config, const node_section& node, const option_list& options,
                          const launch_tools& tools) {
  return {.arguments = node_arguments(tools.executable, node, options),
          .environment = node.environment,
          .input = to_json(config).dump()};
}

const option_list new_run{"--new"};

supervised_node made(const run_config& config, const node_section& node, const option_list& first,
                     const option_list& again, const option_list& together, const launch_tools& tools) {
  if (node.host == "local")
    return {.name = node.name,
            .start = local_start(config, node, first, tools),
            .restart = local_start(config, node, again, tools),
            .restart_together = local_start(config, node, together, tools),
            .is_new = first == new_run};
  return {.name = node.name,
          .start = remote_start(config, node, first, tools),
          .restart = remote_start(config, node, again, tools),
          .restart_together = remote_start(config, node, together, tools),
          .is_new = first == new_run,
          .signal_elsewhere =
            [=](long id, int signal) { return over_ssh(config, node, fmt::format("kill -{} {}", signal, id), tools); },
          .restart_elsewhere =
            [=](long earlier, bool all) {
              return remote_start(config, node, all ? together : again, tools, end_earlier(config, node, earlier));
            }};
}

} // namespace

std::string own_executable() {
  const std::filesystem::path link = "/proc/self/exe";
  std::error_code gone;
  const auto file = std::filesystem::read_symlink(link, gone);
  return !gone && std::filesystem::exists(file, gone) ? file.string() : link.string();
}

supervised_node supervised_node_of(const run_config& config, const node_section& node, bool is_new,
                                   const launch_tools& tools) {
  return made(config, node, is_new ? new_run : option_list{"--together"}, {}, {"--together"}, tools);
}

supervised_node measuring_node_of(const run_config& config, const node_section& node, const launch_tools& tools) {
  return made(config, node, {"--measure"}, {"--measure"}, {"--measure"}, tools);
}

child_command fetch_command(const run_config& config, const node_section& node, const launch_tools& tools) {
  const auto folder = node_folder(config.output.folder / config.output.name, node.name);
  const auto script = fmt::format("{}exec tar --exclude=.lock '--exclude=*.damaged' -C {} -cf - {}", enter_folder(node),
                                  shell_quoted(folder.parent_path().string()), shell_quoted(node.name));
  return over_ssh(config, node, script, tools);
}

std::string shell_quoted(std::string_view text) {
  std::string quoted(1, '\'');
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  quoted += '\'';
  return quoted;
}

} // namespace paceline
