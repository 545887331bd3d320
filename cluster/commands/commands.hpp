#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace paceline {

/// Exit codes of the program, beside 130 for a run that was interrupted.
enum exit_code : int { success = 0, run_failed = 1, bad_usage = 2 };

/// What the chosen subcommand does, once the command line is read; returns the exit code. What it throws is for main to
/// report: config_errors and invalid_input are the user's to mend, anything else is a failure.
using command = std::function<int()>;

// Each adds one subcommand to `app` and puts what it does into `chosen` when it is the one called.
void add_launch_command(CLI::App& app, command& chosen);
void add_node_command(CLI::App& app, command& chosen);
void add_summary_command(CLI::App& app, command& chosen);
void add_check_command(CLI::App& app, command& chosen);
void add_preflight_command(CLI::App& app, command& chosen);
void add_eval_command(CLI::App& app, command& chosen);
void add_report_command(CLI::App& app, command& chosen);
void add_reproduce_command(CLI::App& app, command& chosen);
void add_bench_command(CLI::App& app, command& chosen);
void add_keys_command(CLI::App& app, command& chosen);
void add_devices_command(CLI::App& app, command& chosen);

/// One line that says what is wrong with a command line, and how to see what is right.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error);

/// Adds --set, which may be given many times, to a subcommand that reads a cluster file.
void add_set_option(CLI::App& subcommand, std::vector<std::string>& overrides);

} // namespace paceline
