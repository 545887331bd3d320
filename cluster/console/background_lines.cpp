#include "cluster/console/background_lines.hpp"

#include "cluster/console/count_text.hpp"

#include <fmt/format.h>

#include <ostream>
#include <utility>

namespace paceline {

background_lines::background_lines(std::ostream& out, std::ostream& err, std::size_t most_bytes)
  : out_(out), err_(err), most_bytes_(most_bytes), thread_([this] { write_all(); }) {}

background_lines::~background_lines() {
  {
    const std::lock_guard guard(mutex_);
    tell_of_left_out();
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void background_lines::add(std::ostream& to, std::string line) {
  {
    const std::lock_guard guard(mutex_);
    if (waiting_bytes_ + line.size() > most_bytes_) {
      ++left_out_;
      return;
    }
    tell_of_left_out();
    put(to, std::move(line));
  }
  changed_.notify_one();
}

void background_lines::put(std::ostream& to, std::string line) {
  waiting_bytes_ += line.size();
  waiting_.push_back({&to, std::move(line)});
}

void background_lines::tell_of_left_out() {
  if (left_out_ > 0)
    put(out_,
        fmt::format("({} left out here: nobody read them in time)", count_text(std::exchange(left_out_, 0), "line")));
}

void background_lines::write_all() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty())
      return;
    const auto line = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    *line.to << line.text << std::endl;
    lock.lock();
    // It counts until it is written.
    waiting_bytes_ -= line.text.size();
  }
}

} // namespace paceline
