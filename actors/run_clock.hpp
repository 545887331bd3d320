#pragma once

#include <atomic>
#include <chrono>
#include <functional>

namespace paceline {

/// The time of a run, shared by all its actors. Thread-safe.
/// Results are given against training time: the time since training began, less what testing took from the workers, plus the
/// training time of the parts of the run before a resume.
class run_clock {
 public:
  /// Where the time comes from; a test gives its own.
  using source = std::function<std::chrono::nanoseconds()>;

  explicit run_clock(source now = steady_time);

  /// Training begins now, with so much training time used before.
  void start(std::chrono::nanoseconds training_time_before = std::chrono::nanoseconds{0});

  /// The run is at least so old, as another node says: training time is raised to it, now or when training begins here. Never
  /// lowers it.
  void catch_up(std::chrono::nanoseconds training_time);

  bool started() const { return started_.load(); }

  /// Time since the clock was made; what reports and snapshots are stamped with.
  std::chrono::nanoseconds now() const;

  /// 0 until started.
  std::chrono::nanoseconds training_time() const;

  /// Of the training time, what this process has seen pass: without what was used before it, and without what it caught up with.
  std::chrono::nanoseconds training_time_here() const;

  /// Leaves out so much of the time since the start.
  void exclude(std::chrono::nanoseconds time);

  /// Nobody trains any more: training time stays what it is. What is done afterwards is not counted.
  void stop();

  static std::chrono::nanoseconds steady_time();

 private:
  void raise_to(std::chrono::nanoseconds training_time);

  source source_;
  std::chrono::nanoseconds made_at_;
  /// Training time is now() minus this, once started.
  std::atomic<std::chrono::nanoseconds::rep> offset_ = 0;
  /// Of training_time_here(), the same.
  std::atomic<std::chrono::nanoseconds::rep> offset_here_ = 0;
  std::atomic<bool> started_ = false;
  static constexpr std::chrono::nanoseconds::rep runs_on = -1;
  /// The training times at which it was stopped.
  std::atomic<std::chrono::nanoseconds::rep> stopped_at_ = runs_on;
  std::atomic<std::chrono::nanoseconds::rep> stopped_here_at_ = runs_on;
  /// What catch_up was told.
  std::atomic<std::chrono::nanoseconds::rep> at_least_ = 0;
};

} // namespace paceline
