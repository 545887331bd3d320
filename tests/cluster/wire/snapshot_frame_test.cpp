#include "cluster/wire/snapshot_frame.hpp"

#include "cluster/wire/control_codec.hpp"
#include "tests/catch.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace paceline;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

using float_limits = std::numeric_limits<float>;

// Where docs/wire-format.md says that they lie.
constexpr std::size_t version_at = 4, checksum_at = 8, scope_at = 16, type_at = 17, loss_at = 56, fingerprint_at = 64,
                      age_at = 72, values_at = 80, scales_at = 88, header_bytes = 96;

/// One slice is longer than what is converted at once, one is empty, one lies across two of those blocks.
const std::vector<std::size_t> slices{5000, 0, 1, 6000};
constexpr std::uint64_t fingerprint = 0x1122334455667788;
const frame_expectation expected{fingerprint, slices, 60s};

leader_snapshot some_snapshot() {
  leader_snapshot snapshot;
  snapshot.scope = scope::global;
  snapshot.group = 3;
  snapshot.term = std::uint64_t{1} << 60;
  snapshot.decision = 5;
  snapshot.leader = {6, 7};
  snapshot.leader_steps = std::uint64_t{1} << 40;
  snapshot.loss = -0.125;
  snapshot.fingerprint = fingerprint;
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.05f);
  snapshot.parameters.resize(11001);
  std::generate(snapshot.parameters.begin(), snapshot.parameters.end(), [&] { return normal(random); });
  const std::vector<float> special{
    0.0f, -0.0f, float_limits::denorm_min(), -float_limits::min(), float_limits::max(), float_limits::lowest()};
  std::copy(special.begin(), special.end(), snapshot.parameters.begin());
  return snapshot;
}

std::vector<std::byte> some_frame(frame_type type = frame_type::fp32, std::chrono::nanoseconds age = 0ns) {
  return encode_snapshot(some_snapshot(), type, slices, age);
}

template <class T>
void set(std::vector<std::byte>& frame, std::size_t offset, T value) {
  std::memcpy(frame.data() + offset, &value, sizeof value);
}

/// What a peer that lies on purpose does after it changed something.
std::vector<std::byte> with_checksum(std::vector<std::byte> frame) {
  set(frame, checksum_at, std::uint64_t{XXH3_64bits(frame.data() + scope_at, frame.size() - scope_at)});
  return frame;
}

void require_refused(const std::vector<std::byte>& frame, frame_refusal why, const std::string& part = "") {
  const auto decoded = decode_snapshot(frame, expected, 0ns);
  REQUIRE_FALSE(decoded.snapshot);
  REQUIRE(to_string(decoded.why) == std::string(to_string(why)));
  REQUIRE_THAT(decoded.problem, ContainsSubstring("snapshot frame: ") && ContainsSubstring(part));
}

} // namespace

TEST_CASE("a snapshot comes out of an fp32 frame bit for bit") {
  const auto sent = some_snapshot();
  const auto decoded = decode_snapshot(some_frame(frame_type::fp32, 2s), expected, 10s);
  INFO(decoded.problem);
  REQUIRE(decoded.snapshot);
  const auto& got = *decoded.snapshot;
  REQUIRE(got.scope == sent.scope);
  REQUIRE(got.group == sent.group);
  REQUIRE(got.term == sent.term);
  REQUIRE(got.decision == sent.decision);
  REQUIRE(got.leader == sent.leader);
  REQUIRE(got.leader_steps == sent.leader_steps);
  REQUIRE(got.loss == sent.loss);
  REQUIRE(got.taken_at == 8s);
  REQUIRE(got.fingerprint == sent.fingerprint);
  REQUIRE(got.parameters.size() == sent.parameters.size());
  REQUIRE(std::memcmp(got.parameters.data(), sent.parameters.data(), sent.parameters.size() * sizeof(float)) == 0);
  REQUIRE(decoded.problem.empty());
}

TEST_CASE("a frame has four, two or one byte a value, and int8 a scale a slice") {
  REQUIRE(some_frame(frame_type::fp32).size() == header_bytes + 4 * 11001);
  REQUIRE(some_frame(frame_type::bf16).size() == header_bytes + 2 * 11001);
  REQUIRE(some_frame(frame_type::int8).size() == header_bytes + 4 * 4 + 11001);
}

