#include "cluster/security/key_file.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

key_file some_key(key_role role) {
  return {role, make_curve_keys(), role == key_role::node ? "" : make_curve_keys().public_key};
}

void require_refused(const std::string& text, const std::string& part) {
  REQUIRE_THROWS_WITH(parse_key_file(text), ContainsSubstring(part));
}

} // namespace

TEST_CASE("a key file gives back what was written into it") {
  const auto file = some_key(GENERATE(key_role::node, key_role::operator_shell, key_role::read_only_shell));
  const auto read = parse_key_file(format_key_file(file));
  REQUIRE(read.role == file.role);
  REQUIRE(read.keys.public_key == file.keys.public_key);
  REQUIRE(read.keys.secret_key == file.keys.secret_key);
  REQUIRE(read.node_public == file.node_public);
}

TEST_CASE("two new key pairs are different") {
  REQUIRE(make_curve_keys().secret_key != make_curve_keys().secret_key);
}

TEST_CASE("a key file cut anywhere is refused") {
  const auto text = format_key_file(some_key(key_role::operator_shell));
  // Behind the last brace there is but the end of its line.
  for (std::size_t length = 0; length + 1 < text.size(); ++length)
    REQUIRE_THROWS_AS(parse_key_file(text.substr(0, length)), invalid_input);
}

TEST_CASE("a key with any character changed is refused") {
  const auto file = some_key(key_role::node);
  for (const auto& name : {"public", "secret"})
    for (std::size_t i = 0; i < 40; ++i) {
      auto object = json::parse(format_key_file(file));
      auto& key = object[name].get_ref<std::string&>();
      key[i] = key[i] == '0' ? '1' : '0';
      // CURVE leaves five bits of a secret key unused.
      const bool unused_bits = name == std::string("secret") && (i < 5 || i >= 35);
      if (!unused_bits)
        require_refused(object.dump(), "is damaged: ");
    }
}

TEST_CASE("what is no key file is refused without a word of what is in it") {
  const auto good = json::parse(format_key_file(some_key(key_role::node)));
  const auto with = [&](const char* name, const json& value) {
    auto object = good;
    object[name] = value;
    return object.dump();
  };
  const std::string secret = good["secret"];
  require_refused("", "not one JSON object");
  require_refused("[]", "not one JSON object");
  require_refused(good.dump() + "}", "not one JSON object");
  require_refused(R"({"role": "node", "role": "node"})", "not one JSON object with each key once");
  require_refused("{}", "it has no text \"role\"");
  require_refused(with("secret", 5), "it has no text \"secret\"");
  require_refused(with("role", "king"), "its role is \"king\", allowed: node, operator, read-only");
  require_refused(with("role", "operator"), "it has no text \"node_public\"");
  require_refused(with("comment", "mine"), "it has 4 keys, 3 are needed");
  require_refused(with("secret", secret.substr(1)), "its \"secret\" is no key of 40 characters of Z85");
  require_refused(with("secret", secret.substr(1) + "~"), "its \"secret\" is no key of 40 characters of Z85");
  require_refused(with("public", std::string(40, '#')), "its \"public\" is no key");
  require_refused(with("public", make_curve_keys().public_key), "its public key does not belong to its secret key");
  require_refused(std::string(longest_key_file + 1, ' '), "is longer than 4096 bytes");
  for (const auto& text : {with("secret", secret + secret), with("public", secret), good.dump().substr(1)})
    try {
      parse_key_file(text);
      FAIL("not refused");
    } catch (const invalid_input& reason) {
      REQUIRE(std::string(reason.what()).find(secret) == std::string::npos);
    }
}

TEST_CASE("the list of admitted shells gives back what was written into it, and refuses what is none") {
  const admitted_keys admitted{make_curve_keys().public_key, make_curve_keys().public_key};
  const auto read = parse_admitted_keys(format_admitted_keys(admitted));
  REQUIRE(read.operator_public == admitted.operator_public);
  REQUIRE(read.read_only_public == admitted.read_only_public);
  REQUIRE_THROWS_WITH(parse_admitted_keys("{}"), "is damaged: it has no text \"operator\"");
  REQUIRE_THROWS_WITH(parse_admitted_keys(format_admitted_keys({admitted.operator_public, "short"})),
                      ContainsSubstring("its \"read-only\" is no key"));
  // Whoever may look must not be taken for one who may change.
  REQUIRE_THROWS_WITH(parse_admitted_keys(format_admitted_keys({admitted.operator_public, admitted.operator_public})),
                      "is damaged: its two keys are the same");
}
