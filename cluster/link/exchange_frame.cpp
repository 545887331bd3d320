#include "cluster/link/exchange_frame.hpp"

#include "cluster/wire/frame_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

namespace paceline {

namespace {

exchange_content content_of(const exchange_message& head, shared_vector values) {
  if (head.what == exchange_message::kind::contribution)
    return contribution{.worker = head.worker,
                        .number = head.number,
                        .first = head.first,
                        .values = std::move(values),
                        .term = head.term};
  return centre_answer{.worker = head.worker,
                       .number = head.number,
                       .use = head.use,
                       .values = std::move(values),
                       .distance = head.distance,
                       .term = head.term};
}

const shared_vector& values_of(const exchange_content& content) {
  return std::visit([](const auto& each) -> const shared_vector& { return each.values; }, content);
}

worker_id worker_of(const exchange_content& content) {
  return std::visit([](const auto& each) { return each.worker; }, content);
}

decoded_exchange malformed(const std::string& problem) {
  return {std::nullopt, frame_refusal::malformed, "exchanged values: " + problem};
}

} // namespace

std::int64_t longest_exchange_part(const link_settings& settings) {
  const auto values = std::accumulate(settings.slices.begin(), settings.slices.end(), std::size_t{0});
  return static_cast<std::int64_t>(sizeof(frame_header) + sizeof(float) * values);
}

exchange_message head_of(const exchange_content& content, const link_settings& settings) {
  if (const auto* given = std::get_if<contribution>(&content))
    return {.what = exchange_message::kind::contribution,
            .first = given->first,
            .incarnation = settings.incarnation,
            .number = given->number,
            .worker = given->worker,
            .term = given->term};
  const auto& answer = std::get<centre_answer>(content);
  return {.what = exchange_message::kind::answer,
          .use = answer.use,
          .incarnation = settings.incarnation,
          .number = answer.number,
          .worker = answer.worker,
          .distance = answer.distance,
          .term = answer.term};
}

frame_ptr encoded_values(const exchange_content& content, const link_settings& settings) {
  const auto& values = values_of(content);
  if (!values || !std::all_of(values->begin(), values->end(), [](float value) { return std::isfinite(value); }))
    return nullptr;
  leader_snapshot head;
  head.leader = worker_of(content);
  head.group = head.leader.group;
  head.fingerprint = settings.fingerprint;
  return std::make_shared<const std::vector<std::byte>>(
    encode_snapshot(head, *values, frame_type::fp32, settings.slices, std::chrono::nanoseconds(0)));
}

decoded_exchange decode_values(const exchange_message& head, std::optional<std::span<const std::byte>> frame,
                               const link_settings& settings) {
  if (!frame)
    return {content_of(head, nullptr), {}, {}};
  const frame_expectation expected{.fingerprint = settings.fingerprint, .slices = settings.slices};
  auto read = decode_snapshot(*frame, expected, settings.now());
  if (!read.snapshot)
    return {std::nullopt, read.why, std::move(read.problem)};
  if (read.snapshot->leader != head.worker)
    return malformed(fmt::format("those of worker {}, the message is of worker {}", to_string(read.snapshot->leader),
                                 to_string(head.worker)));
  if (static_cast<std::int64_t>(frame->size()) != longest_exchange_part(settings))
    return malformed("they are not fp32");
  // Held by the snapshot that they came in.
  return {content_of(head, shared_vector(read.snapshot, &read.snapshot->parameters)), {}, {}};
}

} // namespace paceline
