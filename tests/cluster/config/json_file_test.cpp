#include "cluster/config/json_file.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/config/config_files.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;
using namespace paceline::testing;

namespace {

using lines = std::vector<std::string>;

std::string only_error_of(std::string_view text) {
  error_list errors("x.json");
  parse_json(text, errors);
  REQUIRE(errors.errors().size() == 1);
  return errors.errors().front().line();
}

} // namespace

TEST_CASE("a document is parsed as nlohmann's own parser does, with keys in their order") {
  const auto* text = R"({"b": [1, -2, 3.5, [], {"c": null}], "a": {"t": true, "f": "x\u00e9"}, "e": {}})";
  error_list errors("x.json");
  REQUIRE(parse_json(text, errors) == config_json::parse(text));
  REQUIRE(parse_json(text, errors).dump() == config_json::parse(text).dump());
  REQUIRE(errors.errors().empty());
}

TEST_CASE("a syntax error is named by line, column and what is wrong there") {
  CHECK(only_error_of("{\n  \"seed\": 1,\n}") == "x.json:3:1: there must be no comma before the closing }");
  CHECK(only_error_of("[1,]") == "x.json:1:4: there must be no comma before the closing ]");
  CHECK(only_error_of("{\"seed\": 1")
        == "x.json:1:11: the file ends before everything in it is closed; is a }, ] or \" missing?");
  CHECK(only_error_of("{\"seed\": 1\n\"a\": 2}") == "x.json:2:3: a comma or } is missing before this");
  CHECK(only_error_of("[1 2]") == "x.json:1:4: a comma or ] is missing before this");
  CHECK(only_error_of("{\"seed\" 1}") == "x.json:1:9: a colon is missing between key and value");
  CHECK(only_error_of("{seed: 1}") == "x.json:1:2: a key in double quotes must stand here");
  CHECK(only_error_of("{\"ä\": 1, // why\n}") == "x.json:1:10: JSON has no comments");
  CHECK(only_error_of("{'seed': 1}") == "x.json:1:2: text stands in double quotes, not in single ones");
  CHECK(only_error_of("{} {}") == "x.json:1:4: nothing may follow the closing }");
  CHECK(only_error_of("{1: 2}") == "x.json:1:2: a key in double quotes must stand here");
  CHECK(only_error_of("{\"a\": truth}") == "x.json:1:10: this is not JSON: invalid literal");
  CHECK(only_error_of("{\"a\": \"b\n}")
        == "x.json:1:9: text must end on its own line, with tabs written as \\t; is a \" missing?");
  CHECK(only_error_of("{\"a\": 1e999}") == "x.json:1:11: a number is too large");
}

TEST_CASE("a key given twice is an error at its path, and the rest of the file is still read") {
  REQUIRE(only_error_of(R"({"strategy": {"kind": 1, "pull": 2, "kind": 3}})")
          == "x.json: strategy.kind: this key is given twice");
  REQUIRE(only_error_of(R"({"l": [{}, {"a": [], "a": 1}]})") == "x.json: l[1].a: this key is given twice");
  REQUIRE(errors_of(R"({"seed": 1, "seed": 2, "budget": {"steps": 0}})")
          == lines{"x.json: seed: this key is given twice",
                   "x.json: budget.steps: found 0, allowed: an integer of at least 1, or null"});
}

TEST_CASE("a file that is missing, a folder, empty or huge is one line") {
  const temporary_file file("{}");
  const auto folder = file.path().parent_path();
  const auto message_of = [](const std::filesystem::path& path) -> std::string {
    try {
      load_config(path);
    } catch (const config_errors& found) {
      return found.what();
    }
    return "";
  };
  REQUIRE(message_of(folder / "y.json") == (folder / "y.json").string() + ": there is no such file");
  REQUIRE(message_of(folder) == folder.string() + ": this is a folder, not a cluster file");
  REQUIRE(errors_of(" \n")
          == lines{"x.json: the file is empty; the least cluster file is {\"budget\": {\"time\": \"10min\"}}"});
  REQUIRE(errors_of("\"" + std::string(1 << 20, 'x') + "\"")
          == lines{"x.json: is larger than 1 MiB and so no cluster file"});
  const temporary_file no_faults(" ");
  REQUIRE_THROWS_WITH(load_config(temporary_file(R"({"budget": {"steps": 1}})").path(), {}, no_faults.path()),
                      no_faults.path().string() + R"(: the file is empty; the least faults file is {"per_hour": 125})");
  REQUIRE(errors_of("null") == lines{"x.json: found null, allowed: an object: { \"key\": value, ... }"});
  REQUIRE(errors_of("[]") == lines{"x.json: found [], allowed: an object: { \"key\": value, ... }"});
}

TEST_CASE("no bytes at all make the parser fail otherwise than by an error") {
  error_list errors("x.json");
  parse_json(std::string_view("\0", 1), errors);
  parse_json("\xff\xfe", errors);
  parse_json("\"\xff\"", errors);
  parse_json(std::string(100'000, '['), errors);
  REQUIRE(errors.errors().size() == 4);
  for (const auto& error : errors.errors())
    REQUIRE(error.line().find('\n') == std::string::npos);
}
