#include "cluster/config/model_json.hpp"

#include "cluster/config/config_error.hpp"
#include "compute/models.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/config/config_files.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;
using namespace paceline::testing;

namespace {

using lines = std::vector<std::string>;

std::string error_of(const config_json& json) {
  try {
    model_from_json(json, "leader.safetensors");
  } catch (const config_errors& found) {
    return found.what();
  }
  return "";
}

} // namespace

TEST_CASE("every built-in model is built again from its JSON") {
  for (const auto name : model_names()) {
    const auto m = make_model(name, usual_input(name), 10);
    const auto again = model_from_json(config_json::parse(model_to_json(m).dump()), "checkpoint");
    REQUIRE(again.name() == name);
    REQUIRE(again.input() == m.input());
    REQUIRE(again.output() == m.output());
    REQUIRE(again.parameters() == m.parameters());
    REQUIRE(model_to_json(again).dump() == model_to_json(m).dump());
  }
}

TEST_CASE("the layers of a cluster file are the model's, in order and with their numbers") {
  const auto config = loaded(R"({"budget": {"steps": 1}, "model": {"layers": [
    {"kind": "convolution", "name": "conv1", "channels": 8, "kernel": 5, "stride": 2, "padding": 1},
    {"kind": "relu"}, {"kind": "max_pool", "kernel": 2}, {"kind": "dropout"}, {"kind": "flatten"},
    {"kind": "linear", "name": "fc1", "features": 10}]}})");
  const auto m = model_from_config(config, {3, 28, 28}, 10);
  REQUIRE(m.name() == "custom");
  REQUIRE(m.layers().size() == 6);
  const auto& convolution = std::get<convolution_layer>(m.layers()[0].kind);
  REQUIRE(convolution.channels == 8);
  REQUIRE(convolution.kernel == 5);
  REQUIRE(convolution.stride == 2);
  REQUIRE(convolution.padding == 1);
  REQUIRE(std::get<max_pool_layer>(m.layers()[2].kind).kernel == 2);
  REQUIRE(std::get<dropout_layer>(m.layers()[3].kind).probability == 0.5);
  REQUIRE(std::get<linear_layer>(m.layers()[5].kind).features == 10);
  REQUIRE(m.parameters().find("conv1.weight")->shape == std::vector<std::int64_t>{8, 3, 5, 5});
}

TEST_CASE("a model that a cluster file names is built for the data that are there") {
  auto config = loaded(R"({"budget": {"steps": 1}, "model": "mlp"})");
  REQUIRE(model_from_config(config, {3, 28, 28}, 7).output().size() == 7);
  config.model.name = "cnn7";
  REQUIRE_THROWS_AS(model_from_config(config, {3, 8, 8}, 10), config_errors);
}

TEST_CASE("what is wrong with a layer is named by its place in the list") {
  const auto error = [](const std::string& layer) {
    const auto errors = errors_of_section("model", R"({"layers": [{"kind": "relu"}, )" + layer + "]}");
    return errors.size() == 1 ? errors.front() : std::to_string(errors.size()) + " errors";
  };
  CHECK(error(R"({"kind": "maxpool", "kernel": 2})")
        == "x.json: model.layers[1].kind: found \"maxpool\", allowed: one of \"convolution\", \"linear\", \"relu\", "
           "\"max_pool\", \"dropout\", \"flatten\", \"average_pool\", \"batch_norm\", \"add\" or \"shortcut\"; did you "
           "mean \"max_pool\"?");
  CHECK(error(R"({"kernel": 2})").starts_with("x.json: model.layers[1].kind: found nothing, allowed: one of"));
  CHECK(error(R"({"kind": "max_pool"})")
        == "x.json: model.layers[1].kernel: found nothing, allowed: an integer of at least 1");
  CHECK(error(R"({"kind": "linear", "features": 10})")
        == "x.json: model.layers[1].name: found nothing, allowed: text that is not empty");
  CHECK(error(R"({"kind": "max_pool", "kernel": 2, "channels": 3})")
        == "x.json: model.layers[1].channels: unknown key; known here: kind, name, from, kernel, stride, padding");
  CHECK(error(R"({"kind": "dropout", "probability": 1})")
        == "x.json: model.layers[1].probability: found 1, allowed: a number of at least 0 and below 1");
  CHECK(error("\"relu\"") == "x.json: model.layers[1]: found \"relu\", allowed: an object: { \"key\": value, ... }");
}

TEST_CASE("damaged model JSON is an error that names where it came from") {
  auto json = model_to_json(make_model("mlp", {3, 8, 8}, 10));
  auto wrong = json;
  wrong["layers"][1]["features"] = 0;
  CHECK(error_of(wrong) == "leader.safetensors: layers[1].features: found 0, allowed: an integer of at least 1");
  wrong = json;
  wrong.erase("input");
  CHECK(error_of(wrong).starts_with("leader.safetensors: input: found nothing"));
  wrong = json;
  wrong["layers"][0]["kind"] = "relu";
  CHECK(error_of(wrong).starts_with("leader.safetensors: layers[1]: "));
  CHECK(error_of(nullptr).starts_with("leader.safetensors: found null"));
}