TEST_CASE("a snapshot comes out of a bf16 frame with an error of at most 2^-8 of each value") {
  const auto sent = some_snapshot();
  const auto decoded = decode_snapshot(some_frame(frame_type::bf16), expected, 0ns);
  REQUIRE(decoded.snapshot);
  for (std::size_t i = 0; i < sent.parameters.size(); ++i) {
    const double value = sent.parameters[i];
    REQUIRE(std::abs(decoded.snapshot->parameters[i] - value) <= std::max(std::ldexp(std::abs(value), -8), 0x1p-134));
  }
}

TEST_CASE("a snapshot comes out of an int8 frame with an error of at most half its slice's scale") {
  const auto sent = some_snapshot();
  const auto decoded = decode_snapshot(some_frame(frame_type::int8), expected, 0ns);
  REQUIRE(decoded.snapshot);
  auto next = sent.parameters.begin();
  auto got = decoded.snapshot->parameters.begin();
  for (const auto size : slices) {
    double largest = 0;
    for (auto value = next; value != next + static_cast<std::ptrdiff_t>(size); ++value)
      largest = std::max(largest, std::abs(double{*value}));
    for (std::size_t i = 0; i < size; ++i, ++next, ++got)
      REQUIRE(std::abs(double{*got} - *next) <= largest / 254 * (1 + 0x1p-15));
  }
}

TEST_CASE("a model without parameters has a frame of a header") {
  leader_snapshot empty;
  for (const auto type : {frame_type::fp32, frame_type::bf16, frame_type::int8}) {
    const auto frame = encode_snapshot(empty, type, {}, 0ns);
    REQUIRE(frame.size() == header_bytes);
    REQUIRE(decode_snapshot(frame, {0, {}, 60s}, 0ns).snapshot);
  }
}

TEST_CASE("a frame is read wherever it lies in memory") {
  for (const auto type : {frame_type::fp32, frame_type::bf16, frame_type::int8}) {
    auto frame = some_frame(type);
    for (int shift = 0; shift < 4; ++shift) {
      frame.insert(frame.begin(), std::byte{0});
      REQUIRE(decode_snapshot(std::span(frame).subspan(static_cast<std::size_t>(shift) + 1), expected, 0ns).snapshot);
    }
  }
}

TEST_CASE("a frame cut anywhere, or with bytes behind it, is refused as malformed") {
  for (const auto type : {frame_type::fp32, frame_type::bf16, frame_type::int8}) {
    const auto frame = some_frame(type);
    for (std::size_t length = 0; length < frame.size(); length += length < 200 ? 1 : 97)
      require_refused({frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(length)}, frame_refusal::malformed);
    auto longer = frame;
    longer.push_back(std::byte{0});
    require_refused(longer, frame_refusal::malformed);
  }
}

TEST_CASE("a bit that was flipped anywhere in a frame is found") {
  leader_snapshot small;
  small.parameters = {1, 2, 3, 4, 5};
  const std::vector<std::size_t> small_slices{3, 2};
  for (const auto type : {frame_type::fp32, frame_type::bf16, frame_type::int8}) {
    auto frame = encode_snapshot(small, type, small_slices, 1s);
    for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
      const auto mask = std::byte{1} << (bit % 8);
      frame[bit / 8] ^= mask;
      const auto decoded = decode_snapshot(frame, {0, small_slices, 60s}, 0ns);
      INFO("bit " << bit << " of " << to_string(type));
      REQUIRE_FALSE(decoded.snapshot);
      REQUIRE((decoded.why == frame_refusal::malformed || decoded.why == frame_refusal::version
               || decoded.why == frame_refusal::checksum));
      frame[bit / 8] ^= mask;
    }
    REQUIRE(decode_snapshot(frame, {0, small_slices, 60s}, 0ns).snapshot);
  }
}

TEST_CASE("a spoilt frame is refused for its checksum, whatever else it says") {
  // What is wrong with its values or its model may be what was spoilt.
  auto frame = some_frame();
  set(frame, frame.size() - sizeof(float), float_limits::quiet_NaN());
  require_refused(frame, frame_refusal::checksum);
  set(frame, fingerprint_at, std::uint64_t{1});
  require_refused(frame, frame_refusal::checksum);
}

