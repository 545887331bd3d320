#include "cluster/wire/control_codec.hpp"

#include "cluster/wire/cbor.hpp"
#include "cluster/wire/control_fields.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

#include <bit>
#include <limits>
#include <string>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

using limits = std::numeric_limits<double>;
constexpr auto largest_32 = std::numeric_limits<std::uint32_t>::max();
constexpr auto largest_64 = std::numeric_limits<std::uint64_t>::max();

/// Compares two messages member by member, doubles by their bits.
class comparison {
 public:
  template <class M>
  static void require_equal(const M& left, const M& right) {
    comparison of_right{right};
    // Notes each member of one side; what describe leaves out is not on the wire.
    members(left, [&](const json& expected) { REQUIRE(expected == of_right.next()); });
    REQUIRE(of_right.noted_.empty());
  }

 private:
  template <class M>
  explicit comparison(const M& message) {
    members(message, [&](json member) { noted_.push_back(std::move(member)); });
  }

  json next() {
    REQUIRE_FALSE(noted_.empty());
    auto member = noted_.front();
    noted_.erase(noted_.begin());
    return member;
  }

  template <class M, class Note>
  static void members(const M& message, Note note) {
    const auto field = [&](const char*, const auto& value) { note_value(value, note); };
    describe(field, message);
  }

  template <class T, class Note>
  static void note_value(const T& value, Note& note) {
    if constexpr (std::is_same_v<T, double>)
      note(std::bit_cast<std::uint64_t>(value));
    else if constexpr (std::is_same_v<T, std::chrono::nanoseconds>)
      note(value.count());
    else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, std::string>)
      note(value);
    else
      members(value, note);
  }

  template <class T, class Note>
  static void note_value(const std::optional<T>& value, Note& note) {
    note(value.has_value());
    if (value)
      members(*value, note);
  }

  template <class T, class Note>
  static void note_value(const std::vector<T>& list, Note& note) {
    note(list.size());
    for (const auto& element : list)
      members(element, note);
  }

  std::vector<json> noted_;
};

template <class M>
void require_round_trip(const M& message) {
  const auto decoded = decode_control(encode(message));
  REQUIRE(std::holds_alternative<M>(decoded));
  comparison::require_equal(message, std::get<M>(decoded));
}

loss_report largest_report(double loss) {
  return {{largest_32, largest_32}, largest_64, loss, true, longest_wire_time};
}

leader_announcement largest_announcement(double loss) {
  return {scope::global, largest_32, largest_64,         largest_64,    {largest_32, largest_32}, largest_64, loss,
          -loss,         largest_64, -longest_wire_time, "größer, 更大"};
}

