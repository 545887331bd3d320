#include "cluster/report/run_data.hpp"

#include "cluster/checkpoint/parameter_file.hpp"
#include "cluster/console/count_text.hpp"
#include "cluster/files/file_descriptor.hpp"
#include "cluster/files/io_failure.hpp"
#include "cluster/files/json_file.hpp"
#include "cluster/launch/resumed_config.hpp"
#include "cluster/record/merged_logs.hpp"
#include "cluster/record/run_folder.hpp"
#include "cluster/report/run_gatherer.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cmath>
#include <fstream>

#include <fcntl.h>

namespace paceline {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr auto log_names = {"metrics.jsonl", "leadership.jsonl"};

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Reads one log. The last line may be cut short; how many others are no records is counted in `damaged`.
void read_log(const fs::path& file, run_gatherer& gatherer, std::size_t& damaged) {
  // Says why a file cannot be opened, which a stream does not.
  file_descriptor(file, O_RDONLY).require_file();
  std::ifstream stream(file, std::ios::binary);
  for (std::string line; std::getline(stream, line);) {
    const auto record = json::parse(line, nullptr, false);
    const bool is_left_out = record.is_object() ? !gatherer.add_record(record) : !stream.eof();
    damaged += is_left_out ? 1 : 0;
  }
  if (stream.bad())
    throw io_failure(file, "read", errno);
}

/// The logs of nodes that nobody has gathered yet.
void read_logs_of_nodes(const run_data& data, run_gatherer& gatherer) {
  for (const auto* name : log_names) {
    std::vector<node_log> logs;
    for (const auto& node : data.config.nodes)
      logs.push_back({node.name, node_folder(data.folder, node.name) / name});
    read_merged_logs(logs, [&](const json& record) { gatherer.add_record(record); });
  }
}

/// Bytes of what a snapshot holds; a worker's momentum is not among it, and has a '/' in its name.
std::optional<double> snapshot_bytes_of(const fs::path& run) {
  // Only adds to what is known elsewhere: a damaged one is no reason to stop.
  try {
    const auto checkpoint = latest_checkpoint_of(run);
    if (!checkpoint)
      return std::nullopt;
    const parameter_file centre(*checkpoint);
    double bytes = 0;
    for (const auto& tensor : centre.tensors().tensors())
      if (tensor.name.find('/') == std::string::npos)
        bytes += static_cast<double>(tensor.size_bytes);
    return bytes;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

double number_under(const json& object, const char* key, double otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : otherwise;
}

void take_summary(const json& summary, run_data& data) {
  data.training_seconds = number_under(summary, "training_time", data.training_seconds);
  data.total_steps = number_under(summary, "total_steps", data.total_steps);
  data.steps_per_second = number_under(summary, "steps_per_second", not_measured);
  if (const auto last = summary.find("final_test"); last != summary.end() && last->is_object())
    data.final_test = {.centre_error = number_under(*last, "centre_error", not_measured),
                       .centre_loss = number_under(*last, "centre_loss", not_measured),
                       .leader_error = number_under(*last, "leader_error", not_measured),
                       .leader_loss = number_under(*last, "leader_loss", not_measured)};
}

void note_what_is_missing(bool has_summary, std::size_t damaged, run_data& data) {
  if (!has_summary && is_there(data.folder / "summary.json"))
    data.missing.emplace_back("its summary.json is damaged, and the latest lines of its logs count");
  else if (!has_summary)
    data.missing.emplace_back("no summary.json: the run goes on or was killed, and its latest lines count");
  if (data.tests.empty())
    data.missing.emplace_back("no test so far");
  if (data.progress.empty())
    data.missing.emplace_back("no progress so far");
  if (damaged > 0)
    data.missing.push_back(count_text(damaged, "line") + " of its logs cannot be read and "
                           + (damaged == 1 ? "is" : "are") + " left out");
}

} // namespace

run_data read_run(const fs::path& folder) {
  run_data data{.folder = folder, .config = config_of_run(folder, {})};
  data.name = data.config.output.name;
  for (std::uint32_t group = 0; group < data.config.groups.count; ++group)
    for (std::uint32_t index = 0; index < data.config.groups.workers; ++index)
      data.workers.insert({group, index});
  run_gatherer gatherer(data.config);
  std::size_t damaged = 0;
  const auto summary = read_json_or_null(folder / "summary.json");
  // What lies in the run's own folder of a run that was gathered before and goes on is old.
  if (!summary.is_object() && !data.config.nodes.empty() && is_there(folder / "nodes"))
    read_logs_of_nodes(data, gatherer);
  else
    for (const auto* name : log_names)
      if (is_there(folder / name))
        read_log(folder / name, gatherer, damaged);
  gatherer.finish(data);
  // What the launching process tests at the end is the whole run, and no point of the nodes' curves.
  if (data.tests.size() > 1)
    data.tests.erase("");
  if (const auto own = data.tests.find(""); own != data.tests.end() && !own->second.empty())
    data.final_test = own->second.back();
  if (summary.is_object())
    take_summary(summary, data);
  if (!std::isfinite(data.steps_per_second) && data.training_seconds > 0 && data.total_steps > 0)
    data.steps_per_second = data.total_steps / data.training_seconds;
  data.snapshot_bytes = snapshot_bytes_of(folder);
  if (summary.is_object() && summary.value("outcome", json()) == "failed")
    data.missing.emplace_back("its end: the run failed");
  note_what_is_missing(summary.is_object(), damaged, data);
  return data;
}

} // namespace paceline
