#include "cluster/launch/memory_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <stdexcept>

#include <sys/resource.h>
#include <unistd.h>

namespace paceline {

namespace {

constexpr auto no_limit = std::numeric_limits<double>::infinity();

double of_machine() {
  const auto pages = ::sysconf(_SC_PHYS_PAGES);
  const auto page_bytes = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && page_bytes > 0 ? static_cast<double>(pages) * static_cast<double>(page_bytes) : no_limit;
}

/// The limit in such a file of a control group; "max", or no file, is none.
double of_control_group(const char* file) {
  double bytes = 0;
  return std::ifstream(file) >> bytes && bytes > 0 ? bytes : no_limit;
}

double of_address_space() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? static_cast<double>(limit.rlim_cur)
                                                                                : no_limit;
}

std::string in_gib(double bytes) {
  return fmt::format("{:.1f} GiB", bytes / (1024.0 * 1024 * 1024));
}

/// Values that stay in memory for one sample: relu and dropout work in place.
double values_kept(const model& network) {
  auto values = static_cast<double>(network.input().size());
  for (const auto& layer : network.layers())
    if (!std::holds_alternative<relu_layer>(layer.kind) && !std::holds_alternative<dropout_layer>(layer.kind)
        && !std::holds_alternative<flatten_layer>(layer.kind))
      values += static_cast<double>(layer.output.size());
  return values;
}

} // namespace

double usable_memory_bytes() {
  // Of the second and the first version of control groups.
  return std::min({of_machine(), of_control_group("/sys/fs/cgroup/memory.max"),
                   of_control_group("/sys/fs/cgroup/memory/memory.limit_in_bytes"), of_address_space()});
}

void require_memory(double bytes, const std::string& what, double usable) {
  if (bytes > usable)
    throw std::runtime_error(
      fmt::format("out of memory: needs {} for {}, this machine gives {}", in_gib(bytes), what, in_gib(usable)));
}

double least_training_bytes(const model& network, std::int64_t batch_size, int vectors, std::uint64_t workers) {
  // The input has no gradient.
  const auto values = 2 * values_kept(network) - static_cast<double>(network.input().size());
  const auto parameters = static_cast<double>(network.parameters().size());
  return sizeof(float) * (values * static_cast<double>(batch_size) + parameters * vectors)
         * static_cast<double>(workers);
}

double least_test_bytes(const model& network, std::int64_t batch_size) {
  return sizeof(float)
         * (values_kept(network) * static_cast<double>(batch_size) + static_cast<double>(network.parameters().size()));
}

} // namespace paceline
