#include "cluster/config/value_kinds.hpp"

#include "cluster/wire/one_line.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace paceline {

std::optional<double> number::read(const config_json& found) const {
  if (!found.is_number())
    return std::nullopt;
  const auto value = found.get<double>();
  const bool above_low = low_open ? value > low : value >= low;
  const bool below_high = high_open ? value < high : value <= high;
  if (!std::isfinite(value) || !above_low || !below_high)
    return std::nullopt;
  return value;
}

std::string number::allowed(const config_json&) const {
  const auto from = fmt::format("{} {}", low_open ? "above" : "of at least", low);
  if (std::isinf(high))
    return "a number " + from;
  if (!low_open && !high_open)
    return fmt::format("a number from {} to {}", low, high);
  return fmt::format("a number {} and {} {}", from, high_open ? "below" : "at most", high);
}

std::optional<bool> flag::read(const config_json& found) const {
  return found.is_boolean() ? std::optional(found.get<bool>()) : std::nullopt;
}

std::optional<std::chrono::nanoseconds> positive_duration::read(const config_json& found) const {
  if (!found.is_string())
    return std::nullopt;
  const auto duration = parse_duration(found.get_ref<const std::string&>());
  return duration && duration->count() > 0 ? duration : std::nullopt;
}

std::string positive_duration::allowed(const config_json& found) const {
  if (found.is_number() && found.get<double>() > 0)
    return fmt::format("a duration in quotes with its unit, such as \"{0}s\" or \"{0}min\"", shown(found));
  return "a duration above 0 with its unit, such as \"30s\", \"10min\", \"1.5h\" or \"250ms\"";
}

std::optional<std::string> text::read(const config_json& found) const {
  return found.is_string() && found != "" ? std::optional(found.get<std::string>()) : std::nullopt;
}

std::optional<std::string> device_name::read(const config_json& found) const {
  if (!found.is_string())
    return std::nullopt;
  const auto name = found.get<std::string>();
  constexpr std::string_view gpu = "cuda:";
  constexpr std::size_t most_digits = 3;
  const auto number = name.starts_with(gpu) ? std::string_view(name).substr(gpu.size()) : std::string_view();
  const bool is_gpu =
    !number.empty() && number.size() <= most_digits && number.find_first_not_of("0123456789") == std::string_view::npos;
  if (is_gpu || name == "cpu" || name == "reference" || name == "auto")
    return name;
  return std::nullopt;
}

std::optional<std::string> any_text::read(const config_json& found) const {
  return found.is_string() ? std::optional(found.get<std::string>()) : std::nullopt;
}

std::optional<std::string> file_name::read(const config_json& found) const {
  if (!found.is_string() || found == "." || found == "..")
    return std::nullopt;
  auto name = found.get<std::string>();
  const bool fits = name.size() <= longest && name.find('/') == std::string::npos && escaped(name) == name;
  return fits ? std::optional(std::move(name)) : std::nullopt;
}

std::optional<std::filesystem::path> file_path::read(const config_json& found) const {
  if (!found.is_string())
    return std::nullopt;
  const auto& name = found.get_ref<const std::string&>();
  std::filesystem::path path(name);
  const bool fits = name.size() <= longest && name.find('\0') == std::string::npos
                    && std::all_of(path.begin(), path.end(),
                                   [](const auto& part) { return part.native().size() <= file_name::longest; });
  return fits ? std::optional(std::move(path)) : std::nullopt;
}

std::optional<std::vector<double>> rising_shares::read(const config_json& found) const {
  if (!found.is_array())
    return std::nullopt;
  std::vector<double> shares;
  for (const auto& element : found) {
    const auto share = number{shares.empty() ? 0 : shares.back(), 1, true, true}.read(element);
    if (!share)
      return std::nullopt;
    shares.push_back(*share);
  }
  return shares;
}

std::string one_of_these(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i)
    list += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + shown(names[i]);
  return names.size() == 1 ? list : "one of " + list;
}

choice<std::string> one_of(const std::vector<std::string>& names) {
  choice<std::string> result;
  for (const auto& name : names)
    result.options.emplace_back(name, name);
  return result;
}

} // namespace paceline
