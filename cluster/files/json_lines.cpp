#include "cluster/files/json_lines.hpp"

#include "cluster/files/atomic_file.hpp"
#include "cluster/files/io_failure.hpp"
#include "cluster/files/json_text.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace paceline {

json_lines::json_lines(const std::filesystem::path& path) : file_(path, O_WRONLY | O_CREAT | O_APPEND) {}

void json_lines::append(const nlohmann::json& object) {
  const auto line = json_text(object) + "\n";
  const auto size = file_.size();
  try {
    file_.write(line);
  } catch (const io_failure&) {
    // Where the disk was full in the middle of the line. Shrinking needs no space; on a device there is nothing to
    // shrink.
    [[maybe_unused]] const auto shrunk = ::ftruncate(file_.get(), static_cast<off_t>(size));
    throw;
  }
}

std::size_t keep_json_lines(const std::filesystem::path& path, const std::function<bool(const nlohmann::json&)>& keep) {
  if (!std::filesystem::exists(path))
    return 0;
  const auto contents = read_whole_file(path);
  std::string kept;
  std::size_t dropped = 0;
  std::size_t line_number = 0;
  for (std::string_view rest = contents; !rest.empty();) {
    ++line_number;
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) {
      ++dropped;
      break;
    }
    const auto line = rest.substr(0, end + 1);
    rest.remove_prefix(end + 1);
    const auto object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object())
      throw invalid_input(
        fmt::format("{}:{}: not a JSON object; remove the line to resume", path.string(), line_number));
    if (keep(object))
      kept += line;
    else
      ++dropped;
  }
  if (dropped > 0)
    write_file_atomically(path, kept);
  return dropped;
}

} // namespace paceline
