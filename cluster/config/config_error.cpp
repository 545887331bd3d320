#include "cluster/config/config_error.hpp"

#include "cluster/wire/one_line.hpp"

#include <algorithm>

namespace paceline {

namespace {

std::string joined(std::span<const config_error> errors) {
  std::string text;
  for (const auto& error : errors) {
    text += text.empty() ? "" : "\n";
    text += error.line();
  }
  return text;
}

} // namespace

std::string config_error::line() const {
  std::string text = place;
  // An override names the path itself.
  const bool place_names_path = !path.empty() && place.starts_with("--set " + path + "=");
  if (!path.empty() && !place_names_path) {
    text += text.empty() ? "" : ": ";
    text += path;
  }
  text += text.empty() ? "" : ": ";
  switch (what) {
    case kind::unreadable:
      text += found;
      break;
    case kind::unknown_key:
      text += "unknown key";
      // A slip of the pen has nothing to do with the kind.
      if (nearest.empty())
        text += (beside.empty() ? "" : " with " + beside) + "; known here: " + allowed;
      break;
    case kind::bad_value:
      text += "found " + found + ", allowed: " + allowed;
      break;
  }
  if (!nearest.empty())
    text += "; did you mean " + nearest + "?";
  return escaped(text);
}

config_errors::config_errors(std::vector<config_error> errors)
  : invalid_input(joined(errors)), errors_(std::move(errors)) {}

bool lies_within(std::string_view path, std::string_view ancestor) {
  return path.starts_with(ancestor)
         && (ancestor.empty() || path.size() == ancestor.size() || path[ancestor.size()] == '.'
             || path[ancestor.size()] == '[');
}

void error_list::add(config_error error) {
  if (error.place.empty()) {
    error.place = place_;
    // Longer paths come later in the map, so the last match is the closest.
    for (const auto& [path, origin] : origins_)
      if (lies_within(error.path, path))
        error.place = origin;
  }
  errors_.push_back(std::move(error));
}

void error_list::set_origin(const std::string& path, std::string origin) {
  std::erase_if(origins_, [&](const auto& entry) { return lies_within(entry.first, path); });
  origins_[path] = std::move(origin);
}

bool error_list::is_clean(std::string_view path) const {
  return std::none_of(errors_.begin(), errors_.end(), [&](const config_error& error) {
    return lies_within(error.path, path) || (!error.path.empty() && lies_within(path, error.path));
  });
}

void error_list::throw_if_any() const {
  if (!errors_.empty())
    throw config_errors(errors_);
}

} // namespace paceline
