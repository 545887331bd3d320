#include "compute/data/decoder_team.hpp"

#include "compute/affinity.hpp"

#include <cassert>
#include <utility>

namespace paceline {

decoder_team::decoder_team(std::size_t threads) {
  assert(threads >= 1);
  for (std::size_t i = 1; i < threads; ++i)
    helpers_.emplace_back([this] { run(); });
}

decoder_team::~decoder_team() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_given_.notify_all();
  for (auto& helper : helpers_)
    helper.join();
}

void decoder_team::prepare_all(std::size_t count, const prepare_picture& prepare) {
  std::unique_lock lock(mutex_);
  prepare_ = &prepare;
  count_ = count;
  next_ = made_ = 0;
  failure_ = nullptr;
  work_given_.notify_all();
  take_part(lock);
  all_made_.wait(lock, [&] { return made_ == count_; });
  prepare_ = nullptr;
  if (failure_)
    std::rethrow_exception(std::exchange(failure_, nullptr));
}

void decoder_team::run() {
  name_this_thread("decoder");
  std::unique_lock lock(mutex_);
  while (true) {
    work_given_.wait(lock, [&] { return stopping_ || (prepare_ != nullptr && next_ < count_); });
    if (stopping_)
      return;
    take_part(lock);
  }
}

void decoder_team::take_part(std::unique_lock<std::mutex>& lock) {
  while (next_ < count_) {
    const auto picture = next_++;
    std::exception_ptr thrown;
    lock.unlock();
    try {
      (*prepare_)(picture);
    } catch (...) {
      thrown = std::current_exception();
    }
    lock.lock();
    if (thrown && (!failure_ || picture < failed_picture_)) {
      failure_ = thrown;
      failed_picture_ = picture;
    }
    if (++made_ == count_)
      all_made_.notify_one();
  }
}

} // namespace paceline
