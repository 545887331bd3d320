#include "cluster/link/hello_check.hpp"

#include "tests/catch.hpp"

using namespace paceline;

TEST_CASE("the first difference of two configurations is named by its path") {
  const std::string ours = R"({"nodes":[{"name":"a"},{"name":"b"}],"seed":1,"strategy":{"pull":0.1}})";
  const auto against = [&](const std::string& theirs) { return first_difference(ours, theirs); };
  REQUIRE(against(ours) == "");
  REQUIRE(against(R"({"nodes":[{"name":"a"},{"name":"c"}],"seed":2,"strategy":{"pull":0.1}})") == "nodes[1].name");
  REQUIRE(against(R"({"nodes":[{"name":"a"}],"seed":1,"strategy":{"pull":0.1}})") == "nodes[1]");
  REQUIRE(against(R"({"nodes":[{"name":"a"},{"name":"b"}],"seed":1,"strategy":{"pull":0.2}})") == "strategy.pull");
  REQUIRE(against(R"({"nodes":[{"name":"a"},{"name":"b"}],"seed":1})") == "strategy");
  REQUIRE(against(R"({"a":1,"nodes":[{"name":"a"},{"name":"b"}],"seed":1,"strategy":{"pull":0.1}})") == "a");
}

TEST_CASE("order of keys and spaces do not make configurations differ") {
  REQUIRE(first_difference(R"({"a":1,"b":2})", R"({ "b": 2, "a": 1 })") == "");
}

TEST_CASE("a configuration that is no JSON, or nested as deep as a message allows, differs without harm") {
  const std::string ours = R"({"a":[1]})";
  REQUIRE(first_difference(ours, "{") == "its beginning");
  REQUIRE(first_difference(ours, "[1]") == "its beginning");
  const std::string deep = R"({"a":[)" + std::string(45'000, '[') + std::string(45'000, ']') + "]}";
  REQUIRE(first_difference(ours, deep) == "a[0]");
}

TEST_CASE("the first of version, configuration and model that does not fit is the reason") {
  const hello one{.version = 1, .node = "a", .config = R"({"seed":1})", .fingerprint = 1};
  auto other = one;
  other.node = "b";
  REQUIRE_FALSE(misfit(one, other));
  other.fingerprint = 255;
  REQUIRE(misfit(one, other)->text
          == "nodes 'a' and 'b' are not of one run: the fingerprints of their models are 0000000000000001 and "
             "00000000000000ff");
  other.config = R"({"seed":2})";
  REQUIRE(misfit(one, other)->text
          == "nodes 'a' and 'b' are not of one run: their cluster files differ, first at seed");
  other.version = 2;
  REQUIRE(misfit(one, other)->text
          == "nodes 'a' and 'b' are not of one run: they speak versions 1 and 2 of the wire format");
}
