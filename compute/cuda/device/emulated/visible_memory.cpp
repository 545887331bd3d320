#include "compute/cuda/device/emulated/native_stream.hpp"

#include <functional>
#include <map>

namespace paceline::cuda {

namespace {

struct block_list {
  std::mutex mutex;
  std::map<const std::byte*, std::size_t, std::less<>> blocks;
};

block_list& visible_blocks() {
  // Never destroyed, as the device's lock.
  static auto& list = *new block_list;
  return list;
}

} // namespace

void add_visible_memory(const std::byte* data, std::size_t bytes) {
  auto& list = visible_blocks();
  const std::lock_guard lock(list.mutex);
  list.blocks.emplace(data, bytes);
}

void remove_visible_memory(const std::byte* data) {
  finish_all_streams();
  auto& list = visible_blocks();
  const std::lock_guard lock(list.mutex);
  list.blocks.erase(data);
}

bool is_visible(const void* data) {
  const auto* place = static_cast<const std::byte*>(data);
  auto& list = visible_blocks();
  const std::lock_guard lock(list.mutex);
  const auto behind = list.blocks.upper_bound(place);
  if (behind == list.blocks.begin())
    return false;
  const auto& [begin, bytes] = *std::prev(behind);
  return place < begin + bytes;
}

} // namespace paceline::cuda
