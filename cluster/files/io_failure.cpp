#include "cluster/files/io_failure.hpp"

#include <fmt/format.h>

#include <system_error>

namespace paceline {

io_failure::io_failure(const std::filesystem::path& path, std::string_view action, int error_number)
  : std::runtime_error(
    fmt::format("{}: cannot {}: {}", path.string(), action, std::generic_category().message(error_number))),
    error_number_(error_number) {}

} // namespace paceline
