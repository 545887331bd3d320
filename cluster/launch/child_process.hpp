#pragma once

#include "cluster/files/file_descriptor.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace paceline {

/// What to start.
struct child_command {
  /// The program, looked for in PATH where it has no slash, and what it is given.
  std::vector<std::string> arguments;
  /// Beside what it inherits.
  std::map<std::string, std::string> environment{};
  /// What it finds on standard input.
  std::string input{};
};

/// How a process ended.
struct child_end {
  /// Its exit code; 128 + the signal where a signal ended it, as shells say it.
  int code = 0;
  bool by_signal = false;
};

/// A child process in a process group of its own, so that neither the terminal's signals nor this process's death reach it. What it
/// writes comes through pipes. Used on one thread.
class child_process {
 public:
  /// Throws std::system_error where it cannot be started (no such program, no more processes).
  explicit child_process(const child_command& command);

  /// Does not end it; one that has not ended is left to itself.
  ~child_process();

  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  pid_t id() const { return id_; }

  /// Descriptors that can be polled for its output; -1 once that is closed.
  int out() const { return out_; }
  int err() const { return err_; }

  using byte_handler = std::function<void(std::string_view)>;

  /// Hands on what it has written so far; never waits.
  void read(const byte_handler& on_out, const byte_handler& on_err);

  /// How it ended; empty while it runs. Never waits.
  std::optional<child_end> poll_end();

  /// Sends a signal to it and all that it started in its group. Nothing where it has ended.
  void signal(int number);

 private:
  pid_t id_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::optional<child_end> end_;
};

/// What a process wrote, and how it ended.
struct child_output {
  child_end end;
  std::string out;
  std::string err;
};

/// Runs a command to its end; standard output goes to `out_file` where one is given. Throws as child_process, io_failure where
/// the file cannot be written.
child_output run_to_end(const child_command& command, file_descriptor* out_file = nullptr);

} // namespace paceline
