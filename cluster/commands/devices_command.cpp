#include "cluster/commands/commands.hpp"

#include "compute/devices.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace paceline {
namespace {

std::string to_text(const std::vector<device_info>& devices) {
  std::string text;
  for (const auto& device : devices) {
    const auto what = device.problem.empty()       ? device.description
                      : device.description.empty() ? "not usable: " + device.problem
                                                   : device.description + "; not usable: " + device.problem;
    text += fmt::format("{:<8}{}\n", device.name, what);
  }
  return text;
}

nlohmann::json to_json(const std::vector<device_info>& devices) {
  auto all = nlohmann::json::array();
  for (const auto& device : devices) {
    nlohmann::json object{{"name", device.name}, {"usable", device.problem.empty()}};
    if (!device.description.empty())
      object["description"] = device.description;
    if (!device.problem.empty())
      object["problem"] = device.problem;
    all.push_back(std::move(object));
  }
  return {{"devices", std::move(all)}};
}

} // namespace

void add_devices_command(CLI::App& app, command& chosen) {
  auto as_json = std::make_shared<bool>(false);
  auto* devices =
    app.add_subcommand("devices", "Say what workers can compute on here, and why something cannot be used");
  devices->add_flag("--json", *as_json, "Print one JSON object");
  devices->callback([as_json, &chosen] {
    chosen = [as_json] {
      const auto found = list_devices();
      std::cout << (*as_json ? to_json(found).dump() + "\n" : to_text(found));
      return static_cast<int>(success);
    };
  });
}

} // namespace paceline
