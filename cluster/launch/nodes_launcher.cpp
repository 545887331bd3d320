#include "cluster/launch/nodes_launcher.hpp"
#include "cluster/files/json_text.hpp"
#include "cluster/launch/device_check.hpp"

#include "cluster/config/nodes.hpp"
#include "cluster/config/run_config_json.hpp"
#include "cluster/console/background_lines.hpp"
#include "cluster/console/count_text.hpp"
#include "cluster/files/atomic_file.hpp"
#include "cluster/files/io_failure.hpp"
#include "cluster/files/json_file.hpp"
#include "cluster/launch/launch_timing.hpp"
#include "cluster/launch/node_ends_json.hpp"
#include "cluster/launch/node_fetch.hpp"
#include "cluster/launch/node_merger.hpp"
#include "cluster/launch/nothing_left.hpp"
#include "cluster/launch/resumed_config.hpp"
#include "cluster/launch/signal_watch.hpp"
#include "cluster/record/run_folder.hpp"
#include "cluster/wire/one_line.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>
#include <set>

namespace paceline {

namespace {

namespace fs = std::filesystem;

fs::path path_of(const run_config& config) {
  return config.output.folder / config.output.name;
}

void announce(const launch_options& options, std::ostream& out) {
  const auto& config = options.config;
  std::vector<std::string> names;
  for (const auto& node : config.nodes)
    names.push_back(node.name);
  out << escaped(fmt::format("{}: {} ({}) with {} of {}, {}{}", config.output.name, count_text(names.size(), "node"),
                             fmt::join(names, ", "), count_text(config.groups.count, "group"),
                             count_text(config.groups.workers, "worker"), path_of(config).string(),
                             options.resume ? "; resumed" : ""))
      << "\n";
  out.flush();
}

/// Takes hold of each node's folder for a moment. Throws invalid_input where its process still runs here.
void require_free(const run_config& config, const run_folder& folder) {
  for (const auto& node : config.nodes)
    if (const auto path = node_folder(folder.path(), node.name); node.host == "local" && holds_run(path))
      static_cast<void>(run_folder::resume(path));
}

bool all_local(const run_config& config) {
  return std::all_of(config.nodes.begin(), config.nodes.end(), [](const auto& node) { return node.host == "local"; });
}

bool any_began(const run_config& config, const run_folder& folder) {
  return std::any_of(config.nodes.begin(), config.nodes.end(),
                     [&](const auto& node) { return holds_run(node_folder(folder.path(), node.name)); });
}

std::vector<supervised_end> run_nodes(const launch_options& options, const launch_tools& tools,
                                      const run_folder& folder, signal_watch& signals, std::ostream& out,
                                      std::ostream& err) {
  const auto& config = options.config;
  std::vector<supervised_node> nodes;
  for (const auto& node : config.nodes)
    nodes.push_back(supervised_node_of(config, node, !options.resume, tools));
  const launch_timing timing(config.network.patience);
  background_lines lines(out, err);
  const supervision_settings settings{.limits = {.most = config.supervision.node_restarts,
                                                 .span = config.supervision.restart_window,
                                                 .first_wait = timing.first_restart_wait,
                                                 .longest_wait = timing.longest_restart_wait},
                                      .on_line =
                                        [&](const std::string& node, std::string_view line, bool is_error) {
                                          auto text = fmt::format("[{}] {}", node, escaped(line));
                                          is_error ? lines.to_err(std::move(text)) : lines.to_out(std::move(text));
                                        },
                                      .on_event = [&](const std::string& text) { lines.to_out(escaped(text)); },
                                      .signals = [&] { return signals.count(); },
                                      .on_signals_passed = [&](int passed) { signals.passed_on(passed); },
                                      .on_change =
                                        [&](const std::vector<supervised_end>& ends) {
                                          try {
                                            write_file_atomically(folder.node_ends(),
                                                                  json_text(to_json(ends), 2) + "\n");
                                          } catch (const io_failure& e) {
                                            // The nodes need this file for nothing; a disk that is full stops them by itself.
                                            lines.to_err("paceline: " + escaped(e.what()));
                                          }
                                        }};
  return supervise(nodes, settings);
}

/// Nodes that were started by hand left no config.json of the run; each has it, and they were of one run only where it is the same.
void adopt_config_of_a_node(const fs::path& run) {
  std::error_code error;
  if (holds_run(run))
    return;
  for (const auto& node : fs::directory_iterator(run / "nodes", error))
    if (holds_run(node.path()))
      return write_file_atomically(run / "config.json", read_whole_file(node.path() / "config.json"));
}

/// Whose groups the run did without: its processes came to no good end, made no step, and no other node ever saw them. (What a node did
/// whose host is gone cannot be fetched, but the others have seen it.)
bool took_no_part(const node_summary& node) {
  constexpr int interrupted = 130;
  if (!node.exit_code || *node.exit_code == 0 || *node.exit_code == interrupted)
    return false;
  return node.steps == 0 && !node.met_others;
}

/// A run ends well without nodes that died. One that never came is a mistake in the file or on its host, which nobody should miss.
launch_exit exit_of_finished(const run_summary& summary, const fs::path& folder, std::ostream& err) {
  std::vector<std::string> absent;
  for (const auto& node : summary.nodes)
    if (took_no_part(node))
      absent.push_back(fmt::format("{} (exit code {})", node.name, *node.exit_code));
  if (absent.empty())
    return launch_exit::finished;
  err << escaped(fmt::format("paceline: {}: the run finished without {}, which took no part: {}", folder.string(),
                             absent.size() == 1 ? "a node" : "nodes", fmt::join(absent, ", ")))
      << "\n";
  return launch_exit::failed;
}

std::set<std::string> never_began(const std::vector<supervised_end>& ends) {
  std::set<std::string> names;
  for (const auto& end : ends)
    if (end.never_began)
      names.insert(end.name);
  return names;
}

/// Says of nodes that trained without the others, where they took part: each has its own best model then.
void warn_of_lonely_nodes(const run_summary& summary, const fs::path& folder, std::ostream& err) {
  std::vector<std::string> lonely;
  for (const auto& node : summary.nodes)
    if (node.steps > 0 && !node.met_others)
      lonely.push_back(node.name);
  if (summary.nodes.size() > 1 && !lonely.empty())
    err << escaped(
      fmt::format("paceline: {}: {} {} never met another node and trained alone; `paceline preflight` tests "
                  "the links between them",
                  folder.string(), lonely.size() == 1 ? "node" : "nodes", fmt::join(lonely, ", ")))
        << "\n";
}

/// Fetches, merges and tells.
launch_exit conclude(const run_config& config, const run_folder& folder, const std::vector<supervised_end>& ends,
                     const launch_tools& tools, std::ostream& out, std::ostream& err) {
  for (const auto& problem : fetch_nodes(config, folder, never_began(ends), tools))
    err << "paceline: " << escaped(problem) << "\n";
  const auto summary = merge_nodes(config, folder, ends);
  out << to_text(summary);
  warn_of_lonely_nodes(summary, folder.path(), err);
  switch (summary.outcome) {
    case run_outcome::finished:
      return exit_of_finished(summary, folder.path(), err);
    case run_outcome::interrupted:
      out << fmt::format("  go on with   paceline launch --resume {}\n", escaped(folder.path().string()));
      return launch_exit::interrupted;
    case run_outcome::failed:
      break;
  }
  err << fmt::format("paceline: {}: the run failed: {}\n", escaped(folder.path().string()),
                     summary.failures.empty() ? "no node came to its end" : escaped(summary.failures.back().what));
  return launch_exit::failed;
}

} // namespace

launch_exit launch_nodes(const launch_options& options, const launch_tools& tools, std::ostream& out,
                         std::ostream& err) {
  constexpr int ending_signal = 3;
  signal_watch signals(ending_signal, signal_watch::passing::to_others);
  const auto& config = options.config;
  require_devices(config);
  auto folder = options.resume ? run_folder::resume(path_of(config)) : run_folder::create(path_of(config));
  if (options.resume && is_over(config, folder)) {
    out << escaped(folder.path().string()) << ": " << nothing_left_text(config) << std::endl;
    return launch_exit::finished;
  }
  std::error_code error;
  if (fs::create_directory(folder.nodes(), error); error)
    throw io_failure(folder.nodes(), "create folder", error.value());
  require_free(config, folder);
  if (uses_ipc(config))
    make_ipc_folder(config);
  write_file_atomically(folder.config(), to_json(config).dump(2) + "\n");
  // Of an earlier part, whose end is not this one's.
  fs::remove(folder.node_ends(), error);
  fs::remove(folder.summary(), error);
  announce(options, out);
  const auto ends = run_nodes(options, tools, folder, signals, out, err);
  signals.passed_on(ending_signal);
  if (uses_ipc(config))
    fs::remove_all(ipc_folder(config), error); // what killed nodes left as well
  if (all_local(config) && !any_began(config, folder)) {
    if (signals.signalled()) {
      out << "interrupted before the run began; nothing was changed" << std::endl;
      return launch_exit::interrupted;
    }
    err << fmt::format("paceline: {}: no node could begin\n", escaped(folder.path().string()));
    return launch_exit::failed;
  }
  folder.keep();
  return conclude(config, folder, ends, tools, out, err);
}

launch_exit summarise_nodes(const fs::path& folder_path, const launch_tools& tools, std::ostream& out,
                            std::ostream& err) {
  adopt_config_of_a_node(folder_path);
  const auto config = config_of_run(folder_path, {});
  std::error_code error;
  if (config.nodes.empty())
    throw invalid_input(
      folder_path.string()
      + (fs::exists(folder_path / "summary.json", error)
           ? ": has no nodes; its summary.json was written by the run itself"
           : ": has no nodes to gather from, and its run did not come to an end; launch --resume goes on with it"));
  const auto folder = run_folder::resume(folder_path);
  require_free(config, folder);
  if (all_local(config) && !any_began(config, folder))
    throw invalid_input(fmt::format("{}: none of its nodes has left anything in {}; nothing was changed",
                                    folder_path.string(), folder.nodes().string()));
  if (uses_ipc(config)) {
    std::error_code ignored;
    fs::remove_all(ipc_folder(config), ignored); // the launching process was killed before it could
  }
  const auto ends = ends_from_json(read_json_or_null(folder.node_ends()));
  return conclude(config, folder, ends, tools, out, err);
}

} // namespace paceline
