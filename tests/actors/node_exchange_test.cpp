// A strategy's centre in a run of several nodes: whoever holds the global leader's seat has it.
#include "actors/node_exchange.hpp"

#include "actors/strategies/centre_strategies.hpp"
#include "tests/actors/node_network.hpp"
#include "tests/catch.hpp"

#include <string>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

strategy_settings exchanging(centre_settings centre) {
  strategy_settings strategy{.period_group = 0, .period_global = 0, .loss_window = 3};
  strategy.centre = std::move(centre);
  return strategy;
}

const std::vector<std::pair<std::string, centre_settings>>& centres_over_nodes() {
  static const std::vector<std::pair<std::string, centre_settings>> all{
    {"easgd", easgd{.period = 4}.settings()},
    {"synchronous easgd", easgd{.period = 4, .synchronous = true}.settings()},
    {"downpour", downpour{.period = 4}.settings()},
    {"local_sgd", local_sgd{.period = 4}.settings()},
    {"diloco", diloco{.period = 4}.settings()}};
  return all;
}

/// Of every worker of that node since the last look.
bool all_exchanged(node_network& network, std::uint32_t node) {
  std::map<worker_id, std::size_t> counts;
  for (const auto& one : network.at(node).record->exchanges)
    ++counts[one.worker];
  return counts.size() == 2 && counts.begin()->second >= 3 && std::next(counts.begin())->second >= 3;
}

void forget_exchanges(node_network& network, std::uint32_t node) {
  network.at(node).record->exchanges.clear();
}

} // namespace

TEST_CASE("workers of all nodes exchange with one centre") {
  const std::uint64_t seed = GENERATE(1, 2);
  for (const auto& [name, centre] : centres_over_nodes()) {
    INFO(name);
    node_network network(3, 1'000'000, seed);
    network.use(exchanging(centre));
    for (std::uint32_t node = 0; node < 3; ++node)
      network.start_whole(node);
    const auto all = [&] {
      return all_exchanged(network, 0) && all_exchanged(network, 1) && all_exchanged(network, 2);
    };
    network.run_until(all, 60s);
    REQUIRE(all());
  }
}

TEST_CASE("where the node of the centre is lost, the next holder of the seat begins one, and nobody is stuck") {
  const std::uint64_t seed = GENERATE(1, 2);
  for (const auto& [name, centre] : centres_over_nodes()) {
    INFO(name);
    node_network network(3, 1'000'000, seed);
    network.use(exchanging(centre));
    for (std::uint32_t node = 0; node < 3; ++node)
      network.start_whole(node);
    network.run_until([&] { return all_exchanged(network, 1) && all_exchanged(network, 2); }, 60s);
    std::uint32_t holder = 0;
    while (!network.holds_seat(holder))
      ++holder;
    network.kill(holder);
    std::vector<std::uint32_t> others;
    for (std::uint32_t node = 0; node < 3; ++node)
      if (node != holder)
        others.push_back(node);
    for (const auto node : others)
      forget_exchanges(network, node);
    const auto both = [&] { return all_exchanged(network, others[0]) && all_exchanged(network, others[1]); };
    network.run_until(both, 60s);
    REQUIRE(both());
    // It comes back, and takes part again.
    network.start_whole(holder);
    network.run_until([&] { return all_exchanged(network, holder); }, 60s);
    REQUIRE(all_exchanged(network, holder));
  }
}

TEST_CASE("a barrier over nodes waits for no node that is cut off") {
  node_network network(2);
  network.use(exchanging(local_sgd{.period = 4}.settings()));
  network.start_whole(0);
  network.start_whole(1);
  network.run_until([&] { return all_exchanged(network, 0) && all_exchanged(network, 1); }, 60s);
  network.cut(0, 1);
  forget_exchanges(network, 0);
  forget_exchanges(network, 1);
  const auto both = [&] { return all_exchanged(network, 0) && all_exchanged(network, 1); };
  network.run_until(both, 60s);
  REQUIRE(both());
  network.heal(0, 1);
  forget_exchanges(network, 0);
  forget_exchanges(network, 1);
  network.run_until(both, 60s);
  REQUIRE(both());
}

TEST_CASE("a run whose workers exchange over nodes comes to its end, by its budget or stopped") {
  const bool stopped = GENERATE(false, true);
  for (const auto& [name, centre] : centres_over_nodes()) {
    INFO(name << (stopped ? ", stopped" : ""));
    node_network network(2, stopped ? 1'000'000 : 300);
    network.use(exchanging(centre));
    network.start_whole(0);
    network.start_whole(1);
    network.run_until([&] { return all_exchanged(network, 0) && all_exchanged(network, 1); }, 60s);
    if (stopped)
      for (std::uint32_t node = 0; node < 2; ++node)
        caf::anon_send(network.at(node).supervisor, stop_run{});
    const auto finished = [&] { return network.at(0).record->finished && network.at(1).record->finished; };
    network.run_until(finished, 120s);
    REQUIRE(finished());
    // Who holds the seat has the centre.
    const auto has_centre = [&](std::uint32_t node) { return has_begun(network.at(node).record->end.state->centre); };
    REQUIRE(has_centre(0) != has_centre(1));
  }
}
