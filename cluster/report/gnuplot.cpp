#include "cluster/report/gnuplot.hpp"

#include "cluster/config/config_json.hpp"
#include "cluster/launch/child_process.hpp"
#include "cluster/report/gnuplot_axes.hpp"
#include "cluster/report/gnuplot_text.hpp"
#include "cluster/wire/one_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <vector>

namespace paceline {

namespace {

/// Of Okabe and Ito, without the yellow that is hard to see on white.
constexpr std::array<std::string_view, 7> palette{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                  "#E69F00", "#56B4E9", "#000000"};
/// Beyond the palette's end its colours come again with other dashes.
constexpr std::array<std::string_view, 4> dashes{"1", "(10,5)", "(4,4)", "(12,4,3,4)"};

/// Share of a category's width that its bars take together.
constexpr double bars_width = 0.8;
/// In letters; more do not fit into the width of a drawing.
constexpr std::size_t longest_label_drawn = 80;
constexpr double lane_height = 0.7;

struct look_of_curve {
  std::string_view colour;
  std::string_view dash;
};

look_of_curve look_of(const figure& f, std::size_t index) {
  const auto& curve = f.curves[index];
  const auto number = curve.colour.value_or(index);
  const auto round = number / palette.size() + (curve.dashed ? 1 : 0);
  return {palette[number % palette.size()], dashes[round % dashes.size()]};
}

/// How gnuplot is to join or mark the points of a line.
std::string line_of(curve_style style, const look_of_curve& look) {
  switch (style) {
    case curve_style::points:
      return fmt::format("points pt 7 ps 0.45 lc rgb '{}'", look.colour);
    case curve_style::marked_lines:
      return fmt::format("linespoints pt 7 ps 0.5 lw 2 lc rgb '{}' dt {}", look.colour, look.dash);
    case curve_style::steps:
      return fmt::format("steps lw 2 lc rgb '{}' dt {}", look.colour, look.dash);
    default:
      return fmt::format("lines lw 2 lc rgb '{}' dt {}", look.colour, look.dash);
  }
}

/// The data blocks of a script, and the parts of its plot command that draw from them.
class plot_writer {
 public:
  explicit plot_writer(const figure& f) : figure_(f) {
    for (const auto& curve : f.curves)
      bar_curves_ += curve.style == curve_style::bars ? 1 : 0;
    // Bands first: they lie behind all lines.
    for (std::size_t i = 0; i < f.curves.size(); ++i)
      if (f.curves[i].style != curve_style::bars)
        add_band(i);
    for (std::size_t i = 0; i < f.curves.size(); ++i)
      add_curve(i);
  }

  const std::string& data() const { return data_; }
  std::string command() const { return "plot " + join_parts() + "\n"; }

 private:
  std::string join_parts() const {
    std::string joined;
    for (const auto& part : parts_)
      joined += (joined.empty() ? "" : ", \\\n  ") + part;
    return joined;
  }

  /// Opens a data block, and returns its name.
  std::string open_block() {
    auto name = fmt::format("$d{}", blocks_++);
    data_ += name + " << EOD\n";
    return name;
  }

  void close_block() { data_ += "EOD\n"; }

  void add_row(std::initializer_list<double> values) {
    for (const auto value : values)
      data_ += fmt::format("{:.8g} ", value);
    data_ += '\n';
  }

  /// In gnuplot's data an empty line ends a line that is drawn.
  void break_line() { data_ += '\n'; }

  static std::string title_of(const figure_curve& curve) {
    return curve.label.empty() ? "notitle" : "title " + gnuplot_quoted(shortened(curve.label, longest_label_drawn));
  }

  void add_band(std::size_t index) {
    const auto& curve = figure_.curves[index];
    if (curve.band.empty())
      return;
    const auto block = open_block();
    for (const auto& point : curve.band)
      if (can_stand_on(figure_.x, point.x) && can_stand_on(figure_.y, point.low) && can_stand_on(figure_.y, point.high))
        add_row({point.x, point.low, point.high});
      else
        break_line();
    close_block();
    parts_.push_back(
      fmt::format("{} using 1:2:3 with filledcurves fc rgb '{}' fs transparent solid 0.18 noborder notitle", block,
                  look_of(figure_, index).colour));
  }

