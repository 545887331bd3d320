#include "cluster/link/transfer_source.hpp"

#include <algorithm>
#include <utility>

namespace paceline {

using kind = transfer_message::kind;

void transfer_source::hold(offer_frame newest, time_point now) {
  held_ = std::move(newest);
  last_asked_ = now;
}

transfer_message transfer_source::offer(const transfer_message& want, time_point now) {
  if (!held_.frame || std::pair(held_.term, held_.decision) <= std::pair(want.term, want.decision))
    return {.what = kind::nothing};
  last_asked_ = now;
  return {.what = kind::offer,
          .term = held_.term,
          .decision = held_.decision,
          .frame_bytes = held_.frame->size(),
          .chunk_bytes = chunk_bytes};
}

transfer_source::piece transfer_source::give(const transfer_message& ask, time_point now) {
  if (!held_.frame || ask.term != held_.term || ask.decision != held_.decision
      || ask.chunk > held_.frame->size() / chunk_bytes)
    return {{.what = kind::gone, .term = ask.term, .decision = ask.decision}, {}};
  last_asked_ = now;
  const auto rest = std::span(*held_.frame).subspan(ask.chunk * chunk_bytes);
  return {{.what = kind::chunk, .term = ask.term, .decision = ask.decision, .chunk = ask.chunk},
          rest.first(std::min<std::size_t>(rest.size(), chunk_bytes))};
}

void transfer_source::tick(time_point now) {
  if (held_.frame && now - last_asked_ >= kept_for_)
    held_ = {};
}

} // namespace paceline
