#include "cluster/bench/layer_roofline.hpp"

#include "cluster/bench/median.hpp"
#include "cluster/config/layer_keys.hpp"
#include "compute/layer_cost.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace paceline {

namespace {

/// "conv1 convolution relu": the first one's name, and what they are.
std::string names_of(std::span<const layer> layers) {
  auto names = layers.front().name;
  for (const auto& l : layers)
    names += (names.empty() ? "" : " ") + layer_kind_name{}.names()[l.kind.index()];
  return names;
}

pass_roofline beside(double seconds, const pass_cost& cost, const machine_limits& limits) {
  if (seconds <= 0)
    return {};
  return {seconds, cost.operations / seconds / limits.operations_per_second,
          cost.bytes / seconds / limits.bytes_per_second};
}

double median_seconds(const std::vector<std::vector<layer_report>>& steps, std::size_t row,
                      std::chrono::nanoseconds layer_report::*pass) {
  std::vector<double> seconds;
  for (const auto& step : steps)
    seconds.push_back(std::chrono::duration<double>(step[row].*pass).count());
  return median(seconds);
}

nlohmann::json json_of(const pass_roofline& pass) {
  return {{"seconds", pass.seconds}, {"of_peak", pass.of_peak}, {"of_bandwidth", pass.of_bandwidth}};
}

std::string text_of(const pass_roofline& pass) {
  if (pass.seconds == 0)
    return fmt::format("{:>8} {:>5} {:>7}", "-", "", "");
  // A batch norm whose passes over memory the convolutions beside it make has only its channels' numbers to work out.
  constexpr double no_pass_of_its_own = 10;
  const auto share = [](double of) { return fmt::format("{:.0f}%", 100 * of); };
  return fmt::format("{:8.2f} {:>5} {:>7}", 1000 * pass.seconds, pass.of_peak == 0 ? "" : share(pass.of_peak),
                     pass.of_bandwidth > no_pass_of_its_own ? "-" : share(pass.of_bandwidth));
}

} // namespace

std::vector<roofline_row> roofline_of(const model& network, const std::vector<std::vector<layer_report>>& steps,
                                      std::int64_t batch_size, const machine_limits& limits) {
  const auto layers = network.layers();
  const auto& reports = steps.front();
  std::vector<roofline_row> rows;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const auto first = reports[i].layer;
    const auto end = i + 1 < reports.size() ? reports[i + 1].layer : layers.size();
    const auto part = layers.subspan(first, end - first);
    auto& row = rows.emplace_back();
    row.layers = names_of(part);
    for (const auto& by : {reports[i].forward_by, reports[i].backward_weights_by, reports[i].backward_data_by})
      if (!by.empty())
        row.by.push_back(by);
    row.forward = beside(median_seconds(steps, i, &layer_report::forward), forward_cost(part, batch_size), limits);
    row.backward = beside(median_seconds(steps, i, &layer_report::backward),
                          backward_cost(part, batch_size, needs_input_gradient(layers, part.front())), limits);
  }
  return rows;
}

std::string to_text(const std::vector<roofline_row>& rows, const machine_limits& limits, double rest_seconds) {
  constexpr std::string_view rest = "loss, optimiser";
  std::size_t longest = rest.size();
  for (const auto& row : rows)
    longest = std::max(longest, row.layers.size());
  auto text = fmt::format(
    "a core of this machine: {:.1f} GF/s in fp32, {:.1f} GB/s; % of these, operations counted as the layer is defined\n"
    "(beyond 100: fewer were needed, a cache held the data, or a layer beside it did the work; -: too short to tell)\n"
    "{:<{}} {:>8} {:>5} {:>7} {:>8} {:>5} {:>7}  {}",
    limits.operations_per_second / 1e9, limits.bytes_per_second / 1e9, "layers", longest, "fwd ms", "peak", "memory",
    "bwd ms", "peak", "memory", "by (one for all passes, or forward, weights' and input's gradient)");
  for (const auto& row : rows)
    text += fmt::format("\n{:<{}} {} {}{}{}", row.layers, longest, text_of(row.forward), text_of(row.backward),
                        row.by.empty() ? "" : "  ", fmt::join(row.by, ", "));
  return text + fmt::format("\n{:<{}} {:8.2f}", rest, longest, 1000 * rest_seconds);
}

nlohmann::json to_json(const std::vector<roofline_row>& rows, const machine_limits& limits, double rest_seconds) {
  auto layers = nlohmann::json::array();
  for (const auto& row : rows)
    layers.push_back(
      {{"layers", row.layers}, {"by", row.by}, {"forward", json_of(row.forward)}, {"backward", json_of(row.backward)}});
  return {{"operations_per_second", limits.operations_per_second},
          {"bytes_per_second", limits.bytes_per_second},
          {"rows", layers},
          {"rest_seconds", rest_seconds}};
}

} // namespace paceline
