#include "cluster/launch/memory_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <set>
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

bool is_in_place(const layer& l) {
  return std::holds_alternative<relu_layer>(l.kind) || std::holds_alternative<dropout_layer>(l.kind)
         || std::holds_alternative<flatten_layer>(l.kind);
}

bool keeps_what_it_reads(const layer& l) {
  return std::holds_alternative<convolution_layer>(l.kind) || std::holds_alternative<linear_layer>(l.kind)
         || std::holds_alternative<batch_norm_layer>(l.kind);
}

/// Values of one sample that the way back needs.
double values_kept(const model& network) {
  const auto layers = network.layers();
  /// Places that are kept; what layers make in place lies where they found it.
  std::set<std::size_t> kept;
  for (const auto& layer : layers)
    if (keeps_what_it_reads(layer)) {
      auto place = layer.from;
      while (place > 0 && is_in_place(layers[place - 1]))
        place = layers[place - 1].from;
      kept.insert(place);
    }
  double values = 0;
  for (const auto place : kept)
    values += static_cast<double>(place == 0 ? network.input().size() : layers[place - 1].output.size());
  return values;
}

bool is_pool(const layer& l) {
  return std::holds_alternative<max_pool_layer>(l.kind);
}

/// Whether the next layer that makes something new is a max-pool: a backend may do its work within this one.
bool is_pooled(std::span<const layer> layers, std::size_t index) {
  const auto next =
    std::find_if_not(layers.begin() + static_cast<std::ptrdiff_t>(index) + 1, layers.end(), is_in_place);
  return next != layers.end() && is_pool(*next);
}

/// Values of one sample that the largest layer needs at least.
double values_at_once(const model& network) {
  const auto layers = network.layers();
  auto values = static_cast<double>(network.input().size());
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (const auto& l = layers[i]; !is_in_place(l) && !is_pool(l))
      values = std::max(values, static_cast<double>(l.input.size() + (is_pooled(layers, i) ? 0 : l.output.size())));
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
  const auto values = std::max(values_kept(network), values_at_once(network));
  const auto parameters = static_cast<double>(network.parameters().size());
  return sizeof(float) * (values * static_cast<double>(batch_size) + parameters * vectors)
         * static_cast<double>(workers);
}

std::int64_t test_batch_of(const model& network, std::size_t pictures) {
  constexpr std::size_t most = 200;
  constexpr double bytes_of_a_layer = 256.0 * 1024 * 1024;
  const auto fitting = static_cast<std::int64_t>(bytes_of_a_layer / (sizeof(float) * values_at_once(network)));
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::min(most, pictures)), 1,
                                  std::max<std::int64_t>(fitting, 1));
}

double least_test_bytes(const model& network, std::int64_t batch_size) {
  return sizeof(float)
         * (values_at_once(network) * static_cast<double>(batch_size)
            + static_cast<double>(network.parameters().size()));
}

} // namespace paceline
