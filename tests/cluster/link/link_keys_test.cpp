#include "cluster/link/zap_authenticator.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/link/linked_nodes.hpp"

using namespace paceline;

namespace {

key_set keys_in(const std::filesystem::path& folder) {
  make_key_set(folder);
  return load_node_keys(folder);
}

struct nodes_with_keys {
  actor_system_settings config;
  caf::actor_system system{config};
  temporary_folder folder;
  node_endpoints at_a = tcp_endpoints("a");
  node_endpoints at_b = tcp_endpoints("b");
  key_set keys = keys_in(folder / "keys");
  key_set other_keys = keys_in(folder / "others");
};

link_settings with(link_settings settings, const std::optional<key_set>& keys) {
  settings.keys = keys;
  return settings;
}

bool says(linked_node& node, const std::string& part) {
  if (node.record->until([&](const node_record& r) { return r.said(part); }))
    return true;
  for (const auto& line : node.record->lines)
    UNSCOPED_INFO(line);
  return false;
}

/// Both say that the keys do not fit within the time that docs/security.md promises.
void require_both_say_why_in_time(nodes_with_keys& at, const link_settings& of_a, const link_settings& of_b) {
  REQUIRE(of_a.patience == std::chrono::seconds(2));
  REQUIRE(of_b.patience == std::chrono::seconds(2));
  const auto began = std::chrono::steady_clock::now();
  linked_node a(at.system, of_a);
  linked_node b(at.system, of_b);
  REQUIRE(says(a, "security.keys"));
  REQUIRE(says(b, "security.keys"));
  REQUIRE(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
  REQUIRE(comes_true([&] { return a.link->counters().refused_connections > 0; }));
  REQUIRE(a.record->joined.empty());
  REQUIRE(b.record->joined.empty());
}

} // namespace

TEST_CASE("nodes of one key set join, and their snapshots and messages go encrypted") {
  nodes_with_keys at;
  linked_node a(at.system, with(settings_for(at.at_a, {at.at_b}, 1), at.keys));
  linked_node b(at.system, with(settings_for(at.at_b, {at.at_a}, 2), at.keys));
  REQUIRE(a.has_joined());
  const auto slot = b.link->plane()->subscribe(scope::global, 0);
  REQUIRE(b.has_joined());
  std::uint64_t decision = 0;
  REQUIRE(comes_true([&] {
    a.link->plane()->publish(global_snapshot(1, ++decision));
    return slot->take() != nullptr;
  }));
}

TEST_CASE("a node with the keys of another set is not admitted, and both sides say why") {
  nodes_with_keys at;
  require_both_say_why_in_time(at, with(settings_for(at.at_a, {at.at_b}, 1), at.keys),
                               with(settings_for(at.at_b, {at.at_a}, 2), at.other_keys));
}

TEST_CASE("a node without keys is not admitted where keys are used, and both sides say why") {
  nodes_with_keys at;
  require_both_say_why_in_time(at, with(settings_for(at.at_a, {at.at_b}, 1), at.keys),
                               settings_for(at.at_b, {at.at_a}, 2));
}

TEST_CASE("only the nodes' own key is admitted, and a damaged question gets a no") {
  const std::string key(32, 'k');
  const std::vector<std::string> request{"1.0", "id", "nodes", "127.0.0.1", "", "CURVE", key};
  REQUIRE(zap_reply(request, key) == std::vector<std::string>{"1.0", "id", "200", "OK", "node", ""});
  REQUIRE(zap_reply(request, std::string(32, 'x'))[2] == "400");
  for (std::size_t missing = 0; missing < request.size(); ++missing)
    REQUIRE(zap_reply(std::span(request).first(missing), key)[2] == "400");
  auto plain = request;
  plain[5] = "NULL";
  REQUIRE(zap_reply(plain, key)[2] == "400");
  // Without keys: those who use none.
  plain.pop_back();
  REQUIRE(zap_reply(plain, "")[2] == "200");
  REQUIRE(zap_reply(plain, key)[2] == "400");
  REQUIRE(zap_reply(request, "")[2] == "400");
}