/// A node's state with all of its members set.
node_state some_state() {
  node_state state;
  state.node = "a";
  state.incarnation = 1;
  state.seat = {2, "b"};
  state.steps = 300;
  state.others.push_back({"b", 70000});
  state.others.push_back({"c", 5'000'000'000});
  state.live_workers = 4;
  state.lost_workers = {{2, 1}, {3, 0}};
  state.training_time = std::chrono::seconds(9);
  state.training = true;
  return state;
}

/// One message of each type with all of its members set.
std::vector<control_message> one_of_each() {
  std::vector<control_message> messages;
  messages.push_back(hello{wire_version, "a", 2, R"({"seed":1})", 4});
  messages.push_back(welcome{"b", 5});
  messages.push_back(refusal{refusal::cause::unknown_node, "who is that?", std::chrono::seconds(3)});
  messages.push_back(farewell{"done"});
  messages.push_back(some_state());
  messages.push_back(group_report{1, 640, 4, loss_report{{1, 2}, 64, 0.25, true, std::chrono::milliseconds(5)}, 9});
  messages.push_back(largest_announcement(0.1));
  messages.push_back(probe_request{7, largest_announcement(0.2)});
  messages.push_back(probe_result{8, {1, 2}, {3, 4}, 0.3, "no batch"});
  messages.push_back(echo{"a", 9, true});
  messages.push_back(leaves_centre{{5, 6}});
  return messages;
}

std::vector<std::byte> bytes_of(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const auto value : values)
    bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

/// The document of a message, to be changed into one that no encoder writes.
json document_of(const control_message& message) {
  return read_cbor(encode(message));
}

void require_refused(const json& document, const std::string& part) {
  REQUIRE_THROWS_WITH(decode_control(write_cbor(document)), ContainsSubstring(part));
}

} // namespace

TEST_CASE("every control message survives its way over the wire while it is empty") {
  require_round_trip(hello{wire_version, "", 0, "", 0});
  require_round_trip(welcome{});
  require_round_trip(refusal{});
  require_round_trip(farewell{});
  require_round_trip(node_state{});
  require_round_trip(group_report{});
  require_round_trip(leader_announcement{});
  require_round_trip(probe_request{});
  require_round_trip(probe_result{});
  require_round_trip(echo{});
  require_round_trip(leaves_centre{});
}

TEST_CASE("every control message survives its way over the wire with its largest values") {
  const std::string text(5000, 'x');
  require_round_trip(hello{wire_version, text, largest_64, std::string(90'000, '{'), largest_64});
  require_round_trip(welcome{text, largest_64});
  require_round_trip(refusal{refusal::cause::unknown_node, text});
  require_round_trip(farewell{text});
  node_state state{text, largest_64, {largest_64, text},         largest_64,
                   {},   largest_32, {{largest_32, largest_32}}, longest_wire_time,
                   true};
  state.others.assign(2000, {"some-node", largest_64});
  require_round_trip(state);
  require_round_trip(group_report{largest_32, largest_64, largest_32, largest_report(limits::max())});
  require_round_trip(largest_announcement(limits::max()));
  require_round_trip(probe_request{largest_64, largest_announcement(limits::max())});
  require_round_trip(probe_result{largest_64, {largest_32, 0}, {0, largest_32}, limits::max(), text});
  require_round_trip(echo{text, largest_64, true});
  require_round_trip(leaves_centre{{largest_32, largest_32}});
}

TEST_CASE("a loss keeps its bits on the wire, whatever it is") {
  const auto loss = GENERATE(0.0, -0.0, 0.1, -1.0, limits::denorm_min(), -limits::denorm_min(), limits::min() / 3,
                             limits::infinity(), -limits::infinity(), limits::quiet_NaN(), -limits::quiet_NaN(),
                             limits::signaling_NaN(), std::bit_cast<double>(std::uint64_t{0xFFF8'0000'DEAD'BEEF}));
  require_round_trip(group_report{0, 1, 2, largest_report(loss)});
  require_round_trip(largest_announcement(loss));
  require_round_trip(probe_request{1, largest_announcement(loss)});
  require_round_trip(probe_result{1, {0, 0}, {0, 1}, loss, ""});
}

TEST_CASE("numbers keep their value on the wire at every length in which CBOR writes them") {
  const auto steps = GENERATE(std::uint64_t{0}, 23u, 24u, 255u, 256u, 65535u, 65536u, 0xFFFF'FFFFu, 0x1'0000'0000u);
  require_round_trip(group_report{static_cast<std::uint32_t>(steps), steps, 1, std::nullopt});
  const std::chrono::nanoseconds time(-static_cast<std::int64_t>(steps));
  require_round_trip(node_state{"a", steps, {}, steps, {}, 0, {}, time, false});
}

TEST_CASE("a control message is CBOR as RFC 8949 writes it") {
  // {"node": "b", "incarnation": 500, "type": "welcome"} with the keys sorted.
  const auto expected =
    bytes_of({0xA3, 0x6B, 'i', 'n',  'c', 'a',  'r', 'n', 'a', 't', 'i',  'o', 'n', 0x19, 0x01, 0xF4, 0x64, 'n',
              'o',  'd',  'e', 0x61, 'b', 0x64, 't', 'y', 'p', 'e', 0x67, 'w', 'e', 'l',  'c',  'o',  'm',  'e'});
  REQUIRE(encode(welcome{"b", 500}) == expected);
}

TEST_CASE("a control message cut at any byte is refused") {
  for (const auto& message : one_of_each()) {
    const auto bytes = encode(message);
    for (std::size_t length = 0; length < bytes.size(); ++length)
      REQUIRE_THROWS_WITH(decode_control(std::span(bytes).first(length)), "control message: cut short");
  }
}

TEST_CASE("bytes behind a control message are refused") {
  for (const auto& message : one_of_each()) {
    auto bytes = encode(message);
    bytes.push_back(std::byte{0});
    REQUIRE_THROWS_WITH(decode_control(bytes), "control message: bytes follow its end");
  }
}

TEST_CASE("every key of a control message is needed, except that a group may have no best worker") {
  for (const auto& message : one_of_each()) {
    const auto document = document_of(message);
    for (const auto& [key, value] : document.items()) {
      if (key == "best")
        continue;
      auto without = document;
      without.erase(key);
      require_refused(without, "key \"" + key + "\" is missing");
    }
  }
  const auto decoded = decode_control(encode(group_report{3, 4, 2, std::nullopt}));
  REQUIRE_FALSE(std::get<group_report>(decoded).best);
}

TEST_CASE("a value of the wrong type is refused under every key of every control message") {
  const std::vector<json> kinds{nullptr, true, -1, 1.5, "text", json::array({1}), json::object({{"a", 1}})};
  for (const auto& message : one_of_each()) {
    const auto document = document_of(message);
    for (const auto& [key, value] : document.items())
      for (const auto& kind : kinds) {
        const bool fits = kind.type() == value.type() || (kind == -1 && value.is_number() && !value.is_number_float());
        if (fits && !value.is_structured())
          continue;
        INFO(document << " with " << kind << " under " << key);
        auto changed = document;
        changed[key] = kind;
        REQUIRE_THROWS_AS(decode_control(write_cbor(changed)), invalid_input);
      }
  }
}

TEST_CASE("a number out of its range is refused with the range") {
  auto report = document_of(one_of_each()[5]);
  report["group"] = std::uint64_t{largest_32} + 1;
  require_refused(report, "key \"group\" is 4294967296, a whole number of 0 to 4294967295 is needed");
  report["group"] = -1;
  require_refused(report, "key \"group\" is -1");
  report["group"] = 1;
  report["best"]["worker"]["index"] = largest_64;
  require_refused(report, "key \"index\"");

  auto state = document_of(node_state{});
  for (const auto& time : {json(longest_wire_time.count() + 1), json(-longest_wire_time.count() - 1), json(largest_64),
                           json(std::numeric_limits<std::int64_t>::min())}) {
    state["training_time"] = time;
    require_refused(state, "a number of nanoseconds of at most 3153600000000000000 is needed");
  }
}

TEST_CASE("a name that means nothing is refused with those that do") {
  auto announcement = document_of(leader_announcement{});
  announcement["scope"] = "galactic";
  require_refused(announcement, "key \"scope\" is \"galactic\", one of group, global is needed");
  auto refused = document_of(refusal{});
  refused["why"] = 3;
  require_refused(refused, "one of version, config, fingerprint, name_taken, unknown_node is needed");
  announcement["type"] = std::string(50'000, 'x');
  require_refused(announcement, "xxx...\" is not known");
}

TEST_CASE("keys that are not known are skipped, so that a newer peer may send some") {
  for (const auto& message : one_of_each()) {
    auto document = document_of(message);
    document["a key of tomorrow"] = {{"list", {1, 2.5, nullptr, "text", false}}};
    REQUIRE(encode(decode_control(write_cbor(document))) == encode(message));
  }
}

TEST_CASE("of a hello of another version only version, node and age of the node are looked at") {
  const auto decoded =
    decode_control(write_cbor({{"type", "hello"}, {"version", 9}, {"node", "z"}, {"up_for", 5}, {"config", 4}}));
  REQUIRE(std::get<hello>(decoded).up_for == std::chrono::nanoseconds(5));
  REQUIRE(std::get<hello>(decoded).version == 9);
  REQUIRE(std::get<hello>(decoded).node == "z");
}

TEST_CASE("a control message longer than the bound is neither written nor read") {
  const auto overhead = encode(farewell{}).size() + 4;
  const farewell longest{std::string(longest_control_message - overhead, 'x')};
  REQUIRE(encode(longest).size() == longest_control_message);
  require_round_trip(longest);
  REQUIRE_THROWS_WITH(encode(farewell{longest.reason + "x"}),
                      "control message: a farewell of 100001 bytes, at most 100000 are allowed");
  auto bytes = write_cbor({{"type", "farewell"}, {"reason", longest.reason + "x"}});
  REQUIRE_THROWS_WITH(decode_control(bytes), "control message: 100001 bytes, at most 100000 are allowed");
}

TEST_CASE("a text leaves a node as one line of UTF-8, whatever was in it") {
  const auto decoded = decode_control(encode(farewell{"cannot open \"\xFF\"\n\x1B[2J"}));
  REQUIRE(std::get<farewell>(decoded).reason == "cannot open \"?\"  [2J");
}
