#include "cluster/commands/commands.hpp"

#include "cluster/config/nearest_key.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace paceline {

std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::string before;
  const auto* at = &app;
  for (auto below = at->get_subcommands(); !below.empty(); below = at->get_subcommands()) {
    at = below.front();
    before += at->get_name() + " ";
  }
  const auto help = fmt::format("see {} {}--help", app.get_name(), before);
  std::vector<std::string> known;
  // One without a group is not for people.
  for (const auto* command : at->get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); }))
    known.push_back(command->get_name());
  if (known.empty())
    return fmt::format("{}; {}", error.what(), help);
  const auto unknown = at->remaining();
  if (unknown.empty())
    return fmt::format("a command is missing, one of {}; {}", fmt::join(known, ", "), help);
  const auto nearest = nearest_key(unknown.front(), known);
  const auto hint =
    nearest.empty() ? fmt::format("known are {}", fmt::join(known, ", ")) : fmt::format("did you mean {}?", nearest);
  return fmt::format("there is no command \"{}{}\", {}; {}", before, unknown.front(), hint, help);
}

} // namespace paceline