TEST_CASE("a frame that lies about its form is refused as malformed, also with the right checksum") {
  struct lie {
    std::size_t at;
    std::uint64_t value;
  };
  const auto one = GENERATE(lie{scope_at, 2}, lie{scope_at, 255}, lie{type_at, 3}, lie{type_at, 255});
  auto frame = some_frame();
  set(frame, one.at, static_cast<std::uint8_t>(one.value));
  require_refused(with_checksum(frame), frame_refusal::malformed);

  const auto count = GENERATE(lie{values_at, 11002}, lie{values_at, 0}, lie{values_at, std::uint64_t{1} << 62},
                              lie{values_at, (std::uint64_t{1} << 62) + 11001}, lie{scales_at, 1},
                              lie{scales_at, std::uint64_t{1} << 62}, lie{age_at, ~std::uint64_t{0}});
  frame = some_frame();
  set(frame, count.at, count.value);
  require_refused(with_checksum(frame), frame_refusal::malformed);
}

TEST_CASE("what is no frame, or one of another version, is refused as that") {
  auto frame = some_frame();
  set(frame, 0, std::uint32_t{0});
  require_refused(frame, frame_refusal::malformed, "PLSF");
  frame = some_frame();
  set(frame, version_at, wire_version + 1);
  require_refused(frame, frame_refusal::version, "version 2, 1 is spoken here");
}

TEST_CASE("a frame of another model is refused as foreign") {
  auto snapshot = some_snapshot();
  snapshot.fingerprint = 1;
  require_refused(encode_snapshot(snapshot, frame_type::fp32, slices, 0ns), frame_refusal::foreign,
                  "fingerprint 0000000000000001, this run's have 1122334455667788");
  // Of the same fingerprint, and yet of another length.
  snapshot = some_snapshot();
  snapshot.parameters.pop_back();
  require_refused(encode_snapshot(snapshot, frame_type::fp32, slices, 0ns), frame_refusal::foreign,
                  "11000 values and 0 scales, this run's model has 11001 and 0");
  const std::vector<std::size_t> other{11001};
  require_refused(encode_snapshot(some_snapshot(), frame_type::int8, other, 0ns), frame_refusal::foreign,
                  "11001 values and 1 scales, this run's model has 11001 and 4");
}

TEST_CASE("a frame that was too old when it was sent is refused as stale") {
  REQUIRE(decode_snapshot(some_frame(frame_type::fp32, 60s), expected, 0ns).snapshot);
  require_refused(some_frame(frame_type::fp32, 61s), frame_refusal::stale, "61.0 s old, at most 60.0 s are allowed");
}

TEST_CASE("a value that is not finite is refused wherever it stands") {
  const auto bad = GENERATE(float_limits::infinity(), -float_limits::infinity(), float_limits::quiet_NaN(),
                            float_limits::signaling_NaN());
  const auto at = GENERATE(as<std::size_t>{}, 0, 4095, 4096, 11000);
  auto frame = some_frame();
  set(frame, header_bytes + 4 * at, bad);
  require_refused(with_checksum(frame), frame_refusal::not_finite, "parameters of worker 6.7");

  frame = some_frame(frame_type::bf16);
  std::uint32_t bits = 0;
  std::memcpy(&bits, &bad, sizeof bits);
  // The upper half alone of a signalling NaN may be that of infinity, which is no better.
  set(frame, header_bytes + 2 * at, static_cast<std::uint16_t>(bits >> 16));
  require_refused(with_checksum(frame), frame_refusal::not_finite, "parameters of worker 6.7");

  frame = some_frame(frame_type::int8);
  set(frame, header_bytes + 4 * 3, bad);
  require_refused(with_checksum(frame), frame_refusal::not_finite, "parameters of worker 6.7");
}

TEST_CASE("a scale that makes its values infinite is refused as not finite") {
  auto frame = some_frame(frame_type::int8);
  set(frame, header_bytes, float_limits::max());
  require_refused(with_checksum(frame), frame_refusal::not_finite);
}

TEST_CASE("a loss that is not finite is refused as that") {
  auto frame = some_frame();
  set(frame, loss_at, std::numeric_limits<double>::quiet_NaN());
  require_refused(with_checksum(frame), frame_refusal::not_finite, "a loss of nan");
}
