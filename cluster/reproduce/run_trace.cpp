#include "cluster/reproduce/run_trace.hpp"

#include "cluster/files/file_descriptor.hpp"
#include "cluster/files/io_failure.hpp"
#include "cluster/launch/resumed_config.hpp"
#include "cluster/record/record_fields.hpp"
#include "messages/ids.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>

#include <fcntl.h>

namespace paceline {

namespace {

using nlohmann::json;

void for_each_record(const std::filesystem::path& file, const std::function<void(const json&)>& use) {
  // Says why a file cannot be opened, which a stream does not.
  file_descriptor(file, O_RDONLY).require_file();
  std::ifstream stream(file, std::ios::binary);
  for (std::string line; std::getline(stream, line);)
    if (const auto record = json::parse(line, nullptr, false); record.is_object())
      use(record);
  if (stream.bad())
    throw io_failure(file, "read", errno);
}

double number_or_nan(const json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

/// A line of type "point".
traced_point traced_point_of(const json& record) {
  traced_point p{.steps = count_of(record, "steps").value_or(0), .loss = number_or_nan(record.value("loss", json()))};
  if (const auto point = record.value("point", json()); point.is_array())
    for (const auto& coordinate : point)
      p.point.push_back(number_or_nan(coordinate));
  return p;
}

} // namespace

run_trace read_trace(const std::filesystem::path& folder) {
  const auto config = config_of_run(folder, {});
  run_trace trace;
  trace.workers.resize(config.workers());
  const auto position = [&](const json& record, const char* key) {
    const auto id = worker_id_from_text(text_of(record, key));
    return id ? std::size_t{id->group} * config.groups.workers + id->index : trace.workers.size();
  };
  for_each_record(folder / "metrics.jsonl", [&](const json& record) {
    if (text_of(record, "type") != "point")
      return;
    if (const auto worker = position(record, "worker"); worker < trace.workers.size())
      trace.workers[worker].push_back(traced_point_of(record));
  });
  std::vector<std::size_t> of_group;
  for_each_record(folder / "leadership.jsonl", [&](const json& record) {
    const auto leader = position(record, "leader");
    if (text_of(record, "type") != "leader" || leader >= trace.workers.size())
      return;
    if (text_of(record, "scope") == to_string(scope::global))
      trace.leaders.push_back(leader);
    else if (count_of(record, "group") == 0)
      of_group.push_back(leader);
  });
  if (trace.leaders.empty())
    trace.leaders = std::move(of_group);
  return trace;
}

std::vector<figure_point> best_losses(const run_trace& trace) {
  std::vector<figure_point> best;
  for (std::size_t i = 0;; ++i) {
    double least = std::numeric_limits<double>::quiet_NaN();
    for (const auto& path : trace.workers) {
      if (i >= path.size())
        return best;
      // Of a number and none the number.
      least = std::fmin(least, path[i].loss);
    }
    if (trace.workers.empty())
      return best;
    best.push_back({static_cast<double>(trace.workers.front()[i].steps), least});
  }
}

std::vector<figure_point> losses_of(const run_trace& trace, std::size_t worker) {
  std::vector<figure_point> losses;
  for (const auto& at : trace.workers.at(worker))
    losses.push_back({static_cast<double>(at.steps), at.loss});
  return losses;
}

banded_curve median_of_curves(const std::vector<std::vector<figure_point>>& curves) {
  banded_curve result;
  if (curves.empty())
    return result;
  const auto shortest =
    std::min_element(curves.begin(), curves.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  for (std::size_t i = 0; i < shortest->size(); ++i) {
    std::vector<double> values;
    for (const auto& curve : curves)
      values.push_back(curve[i].y);
    std::sort(values.begin(), values.end());
    const auto x = (*shortest)[i].x;
    result.points.push_back({x, values[(values.size() - 1) / 2]});
    if (values.size() > 1)
      result.band.push_back({x, values.front(), values.back()});
  }
  return result;
}

std::vector<led_iterations> turns_of(std::span<const std::size_t> leaders) {
  std::vector<led_iterations> turns;
  for (std::size_t i = 0; i < leaders.size(); ++i) {
    if (turns.empty() || turns.back().worker != leaders[i])
      turns.push_back({.worker = leaders[i], .first = i + 1, .last = i + 1});
    turns.back().last = i + 1;
  }
  return turns;
}

std::string turns_text(std::span<const led_iterations> turns) {
  std::string text;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const auto& turn = turns[i];
    text += i == 0 ? "" : ", ";
    if (i + 1 == turns.size())
      text += fmt::format("{} ({} on)", turn.worker + 1, turn.first);
    else if (turn.first == turn.last)
      text += fmt::format("{} ({})", turn.worker + 1, turn.first);
    else
      text += fmt::format("{} ({} to {})", turn.worker + 1, turn.first, turn.last);
  }
  return text;
}

figure_curve lanes_of(std::span<const led_iterations> turns) {
  figure_curve lanes{.style = curve_style::lanes, .colour = 0};
  for (const auto& turn : turns)
    // An iteration reaches half a one to either side of its number.
    lanes.spans.push_back({static_cast<double>(turn.first) - 0.5, static_cast<double>(turn.last) + 0.5, turn.worker});
  return lanes;
}

std::vector<std::string> worker_names(std::size_t workers) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < workers; ++i)
    names.push_back(fmt::format("worker {}", i + 1));
  return names;
}

} // namespace paceline
