#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <iosfwd>
#include <mutex>
#include <string>
#include <thread>

namespace paceline {

/// Writes lines to two streams on a thread of its own and in the order in which they came, so that who tells them never waits for
/// somebody to read them: a pager that stands still must not stop those who watch over a run. What is not read in time is
/// kept up to a limit; lines beyond it are left out, and counted in a line where they would have been.
class background_lines {
 public:
  /// Both streams are this object's alone for its lifetime. `most_bytes`: of lines that wait to be written.
  background_lines(std::ostream& out, std::ostream& err, std::size_t most_bytes = std::size_t{1} << 20);

  /// Waits until all lines are written.
  ~background_lines();

  background_lines(const background_lines&) = delete;
  background_lines& operator=(const background_lines&) = delete;

  /// Lines without their ends. Thread-safe, never wait.
  void to_out(std::string line) { add(out_, std::move(line)); }
  void to_err(std::string line) { add(err_, std::move(line)); }

 private:
  struct waiting_line {
    std::ostream* to;
    std::string text;
  };

  void add(std::ostream& to, std::string line);
  /// These two require the lock.
  void put(std::ostream& to, std::string line);
  void tell_of_left_out();
  void write_all();

  std::ostream& out_;
  std::ostream& err_;
  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<waiting_line> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t left_out_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

} // namespace paceline
