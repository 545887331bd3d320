#include "cluster/commands/commands.hpp"
#include "compute/errors.hpp"

#include <exception>
#include <iostream>

namespace {

/// Runs the chosen subcommand; every error is told on standard error, one line each, after "paceline: ".
int run(const paceline::command& chosen) {
  try {
    return chosen();
  } catch (const paceline::invalid_input& e) {
    std::cerr << "paceline: " << e.what() << "\n";
    return paceline::bad_usage;
  } catch (const std::exception& e) {
    std::cerr << "paceline: " << e.what() << "\n";
    return paceline::run_failed;
  }
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains models by Leader SGD: asynchronous workers, pulled toward whichever of them does best.",
               "paceline");
  app.set_version_flag("--version", "paceline " PACELINE_VERSION);
  app.require_subcommand(1);
  paceline::command chosen;
  paceline::add_launch_command(app, chosen);
  paceline::add_check_command(app, chosen);
  paceline::add_eval_command(app, chosen);
  paceline::add_bench_command(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    // CLI11 has exit codes of its own; --help and --version are no errors.
    return app.exit(e) == 0 ? paceline::success : paceline::bad_usage;
  }
  return run(chosen);
}
