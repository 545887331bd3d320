#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace paceline {

/// Makes whole lines of a stream of bytes that comes in pieces, so that lines of several processes never tear each other.
class line_splitter {
 public:
  using line_handler = std::function<void(std::string_view line)>;

  /// A line longer than this is handed on in parts: a process that writes no line end must not fill the memory.
  static constexpr std::size_t longest_line = 64 * 1024;

  /// Hands on every line that has come to its end, without the end.
  void feed(std::string_view bytes, const line_handler& handle);

  /// The stream is over: hands on what is left.
  void finish(const line_handler& handle);

 private:
  std::string begun_;
};

} // namespace paceline
