#include "cluster/console/progress_line.hpp"

#include "cluster/console/duration_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace paceline {

namespace {

constexpr std::size_t shortest_bar = 6;
constexpr std::size_t longest_bar = 40;
constexpr std::size_t gap = 2;

/// A part of the line. All text but the bar is ASCII: a byte is a cell.
struct field {
  std::string text;
  /// Select Graphic Rendition parameters.
  const char* colour;
  /// Fields of the highest number are left out first.
  int expendable;
  /// Room that it keeps in a bar, so that nothing moves or is left out because a number has a digit more than the one before.
  std::size_t cells;
  /// What stands instead when room gets short, and its cells; empty where nothing does.
  std::string short_text = {};
  std::size_t short_cells = 0;

  std::size_t taken() const { return std::max(text.size(), cells); }
};

std::string percent_text(double done) {
  const auto share = std::isfinite(done) ? std::clamp(done, 0.0, 1.0) : 0.0;
  // Rounded down: 100% is for a run that is over.
  return fmt::format("{:3.0f}%", std::floor(100 * share));
}

std::string leaders_text(const run_status& status) {
  std::string text;
  for (const auto& leader : status.group_leaders)
    text += leader ? fmt::format(" {}{}", leader == status.global_leader ? "*" : "", to_string(*leader)) : " -";
  const auto& global = status.global_leader;
  // Between two decisions the global leader may lead no group.
  if (global
      && std::find(status.group_leaders.begin(), status.group_leaders.end(), global) == status.group_leaders.end())
    text += fmt::format(" *{}", to_string(*global));
  return text.empty() ? text : "lead" + text;
}

/// Always three decimals, so that the bar beside it keeps its length from one drawing to the next; short for huge
/// numbers.
std::string loss_text(double loss) {
  return std::abs(loss) < 1000 ? fmt::format("loss {:.3f}", loss) : fmt::format("loss {:.3g}", loss);
}

/// Cells of a text as long as is usual.
constexpr std::size_t cells_of(std::string_view text) {
  return text.size();
}

field leaders_field(const run_status& status) {
  auto entry = cells_of(" *0.0");
  for (const auto& leader : status.group_leaders)
    entry = std::max(entry, leader ? to_string(*leader).size() + 2 : 0);
  // The global leader may stand beside those of the groups, or be one of them.
  const auto cells = cells_of("lead") + (status.group_leaders.size() + 1) * entry;
  auto all = status.global_leader ? fmt::format("lead *{}", to_string(*status.global_leader)) : std::string("lead -");
  return {leaders_text(status), "33", 5, cells, std::move(all), cells_of("lead") + entry};
}

std::vector<field> fields_of(const run_status& status) {
  std::vector<field> fields;
  if (status.done >= 1)
    fields.push_back({"testing", "0", 1, cells_of("testing")});
  else if (status.left)
    fields.push_back({"left " + to_clock_text(*status.left), "0", 1, cells_of("left 0:00:00")});
  if (status.steps_per_second)
    fields.push_back({fmt::format("{:.1f} steps/s", *status.steps_per_second), "0", 4, cells_of("9999.9 steps/s")});
  if (status.loss)
    fields.push_back({loss_text(*status.loss), "36", 2, cells_of("loss 99.999")});
  if (auto leaders = leaders_field(status); !leaders.text.empty())
    fields.push_back(std::move(leaders));
  if (status.test_error)
    fields.push_back({fmt::format("error {:.1f} %", 100 * *status.test_error), "32", 3, cells_of("error 99.9 %")});
  return fields;
}

std::size_t cells(const std::vector<field>& fields) {
  std::size_t sum = 0;
  for (const auto& f : fields)
    sum += gap + f.taken();
  return sum;
}

/// Shortens or leaves out fields, the most expendable first, until they take at most `room` cells.
void fit(std::vector<field>& fields, std::size_t room) {
  while (cells(fields) > room) {
    const auto least = std::max_element(fields.begin(), fields.end(),
                                        [](const field& a, const field& b) { return a.expendable < b.expendable; });
    if (least->short_text.empty() || least->short_cells >= least->taken()) {
      fields.erase(least);
    } else {
      least->text = std::exchange(least->short_text, {});
      least->cells = least->short_cells;
    }
  }
}

std::string bar(double done, std::size_t width, bool utf8) {
  constexpr const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto share = std::isfinite(done) ? std::clamp(done, 0.0, 1.0) : 0.0;
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(width) * 8);
  auto full = filled / 8;
  std::string text;
  for (std::size_t i = 0; i < full; ++i)
    text += utf8 ? "█" : "#";
  if (utf8 && filled % 8 != 0) {
    text += eighths[filled % 8];
    ++full;
  }
  for (std::size_t i = full; i < width; ++i)
    text += utf8 ? "░" : "-";
  return text;
}

std::string painted(const std::string& text, const char* colour, bool colours) {
  return colours ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : text;
}

} // namespace

std::string progress_bar_line(const run_status& status, const line_style& style) {
  const auto percent = percent_text(status.done);
  if (style.width < percent.size() + 1 + shortest_bar)
    return percent.substr(0, style.width);
  auto fields = fields_of(status);
  fit(fields, style.width - percent.size() - 1 - shortest_bar);
  const auto bar_width = std::min(longest_bar, style.width - percent.size() - 1 - cells(fields));
  auto line =
    painted(percent, "1", style.colours) + " " + painted(bar(status.done, bar_width, style.utf8), "34", style.colours);
  auto blanks = gap;
  for (const auto& f : fields) {
    line += std::string(blanks, ' ') + painted(f.text, f.colour, style.colours);
    blanks = gap + f.taken() - f.text.size();
  }
  return line;
}

std::string progress_log_line(const run_status& status) {
  auto line = fmt::format("[{}] {}", to_clock_text(status.elapsed), percent_text(status.done));
  for (const auto& f : fields_of(status))
    line += std::string(gap, ' ') + f.text;
  return line;
}

} // namespace paceline
