#include "cluster/faults/fault_actor.hpp"

#include "actors/type_ids.hpp"
#include "cluster/launch/run_recorder.hpp"
#include "tests/actors/test_cluster.hpp"
#include "tests/catch.hpp"

using namespace paceline;
using namespace std::chrono_literals;

namespace {

/// What the fault actor did, as text in order.
using deeds = std::vector<std::string>;

std::string text_of(const fault_event& event) {
  return std::string(event.ended ? "end " : "begin ") + to_string(event.fault.kind);
}

/// Stands for recorder and supervisor.
caf::behavior witness(caf::event_based_actor*, std::shared_ptr<deeds> seen) {
  return {
    [seen](const fault_event& event) { seen->push_back(text_of(event)); },
    [seen](flush_records) {
      seen->push_back("flush");
      return true;
    },
    [seen](kill_worker order) { seen->push_back("kill worker " + to_string(order.worker)); },
  };
}

/// Node "a" of two, with two workers, on the deterministic scheduler; training time is the scheduler's.
class rehearsal {
 public:
  explicit rehearsal(std::vector<fault_settings::entry> list, std::chrono::nanoseconds after = 0ns)
    : system_(settings_) {
    fault_settings faults;
    faults.list = std::move(list);
    const fault_roster roster{.nodes = {{"a", 0, 1}, {"b", 1, 1}}, .workers_per_group = 2};
    witness_ = system_.spawn(witness, seen_);
    clock_->start();
    actor_ = system_.spawn(fault_actor,
                           fault_actor_settings{.schedule = std::make_shared<const fault_schedule>(faults, roster),
                                                .node = "a",
                                                .after = after,
                                                .patience = 2s,
                                                .clock = clock_,
                                                .is_over = [this] { return is_over; },
                                                .holds_seat = [this] { return holds_seat; },
                                                .switches = switches,
                                                .freeze = [this](auto time) { note("freeze", time); },
                                                .kill = [this] { seen_->push_back("kill"); },
                                                .supervisor = witness_,
                                                .recorder = witness_,
                                                .watchers = observers({witness_})});
    scheduler().run();
  }

  ~rehearsal() {
    caf::anon_send_exit(witness_, caf::exit_reason::user_shutdown);
    scheduler().run();
  }

  void pass(std::chrono::milliseconds time) {
    for (auto passed = 0ms; passed < time; passed += 50ms) {
      *now_ += 50ms;
      scheduler().advance_time(50ms);
      scheduler().run();
    }
  }

  /// Training time goes on and this process does not.
  void stand_still(std::chrono::nanoseconds time) { *now_ += time; }

  const deeds& seen() const { return *seen_; }

  bool is_over = false;
  bool holds_seat = false;
  std::shared_ptr<fault_switches> switches =
    std::make_shared<fault_switches>(std::vector{worker_id{0, 0}, worker_id{0, 1}});

 private:
  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  void note(const std::string& what, std::chrono::nanoseconds time) {
    seen_->push_back(what + " " + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()));
  }

  std::shared_ptr<deeds> seen_ = std::make_shared<deeds>();
  std::shared_ptr<std::chrono::nanoseconds> now_ = std::make_shared<std::chrono::nanoseconds>(0);
  std::shared_ptr<run_clock> clock_ = std::make_shared<run_clock>([now = now_] { return *now; });
  deterministic_settings settings_;
  caf::actor_system system_;
  caf::actor witness_;
  caf::actor actor_;
};

} // namespace

TEST_CASE("a fault strikes when it is due, and only its own node") {
  rehearsal run({{.at = 1s, .kind = fault_kind::kill_worker, .worker = worker_id{0, 1}},
                 {.at = 1s, .kind = fault_kind::kill_worker, .worker = worker_id{1, 0}}});
  run.pass(950ms);
  REQUIRE(run.seen().empty());
  run.pass(100ms);
  REQUIRE(run.seen() == deeds{"begin kill_worker", "kill worker 0.1"});
  run.pass(5s);
  REQUIRE(run.seen().size() == 2);
}

TEST_CASE("a fault that ends or stops the process is in the log before") {
  rehearsal run({{.at = 1s, .kind = fault_kind::freeze, .node = "a", .duration = 3s},
                 {.at = 10s, .kind = fault_kind::kill_node, .node = "a"}});
  run.pass(2s);
  REQUIRE(run.seen() == deeds{"begin freeze", "flush", "freeze 3000"});
  run.pass(9s);
  REQUIRE(run.seen()
          == deeds{"begin freeze", "flush", "freeze 3000", "end freeze", "begin kill_node", "flush", "kill"});
}

TEST_CASE("a fault that goes on is switched on and off again, and both are told") {
  rehearsal run({{.at = 1s, .kind = fault_kind::slow, .worker = worker_id{0, 0}, .duration = 2s, .factor = 5},
                 {.at = 2s, .kind = fault_kind::cut, .node = "a", .duration = 4s}});
  const auto deaf = [&] { return run.switches->drops("b", link_filter::direction::incoming); };
  run.pass(2500ms);
  REQUIRE(run.switches->of({0, 0})->slowdown == 5);
  REQUIRE(deaf());
  run.pass(1s);
  REQUIRE(run.switches->of({0, 0})->slowdown == 1);
  REQUIRE(deaf());
  run.pass(3s);
  REQUIRE_FALSE(deaf());
  REQUIRE(run.seen() == deeds{"begin slow", "begin cut", "end slow", "end cut"});
}

TEST_CASE("a worker is poisoned once") {
  rehearsal run({{.at = 1s, .kind = fault_kind::poison, .worker = worker_id{0, 0}}});
  run.pass(2s);
  REQUIRE(run.switches->of({0, 0})->poisoned.exchange(false));
  run.pass(2s);
  REQUIRE_FALSE(run.switches->of({0, 0})->poisoned);
  REQUIRE(run.seen() == deeds{"begin poison"});
}

TEST_CASE("the holder's fault is carried out by whoever has held the seat for as long as patience") {
  rehearsal run({{.at = 5s, .kind = fault_kind::kill_holder}, {.at = 10s, .kind = fault_kind::kill_holder}});
  // The former holder, whose clock was a little ahead, has just been killed by the first one.
  run.pass(4500ms);
  run.holds_seat = true;
  run.pass(1s);
  REQUIRE(run.seen().empty());
  run.pass(5s);
  REQUIRE(run.seen() == deeds{"begin kill_holder", "flush", "kill"});
}

TEST_CASE("a restarted node does not carry out again what its log holds") {
  rehearsal run({{.at = 1s, .kind = fault_kind::kill_node, .node = "a"}}, 1s);
  run.pass(3s);
  REQUIRE(run.seen().empty());
}

TEST_CASE("what fell into a time in which the process stood still is passed over") {
  rehearsal run({{.at = 2s, .kind = fault_kind::kill_node, .node = "a"},
                 {.at = 9s, .kind = fault_kind::kill_worker, .worker = worker_id{0, 0}}});
  run.pass(1s);
  run.stand_still(9s);
  run.pass(1s);
  REQUIRE(run.seen() == deeds{"begin kill_worker", "kill worker 0.0"});
}

TEST_CASE("no fault begins when the budget is used up, and those that go on still end") {
  rehearsal run({{.at = 1s, .kind = fault_kind::cut, .node = "a", .duration = 2s},
                 {.at = 2s, .kind = fault_kind::kill_node, .node = "a"}});
  run.pass(1500ms);
  run.is_over = true;
  run.pass(3s);
  REQUIRE(run.seen() == deeds{"begin cut", "end cut"});
}
