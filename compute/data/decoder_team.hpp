#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace paceline {

/// Threads that share out a batch's pictures among them; which thread prepares which picture is left to chance. Called by one
/// thread at a time, which takes its part of the work.
class decoder_team {
 public:
  /// Makes one picture. Called on several threads at once, for different pictures.
  using prepare_picture = std::function<void(std::size_t picture)>;

  /// So many threads work together, the caller's included: one makes no other thread. They start on the caller's cores.
  /// Requires threads >= 1.
  explicit decoder_team(std::size_t threads);

  ~decoder_team();

  decoder_team(const decoder_team&) = delete;
  decoder_team& operator=(const decoder_team&) = delete;

  /// Calls `prepare` for each of 0 .. count - 1 and returns when all are made. Of what it throws, the exception of the first
  /// picture that threw is thrown here, after all others are made.
  void prepare_all(std::size_t count, const prepare_picture& prepare);

 private:
  void run();
  void take_part(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable work_given_;
  std::condition_variable all_made_;
  /// Guarded by mutex_ from here on. What is under way: nullptr for nothing.
  const prepare_picture* prepare_ = nullptr;
  std::size_t count_ = 0;
  std::size_t next_ = 0;
  std::size_t made_ = 0;
  std::exception_ptr failure_;
  std::size_t failed_picture_ = 0;
  bool stopping_ = false;

  /// Last, so that all they use is there before they start.
  std::vector<std::thread> helpers_;
};

} // namespace paceline
