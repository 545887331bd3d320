#include "cluster/link/frame_worker.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/link/linked_nodes.hpp"

#include <atomic>
#include <mutex>
#include <new>
#include <optional>
#include <variant>

using namespace paceline;

namespace {

/// A worker without a link: what it does stands in its queue.
struct lone_worker {
  lone_worker() {
    // Asked for every frame, on the worker's thread.
    settings.now = [this] {
      if (memory_is_full)
        throw std::bad_alloc();
      return run_clock::steady_time();
    };
  }

  std::uint64_t failed() const { return tally->read().failed_snapshots; }

  /// The commands of one kind that are pushed until there is one.
  template <class Command>
  Command next() {
    std::optional<Command> found;
    REQUIRE(comes_true([&] {
      for (auto& command : queue->take())
        if (auto* wanted = std::get_if<Command>(&command))
          found = std::move(*wanted);
      return found.has_value();
    }));
    return *std::move(found);
  }

  std::atomic<bool> memory_is_full = true;
  link_settings settings = settings_for({"a", "", "", ""}, {}, 1);
  std::shared_ptr<parameter_plane> local = make_shared_memory_plane();
  std::shared_ptr<link_queue> queue = std::make_shared<link_queue>();
  std::shared_ptr<link_tally> tally = std::make_shared<link_tally>();
};

frame_worker::arrival arrival_of(const frame_ptr& frame) {
  return {.peer = "b", .frame = zmq::message_t(frame->data(), frame->size()), .fetched = true};
}

} // namespace

TEST_CASE("a snapshot for which there is no memory is counted and told of, and the next one goes its way") {
  lone_worker at;
  frame_worker worker(at.settings, at.local, at.queue, at.tally);
  const auto says = [&](const std::string& part) { return at.next<say_line>().text.find(part) != std::string::npos; };

  worker.publish(global_snapshot(1, 1));
  REQUIRE(says("not sent"));
  REQUIRE(at.failed() == 1);
  at.local->publish(global_snapshot(1, 1));
  worker.prepare_offer();
  REQUIRE(says("not offered"));
  REQUIRE(at.failed() == 2);

  at.memory_is_full = false;
  worker.publish(global_snapshot(1, 2));
  const auto frame = at.next<send_frame>().frame;
  REQUIRE(frame);
  at.memory_is_full = true;
  worker.receive(arrival_of(frame));
  REQUIRE(says("not received"));
  REQUIRE(at.failed() == 3);

  at.memory_is_full = false;
  const auto slot = at.local->subscribe(scope::global, 0);
  worker.receive(arrival_of(frame));
  REQUIRE(comes_true([&] {
    const auto taken = slot->take();
    return taken && taken->decision == 2;
  }));
  REQUIRE(at.tally->read().snapshots_received == 1);
  REQUIRE(at.failed() == 3);
}

TEST_CASE(
  "of exchanges that wait for the frame worker only the newest of each worker and direction is encoded and decoded") {
  lone_worker at;
  at.memory_is_full = false;
  // Holds the worker up in the snapshot that it is asked for first.
  std::mutex gate;
  std::atomic<bool> at_gate = false;
  at.settings.now = [&] {
    at_gate = true;
    const std::lock_guard passed(gate);
    return run_clock::steady_time();
  };
  frame_worker worker(at.settings, at.local, at.queue, at.tally);
  {
    const std::lock_guard closed(gate);
    worker.publish(global_snapshot(1, 1));
    REQUIRE(comes_true([&] { return at_gate.load(); }));
    for (std::int64_t number = 1; number <= 3; ++number)
      for (std::uint32_t index = 0; index < 2; ++index) {
        worker.give({"b", 2, contribution{.worker = {0, index}, .number = number}});
        worker.receive({.peer = "b",
                        .head = {.what = exchange_message::kind::answer, .number = number, .worker = {0, index}},
                        .values = std::nullopt});
      }
  }
  std::vector<std::int64_t> sent;
  std::vector<std::int64_t> came;
  REQUIRE(comes_true([&] {
    for (const auto& command : at.queue->take()) {
      if (const auto* out = std::get_if<send_exchange>(&command))
        sent.push_back(out->head.number);
      if (const auto* in = std::get_if<exchange_came>(&command))
        came.push_back(std::get<centre_answer>(in->content).number);
    }
    return sent.size() >= 2 && came.size() >= 2;
  }));
  REQUIRE(sent == std::vector<std::int64_t>{3, 3});
  REQUIRE(came == std::vector<std::int64_t>{3, 3});
}

TEST_CASE("a peer that names ever more workers fills no memory") {
  waiting_exchanges<int> waiting;
  const auto put = [&](const std::string& peer, std::uint32_t index) {
    int piece = 0;
    return waiting.put({peer, {0, index}, exchange_message::kind::contribution}, piece);
  };
  for (std::uint32_t index = 0; index < waiting_exchanges<int>::most_of_a_peer; ++index)
    REQUIRE(put("b", index));
  REQUIRE_FALSE(put("b", 1'000));
  REQUIRE(put("b", 3));
  REQUIRE(put("c", 1'000));
  waiting.take();
  REQUIRE(put("b", 1'000));
}
