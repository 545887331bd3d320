#include "cluster/bench/plane_bench.hpp"

#include "actors/actor_system.hpp"
#include "actors/run_clock.hpp"
#include "cluster/bench/loopback.hpp"
#include "cluster/bench/median.hpp"
#include "cluster/bench/stopwatch.hpp"
#include "cluster/link/frame_credit.hpp"
#include "cluster/link/large_memory.hpp"
#include "cluster/link/link_sockets.hpp"
#include "cluster/link/node_link.hpp"
#include "cluster/link/shared_message.hpp"
#include "messages/type_ids.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace paceline {

namespace {

constexpr std::chrono::milliseconds patience{2000};
constexpr std::chrono::seconds longest_wait{30};

std::string free_endpoint() {
  return fmt::format("tcp://127.0.0.1:{}", free_loopback_port());
}

/// Calls `try_once` until it says true.
template <class Try>
void repeat_until(Try try_once) {
  const auto until = std::chrono::steady_clock::now() + longest_wait;
  while (!try_once()) {
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error("bench plane: nothing arrived over loopback for 30 s");
  }
}

/// The snapshot plane's two sockets, without what is around them.
class frame_path {
 public:
  explicit frame_path(std::size_t bytes)
    : frame_(std::make_shared<std::vector<std::byte>>(bytes)),
      endpoint_(free_endpoint()),
      publisher_(link_sockets(sender_, std::nullopt, patience)
                   .bound({.type = zmq::socket_type::router, .longest_message = frame_credit_bytes}, endpoint_)),
      subscriber_(link_sockets(receiver_, std::nullopt, patience)
                    .connected({.type = zmq::socket_type::dealer, .longest_message = static_cast<std::int64_t>(bytes)},
                               endpoint_)) {
    // Else a frame might be dropped, before the credit of the one before was looked at.
    publisher_->socket.set(zmq::sockopt::router_mandatory, true);
    publisher_->socket.set(zmq::sockopt::sndtimeo, static_cast<int>(std::chrono::milliseconds(longest_wait).count()));
    publisher_->socket.set(zmq::sockopt::rcvtimeo, 10);
    repeat_until([&] {
      subscriber_->socket.send(zmq::buffer(encode(frame_credit{})), zmq::send_flags::dontwait);
      zmq::message_t content;
      return publisher_->socket.recv(route_).has_value() && publisher_->socket.recv(content).has_value();
    });
    subscriber_->socket.set(zmq::sockopt::rcvtimeo, static_cast<int>(std::chrono::milliseconds(longest_wait).count()));
  }

  /// The credit for it came while the one before was decoded.
  void pass() {
    send();
    if (!receive())
      throw std::runtime_error("bench plane: a frame did not arrive over loopback for 30 s");
  }

 private:
  void send() {
    ++number_;
    std::memcpy(frame_->data(), &number_, sizeof(number_));
    zmq::message_t route(route_.data(), route_.size());
    publisher_->socket.send(route, zmq::send_flags::sndmore);
    publisher_->socket.send(shared_message(std::shared_ptr<const std::vector<std::byte>>(frame_), *frame_),
                            zmq::send_flags::none);
  }

  /// Waits for what was sent last.
  bool receive() {
    zmq::message_t frame;
    while (subscriber_->socket.recv(frame))
      if (std::memcmp(frame.data(), &number_, sizeof(number_)) == 0)
        return true;
    return false;
  }

  /// Begins with the number of its sending, so that an earlier one is not taken for it.
  std::shared_ptr<std::vector<std::byte>> frame_;
  std::uint64_t number_ = 0;
  /// One each, as between two processes: else one thread of ZeroMQ's serves both ends, from a warm cache.
  zmq::context_t sender_;
  zmq::context_t receiver_;
  std::string endpoint_;
  std::unique_ptr<watched_socket> publisher_;
  std::unique_ptr<watched_socket> subscriber_;
  /// The subscriber's.
  zmq::message_t route_;
};

/// Two linked nodes.
class node_path {
 public:
  node_path(caf::actor_system& system, std::size_t parameters)
    : parameters_(parameters),
      node_(system.spawn([](caf::event_based_actor* self) {
        // What becomes of the peers is seen by the snapshots.
        self->set_default_handler(caf::drop);
        return caf::behavior{[](const node_state&) {}};
      })),
      leader_(std::make_unique<node_link>(system, settings(at_leader_, at_follower_, 1))),
      follower_(std::make_unique<node_link>(system, settings(at_follower_, at_leader_, 2))),
      slot_(follower_->plane()->subscribe(scope::global, 0)) {
    leader_->start(node_);
    follower_->start(node_);
    repeat_until([&] {
      leader_->plane()->publish(next());
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      return slot_->take() != nullptr;
    });
  }
  ~node_path() { caf::anon_send_exit(node_, caf::exit_reason::user_shutdown); }
  node_path(const node_path&) = delete;
  node_path& operator=(const node_path&) = delete;

