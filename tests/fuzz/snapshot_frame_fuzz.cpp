// A snapshot frame is refused with a reason, or holds finite parameters of the expected model. Each input is tried as it is and
// with the right checksum, which no fuzzer guesses.
#include "cluster/wire/frame_header.hpp"
#include "cluster/wire/snapshot_frame.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

using namespace paceline;

namespace {

void decode(std::span<const std::byte> bytes) {
  // As in the seeds.
  constexpr std::array<std::size_t, 3> slices{3, 0, 5};
  const auto decoded = decode_snapshot(bytes, {42, slices, std::chrono::seconds(60)}, std::chrono::seconds(1));
  promise(!decoded.snapshot == !decoded.problem.empty(), "there is a snapshot or a problem");
  if (!decoded.snapshot)
    return;
  const auto& parameters = decoded.snapshot->parameters;
  promise(parameters.size() == 8, "a snapshot is of the expected model");
  promise(std::all_of(parameters.begin(), parameters.end(), [](float value) { return std::isfinite(value); }),
          "parameters are finite");
  promise(std::isfinite(decoded.snapshot->loss), "the loss is finite");
  // What was taken can be sent on in any type.
  for (const auto type : {frame_type::fp32, frame_type::bf16, frame_type::int8}) {
    const auto again = encode_snapshot(*decoded.snapshot, type, slices, std::chrono::seconds(0));
    promise(decode_snapshot(again, {42, slices, std::chrono::seconds(60)}, {}).snapshot != nullptr,
            "a decoded snapshot can be sent on");
  }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = as_bytes(data, size);
  decode(bytes);
  if (size < sizeof(frame_header))
    return 0;
  std::vector<std::byte> mended(bytes.begin(), bytes.end());
  const std::uint64_t checksum = XXH3_64bits(mended.data() + checked_from, mended.size() - checked_from);
  std::memcpy(mended.data() + offsetof(frame_header, checksum), &checksum, sizeof checksum);
  decode(mended);
  return 0;
}