  void add_curve(std::size_t index) {
    switch (figure_.curves[index].style) {
      case curve_style::bars:
        add_bars(index);
        break;
      case curve_style::lanes:
        add_lanes(index);
        break;
      default:
        add_line(index);
    }
  }

  void add_line(std::size_t index) {
    const auto& curve = figure_.curves[index];
    if (curve.points.empty())
      return;
    const auto block = open_block();
    for (const auto& point : curve.points)
      if (can_stand_on(figure_.x, point.x) && can_stand_on(figure_.y, point.y))
        add_row({point.x, point.y});
      else
        break_line();
    close_block();
    parts_.push_back(
      fmt::format("{} using 1:2 with {} {}", block, line_of(curve.style, look_of(figure_, index)), title_of(curve)));
  }

  void add_bars(std::size_t index) {
    const auto& curve = figure_.curves[index];
    const auto width = bars_width / static_cast<double>(bar_curves_);
    const auto shift = (static_cast<double>(bars_drawn_) - static_cast<double>(bar_curves_ - 1) / 2) * width;
    ++bars_drawn_;
    if (curve.points.empty())
      return;
    const auto block = open_block();
    for (const auto& point : curve.points)
      add_row({point.x + shift, point.y, width * 0.9});
    close_block();
    parts_.push_back(fmt::format("{} using 1:2:3 with boxes fc rgb '{}' fs solid 0.85 noborder {}", block,
                                 look_of(figure_, index).colour, title_of(curve)));
    if (curve.band.empty())
      return;
    const auto errors = open_block();
    for (const auto& point : curve.band)
      add_row({point.x + shift, point.low, 0, point.high - point.low});
    close_block();
    parts_.push_back(fmt::format("{} using 1:2:3:4 with vectors nohead lw 1.4 lc rgb '#333333' notitle", errors));
  }

  void add_lanes(std::size_t index) {
    const auto& curve = figure_.curves[index];
    if (curve.spans.empty())
      return;
    const auto block = open_block();
    for (const auto& span : curve.spans) {
      const auto lane = static_cast<double>(span.lane);
      add_row(
        {(span.begin + span.end) / 2, lane, span.begin, span.end, lane - lane_height / 2, lane + lane_height / 2});
    }
    close_block();
    parts_.push_back(fmt::format("{} using 1:2:3:4:5:6 with boxxyerror fc rgb '{}' fs solid noborder {}", block,
                                 look_of(figure_, index).colour, title_of(curve)));
  }

  const figure& figure_;
  std::size_t bar_curves_ = 0;
  std::size_t bars_drawn_ = 0;
  std::size_t blocks_ = 0;
  std::string data_;
  std::vector<std::string> parts_;
};

child_output run_gnuplot(std::vector<std::string> arguments, std::string input) {
  try {
    return run_to_end(
      {.arguments = std::move(arguments), .environment = {{"LC_ALL", "C.UTF-8"}}, .input = std::move(input)});
  } catch (const std::system_error& failure) {
    if (failure.code() == std::errc::no_such_file_or_directory)
      throw gnuplot_missing();
    throw;
  }
}

/// The last words of a complaint: gnuplot shows the whole line before it says what is wrong with it.
std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
    text.remove_suffix(1);
  const auto line = text.substr(text.rfind('\n') + 1);
  return to_one_line(line.substr(std::min(line.size(), line.find_first_not_of(' '))));
}

} // namespace

gnuplot_missing::gnuplot_missing() : std::runtime_error("gnuplot is not installed: apt-get install gnuplot-nox") {}

void require_gnuplot() {
  run_gnuplot({"gnuplot", "--version"}, {});
}

std::string gnuplot_script(const figure& f) {
  const plot_writer plot(f);
  return gnuplot_settings(f) + plot.data() + plot.command();
}

std::string draw_svg(const figure& f) {
  // -d: a user's own settings have no say.
  auto output = run_gnuplot({"gnuplot", "-d"}, gnuplot_script(f));
  if (output.end.code != 0 || output.out.find("</svg>") == std::string::npos)
    throw std::runtime_error(
      fmt::format("gnuplot does not draw {}: exit code {}: {}", f.stem, output.end.code, last_line(output.err)));
  return std::move(output.out);
}

} // namespace paceline
