#include "cluster/commands/commands.hpp"

#include "cluster/console/count_text.hpp"
#include "cluster/report/gnuplot.hpp"
#include "cluster/report/run_report.hpp"
#include "cluster/wire/one_line.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <set>

namespace paceline {
namespace {

constexpr const char* page_name = "report.html";

struct report_arguments {
  std::vector<std::string> runs;
  std::string output = "report";
};

/// Two names of one folder would make two seeds of one run.
void require_different(const std::vector<std::string>& runs) {
  std::set<std::filesystem::path> folders;
  for (const auto& run : runs) {
    std::error_code ignored;
    const auto folder = std::filesystem::weakly_canonical(std::filesystem::path(run) / "", ignored);
    if (!ignored && !folders.insert(folder).second)
      throw invalid_input(run + ": is given twice; allowed: each run once");
  }
}

int report(const report_arguments& arguments) {
  require_different(arguments.runs);
  // Logs can take long to read.
  require_gnuplot();
  std::vector<run_data> runs;
  for (const auto& run : arguments.runs)
    runs.push_back(read_run(run));
  for (const auto& run : runs)
    if (!run.missing.empty())
      std::cerr << fmt::format("paceline: {}: {}\n", escaped(run.folder.string()), fmt::join(run.missing, "; "));
  const auto series = series_of(std::move(runs));
  const std::filesystem::path folder(arguments.output);
  write_page(report_on(series), folder, page_name);
  std::cout << fmt::format("{}: {} in {} series\n", escaped((folder / page_name).string()),
                           count_text(arguments.runs.size(), "run"), series.size());
  return success;
}

} // namespace

void add_report_command(CLI::App& app, command& chosen) {
  auto arguments = std::make_shared<report_arguments>();
  auto* reporting =
    app.add_subcommand("report", "Draw what runs left in their folders, as a page of figures and tables");
  reporting
    ->add_option("RUN", arguments->runs, "Folders of runs; those that differ in seed and output alone are one series")
    ->required();
  reporting->add_option("--output", arguments->output, "Folder for report.html and the figures' SVG files")
    ->type_name("FOLDER")
    ->capture_default_str();
  reporting->callback([arguments, &chosen] { chosen = [arguments] { return report(*arguments); }; });
}

} // namespace paceline
