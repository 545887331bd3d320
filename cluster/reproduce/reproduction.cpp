#include "cluster/reproduce/reproduction.hpp"

#include "cluster/config/run_config_json.hpp"
#include "cluster/console/count_text.hpp"
#include "cluster/files/json_file.hpp"
#include "cluster/record/run_folder.hpp"
#include "cluster/report/gnuplot.hpp"
#include "cluster/wire/one_line.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <ostream>
#include <utility>

namespace paceline {

namespace {

namespace fs = std::filesystem;

constexpr const char* reproduce_page_name = "reproduce.html";

/// An experiment and its runs, which know where they are to lie.
struct planned_experiment {
  const experiment* what = nullptr;
  std::vector<planned_run> runs{};
};

fs::path folder_of(const run_config& config) {
  return config.output.folder / config.output.name;
}

bool already_holds(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

void require_nothing_earlier(const fs::path& path) {
  if (already_holds(path))
    throw invalid_input(path.string()
                        + ": holds an earlier result; allowed: --continue to keep its finished runs, "
                          "another --output, or to remove it first");
}

/// What a run was begun with has to be what it would be begun with now.
void require_same_settings(const run_config& config) {
  const auto folder = folder_of(config);
  // Both as values: one has its keys in the order of the documentation.
  const auto now = nlohmann::json::parse(to_json(config).dump());
  if (holds_run(folder) && read_json_or_null(folder / "config.json") != now)
    throw invalid_input(folder.string()
                        + ": was made with other settings; allowed: the same ones, or another --output");
}

std::vector<planned_experiment> plan_all(const reproduction& what) {
  std::vector<planned_experiment> all;
  for (const auto* each : what.experiments) {
    auto& planned = all.emplace_back(planned_experiment{.what = each, .runs = each->plan(what.settings)});
    const auto runs = what.folder / "runs" / each->name;
    if (!what.go_on) {
      require_nothing_earlier(what.folder / each->name);
      require_nothing_earlier(runs);
    }
    for (auto& run : planned.runs) {
      run.config.output.folder = runs;
      require_same_settings(run.config);
    }
  }
  return all;
}

bool is_finished(const fs::path& run) {
  const auto summary = read_json_or_null(run / "summary.json");
  return summary.is_object() && summary.value("outcome", "") == "finished";
}

std::string seconds_since(std::chrono::steady_clock::time_point began) {
  return fmt::format("{:.1f} s", std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
}

/// Makes one run, or what is left of it.
launch_exit make_run(const run_config& config, std::ostream& out, std::ostream& err) {
  const auto folder = folder_of(config);
  if (is_finished(folder)) {
    out << "is there already\n";
    return launch_exit::finished;
  }
  const auto began = std::chrono::steady_clock::now();
  // Prints nothing.
  std::ostream silent(nullptr);
  const auto exit = launch({.config = config, .resume = holds_run(folder)}, silent, err);
  if (exit == launch_exit::finished)
    out << seconds_since(began) << "\n";
  else
    out << (exit == launch_exit::interrupted ? "interrupted\n" : "failed\n");
  return exit;
}

/// All runs of one experiment; stops at the first that does not finish.
launch_exit make_runs(const planned_experiment& planned, std::ostream& out, std::ostream& err) {
  for (std::size_t i = 0; i < planned.runs.size(); ++i) {
    const auto& config = planned.runs[i].config;
    out << fmt::format("{}: run {} of {}, {}: ", planned.what->name, i + 1, planned.runs.size(), config.output.name)
        << std::flush;
    auto exit = launch_exit::interrupted;
    try {
      exit = make_run(config, out, err);
    } catch (...) {
      out << "failed" << std::endl;
      throw;
    }
    out.flush();
    if (exit == launch_exit::interrupted)
      out << "stopped; the same command with --continue goes on\n";
    if (exit != launch_exit::finished)
      return exit;
  }
  return launch_exit::finished;
}

void tell_findings(const std::vector<finding>& findings, std::ostream& out) {
  for (const auto& f : findings) {
    out << fmt::format("  {}: {}", f.what, f.found);
    if (!f.paper.empty())
      out << fmt::format("; paper: {}", f.paper);
    if (f.agrees)
      out << fmt::format("; {}", verdict_of(f));
    out << "\n";
  }
}

void show_outcome(const planned_experiment& planned, const reproduction& what, std::ostream& out) {
  std::vector<finished_run> runs;
  for (const auto& run : planned.runs)
    runs.push_back({.series = run.series, .config = run.config, .folder = folder_of(run.config)});
  auto outcome = planned.what->conclude(what.settings, runs);
  if (what.settings.fast)
    outcome.shown.paragraphs.emplace_back(
      "Made with --fast: smaller and shorter than the paper's experiment, to see that "
      "everything works.");
  outcome.shown.sections.insert(outcome.shown.sections.begin(),
                                page_section{.heading = "Result", .tables = {findings_table(outcome.findings)}});
  const auto folder = what.folder / planned.what->name;
  write_page(outcome.shown, folder, reproduce_page_name);
  out << fmt::format("{}: {}\n", planned.what->name, escaped((folder / reproduce_page_name).string()));
  if (what.settings.fast)
    out << "  made with --fast, smaller and shorter than the paper's\n";
  tell_findings(outcome.findings, out);
}

} // namespace

launch_exit reproduce(const reproduction& what, std::ostream& out, std::ostream& err) {
  // Runs can take long.
  require_gnuplot();
  for (const auto& planned : plan_all(what)) {
    if (const auto exit = make_runs(planned, out, err); exit != launch_exit::finished)
      return exit;
    show_outcome(planned, what, out);
    out.flush();
  }
  return launch_exit::finished;
}

} // namespace paceline
