#include "cluster/commands/commands.hpp"
#include "cluster/config/config_error.hpp"
#include "cluster/wire/one_line.hpp"
#include "compute/errors.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <stdexcept>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace {

/// One thing that is wrong is one line on standard error, whatever the names in it hold.
void tell_error(std::string_view what) {
  std::cerr << "paceline: " << paceline::escaped(what) << "\n";
}

/// Runs the chosen subcommand. A cluster file may have several things that are wrong.
int run(const paceline::command& chosen) {
  try {
    const int code = chosen();
    if (!std::cout.flush())
      throw std::runtime_error("standard output cannot be written; the answer is lost");
    return code;
  } catch (const paceline::config_errors& e) {
    for (const auto& error : e.errors())
      tell_error(error.line());
    return paceline::bad_usage;
  } catch (const paceline::invalid_input& e) {
    tell_error(e.what());
    return paceline::bad_usage;
  } catch (const std::bad_alloc&) {
    tell_error(
      "out of memory: the system gives no more; use fewer workers, a smaller model or a smaller data.batch_size");
    return paceline::run_failed;
  } catch (const std::exception& e) {
    tell_error(e.what());
    return paceline::run_failed;
  }
}

/// Where a standard stream was closed, the next file to be opened would take its place and get what is written to it.
void open_closed_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) == -1 && ::open("/dev/null", O_RDWR) != descriptor)
      std::_Exit(paceline::run_failed);
}

} // namespace

int main(int argc, char** argv) {
  open_closed_streams();
  CLI::App app("Trains models by Leader SGD: asynchronous workers, pulled toward whichever of them does best.",
               "paceline");
  app.set_version_flag("--version", "paceline " PACELINE_VERSION);
  app.require_subcommand(1);
  paceline::command chosen;
  paceline::add_launch_command(app, chosen);
  paceline::add_node_command(app, chosen);
  paceline::add_summary_command(app, chosen);
  paceline::add_check_command(app, chosen);
  paceline::add_preflight_command(app, chosen);
  paceline::add_eval_command(app, chosen);
  paceline::add_report_command(app, chosen);
  paceline::add_reproduce_command(app, chosen);
  paceline::add_bench_command(app, chosen);
  paceline::add_keys_command(app, chosen);
  paceline::add_devices_command(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    // --help and --version are no errors.
    if (e.get_exit_code() == 0)
      return app.exit(e);
    tell_error(paceline::usage_error(app, e));
    return paceline::bad_usage;
  }
  return run(chosen);
}