  snapshot_ptr next() {
    leader_snapshot snapshot;
    snapshot.scope = scope::global;
    snapshot.decision = ++decision_;
    snapshot.taken_at = run_clock::steady_time();
    snapshot.parameters.assign(parameters_, 1.0f);
    return std::make_shared<const leader_snapshot>(std::move(snapshot));
  }

  void pass(const snapshot_ptr& snapshot) {
    leader_->plane()->publish(snapshot);
    repeat_until([&] {
      const auto taken = slot_->take();
      if (!taken)
        std::this_thread::sleep_for(std::chrono::microseconds(20));
      return taken && taken->decision == snapshot->decision;
    });
  }

 private:
  link_settings settings(const node_endpoints& own, const node_endpoints& peer, std::uint64_t incarnation) const {
    link_settings result;
    result.own = own;
    result.peers = {peer};
    result.incarnation = incarnation;
    result.slices = {parameters_};
    result.patience = patience;
    result.now = run_clock::steady_time;
    return result;
  }

  std::size_t parameters_;
  node_endpoints at_leader_{"leader", free_endpoint(), free_endpoint(), free_endpoint()};
  node_endpoints at_follower_{"follower", free_endpoint(), free_endpoint(), free_endpoint()};
  caf::actor node_;
  std::unique_ptr<node_link> leader_;
  std::unique_ptr<node_link> follower_;
  std::shared_ptr<snapshot_slot> slot_;
  std::uint64_t decision_ = 0;
};

plane_bench_result::row measure(double megabytes, int repeats) {
  const auto parameters = static_cast<std::size_t>(megabytes * 1e6 / sizeof(float));
  const auto bytes = parameters * sizeof(float);
  actor_system_settings config;
  caf::actor_system system(config);
  loopback_connection socket;
  frame_path frames(bytes);
  node_path nodes(system, parameters);
  const std::vector<std::byte> from(bytes, std::byte{1});
  std::vector<std::byte> to(bytes);
  std::vector<double> socket_seconds;
  std::vector<double> frame_seconds;
  std::vector<double> whole_seconds;
  for (int i = 0; i < repeats; ++i) {
    socket_seconds.push_back(time_of([&] { socket.copy(from, to); }));
    frame_seconds.push_back(time_of([&] { frames.pass(); }));
    const auto snapshot = nodes.next();
    whole_seconds.push_back(time_of([&] { nodes.pass(snapshot); }));
  }
  const auto speed = [&](const std::vector<double>& seconds) {
    return static_cast<double>(bytes) / median(seconds) / 1e9;
  };
  return {megabytes, speed(socket_seconds), speed(frame_seconds), speed(whole_seconds)};
}

} // namespace

plane_bench_result run_plane_bench(const plane_bench_settings& settings) {
  keep_large_memory();
  plane_bench_result result;
  for (const auto megabytes : settings.megabytes)
    result.rows.push_back(measure(megabytes, settings.repeats));
  return result;
}

std::string to_text(const plane_bench_settings& settings, const plane_bench_result& result) {
  std::string text = fmt::format("snapshots over TCP on loopback, GB/s (medians of {}):", settings.repeats);
  for (const auto& row : result.rows)
    text +=
      fmt::format("\n  {:5.1f} MB: plain socket {:.2f}; frames {:.2f} ({:.2f} of it); publish to follower {:.2f} "
                  "({:.2f} of it)",
                  row.megabytes, row.socket, row.frames, row.frames / row.socket, row.whole, row.whole / row.socket);
  return text;
}

nlohmann::json to_json(const plane_bench_settings& settings, const plane_bench_result& result) {
  auto rows = nlohmann::json::array();
  for (const auto& row : result.rows)
    rows.push_back({{"megabytes", row.megabytes},
                    {"socket_gb_per_second", row.socket},
                    {"frames_gb_per_second", row.frames},
                    {"frames_ratio", row.frames / row.socket},
                    {"whole_gb_per_second", row.whole},
                    {"whole_ratio", row.whole / row.socket}});
  return {{"benchmark", "plane"}, {"repeats", settings.repeats}, {"sizes", rows}};
}

} // namespace paceline
