#include "cluster/config/run_config_json.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/config/config_files.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;
using namespace paceline::testing;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

/// Every key with a value that is not its default.
constexpr auto everything = R"({
  "$schema": "./cluster.schema.json",
  "groups": {"count": 5, "workers": 3},
  "nodes": [
    {"name": "a", "host": "local", "user": "", "port": 0, "address": "tcp://10.0.0.1:7100", "groups": 1, "path": "",
     "folder": "", "environment": {}, "device": null},
    {"name": "b-2", "host": "10.0.0.2", "user": "rider", "port": 2222, "address": "tcp://10.0.0.2:7100", "groups": 4,
     "path": "/opt/paceline", "folder": "/srv/runs", "environment": {"A": "1", "B_2": ""},
     "device": "cpu"}],
  "network": {"patience": "500ms", "snapshots": "bf16"},
  "security": {"keys": "keys"},
  "supervision": {"worker_restarts": 7, "node_restarts": 0, "restart_window": "30s"},
  "faults": {"seed": 9, "per_hour": 125, "kinds": ["cut", "freeze"], "begin": "1s", "freeze_time": "2s", "slow_time": "4s",
             "cut_time": "6s", "corrupt_time": "7s", "false_loss_time": "8s", "slow_factor": 2, "step_time": "20ms",
             "list": [
    {"at": "10s", "kind": "cut", "node": "a", "worker": null, "for": "1min", "factor": null, "direction": "incoming"},
    {"at": "20s", "kind": "slow", "node": "", "worker": "4.2", "for": null, "factor": 3, "direction": null}]},
  "device": {"backend": "reference", "precision": "fp32", "threads_per_worker": 2, "pin": false},
  "data": {"kind": "cifar10", "path": "data/cifar10", "train_size": 3000, "test_size": 500, "crop": 32, "padding": 4,
           "flip": false, "batch_size": 64, "shards": "rebalance", "resize": 40, "smallest_area": 0.5, "decoders": 3,
           "strict": true},
  "model": {"name": "tiny", "layers": [
    {"kind": "convolution", "name": "conv1", "channels": 8, "kernel": 5, "stride": 2, "padding": 1,
     "bias": false},
    {"kind": "relu"}, {"kind": "max_pool", "name": "p", "kernel": 3, "stride": 2, "padding": 1},
    {"kind": "dropout", "probability": 0.25, "from": "p"},
    {"kind": "flatten"}, {"kind": "linear", "name": "fc1", "features": 10}]},
  "strategy": {"kind": "lsgd", "period_group": 4, "period_global": 8, "pull_group": 0, "pull_global": 1,
               "loss_window": 64, "max_report_age": "5min", "start": "shared", "verify": "probe",
               "verify_tolerance": 0.25, "verify_allowance": 0.5, "proximal_group": 0.02, "proximal_global": 0.03},
  "optimizer": {"kind": "sgd", "learning_rate": 0.02, "momentum": 0.9, "nesterov": true, "weight_decay": 1e-4, "clip": 3},
  "workers": {"learning_rate": {"first": 0.4, "factor": 0.5}, "momentum": null, "weight_decay": null, "trust": null,
              "beta1": null, "beta2": null, "epsilon": null, "clip": null, "pull_group": null, "pull_global": null,
              "proximal_group": null, "proximal_global": null, "7": {"pull_global": 0.25}},
  "objective": {"kind": "network"},
  "schedule": {"kind": "step", "milestones": [0.5, 0.75], "factor": 0.2, "warmup": 0.05, "final_share": 0.01},
  "simulation": {"enabled": false, "latency": "1ms", "bandwidth": 2, "local_latency": "2us", "local_bandwidth": 5,
                 "step_time": "20ms", "step_spread": 0.25},
  "budget": {"steps": 1000, "epochs": 2.5, "time": "1.5h"},
  "output": {"folder": "elsewhere", "name": "first", "evaluate_every": "10s", "checkpoint_every": "90s",
             "keep_checkpoints": 5},
  "seed": 18446744073709551615,
  "deterministic": false
})";

} // namespace

TEST_CASE("every key of a cluster file reaches its field") {
  const auto c = loaded(everything);
  CHECK(c.groups.count == 5);
  CHECK(c.groups.workers == 3);
  REQUIRE(c.nodes.size() == 2);
  CHECK(c.nodes[1].name == "b-2");
  CHECK(c.nodes[1].host == "10.0.0.2");
  CHECK(c.nodes[1].user == "rider");
  CHECK(c.nodes[1].port == 2222);
  CHECK(c.nodes[1].address == "tcp://10.0.0.2:7100");
  CHECK(c.nodes[1].groups == 4);
  CHECK(c.nodes[1].path == "/opt/paceline");
  CHECK(c.nodes[1].folder == "/srv/runs");
  CHECK(!c.nodes[0].device);
  CHECK(c.nodes[1].device == "cpu");
  CHECK(c.nodes[1].environment == std::map<std::string, std::string>{{"A", "1"}, {"B_2", ""}});
  CHECK(c.network.patience == 500ms);
  CHECK(c.network.snapshots == frame_type::bf16);
  CHECK(c.security.keys == "keys");
  CHECK(c.supervision.worker_restarts == 7);
  CHECK(c.supervision.node_restarts == 0);
  CHECK(c.supervision.restart_window == 30s);
  CHECK(c.faults.seed == 9);
  CHECK(c.faults.per_hour == 125);
  CHECK(c.faults.kinds == std::vector{fault_kind::cut, fault_kind::freeze});
  CHECK(c.faults.begin == 1s);
  CHECK(c.faults.freeze_time == 2s);
  CHECK(c.faults.slow_time == 4s);
  CHECK(c.faults.cut_time == 6s);
  CHECK(c.faults.corrupt_time == 7s);
  CHECK(c.faults.false_loss_time == 8s);
  CHECK(c.faults.slow_factor == 2);
  CHECK(c.faults.step_time == 20ms);
  REQUIRE(c.faults.list.size() == 2);
  CHECK(c.faults.list[0].at == 10s);
  CHECK(c.faults.list[0].kind == fault_kind::cut);
  CHECK(c.faults.list[0].node == "a");
  CHECK(c.faults.list[0].duration == 60s);
  CHECK(c.faults.list[0].direction == cut_direction::incoming);
  CHECK(c.faults.list[1].worker == worker_id{4, 2});
  CHECK(c.faults.list[1].factor == 3);
  CHECK(c.device.backend == "reference");
  CHECK(c.device.precision == product_precision::fp32);
  CHECK(c.device.threads_per_worker == 2);
  CHECK(!c.device.pin);
  CHECK(c.data.kind == "cifar10");
  CHECK(c.data.path == "data/cifar10");
  CHECK(c.data.train_size == 3000);
  CHECK(c.data.test_size == 500);
  CHECK(c.data.augment.crop == 32);
  CHECK(c.data.augment.padding == 4);
  CHECK(!c.data.augment.flip);
  CHECK(c.data.batch_size == 64);
  CHECK(c.data.rebalance_shards);
  CHECK(c.data.augment.resize == 40);
  CHECK(c.data.augment.smallest_area == 0.5);
  CHECK(c.data.decoders == 3);
  CHECK(c.data.strict);
  CHECK(c.model.name == "tiny");
  CHECK(c.model.layers.size() == 6);
  CHECK(c.strategy.kind == "lsgd");
  CHECK(c.strategy.period_group == 4);
  CHECK(c.strategy.period_global == 8);
  CHECK(c.strategy.pull_group == 0);
  CHECK(c.strategy.pull_global == 1);
  CHECK(c.strategy.loss_window == 64);
  CHECK(c.strategy.max_report_age == std::chrono::minutes(5));
  CHECK(c.strategy.shared_start);
  CHECK(c.strategy.verify);
  CHECK(c.strategy.verify_tolerance == 0.25);
  CHECK(c.strategy.verify_allowance == 0.5);
  CHECK(c.strategy.proximal_group == 0.02);
  CHECK(c.strategy.proximal_global == 0.03);
  CHECK(c.optimizer.clip == 3);
  CHECK(c.simulation.latency == 1ms);
  CHECK(c.simulation.bandwidth == 2);
  CHECK(c.simulation.local_latency == std::chrono::microseconds(2));
  CHECK(c.simulation.local_bandwidth == 5);
  CHECK(c.simulation.step_time == 20ms);
  CHECK(c.simulation.step_spread == 0.25);
  CHECK(c.optimizer.learning_rate == 0.02);
  CHECK(c.workers_apart.of_all.at("learning_rate") == worker_values(geometric_values{0.4, 0.5}));
  CHECK(c.workers_apart.of_one.at(7).at("pull_global") == 0.25);
  CHECK(c.optimizer.momentum == 0.9);
  CHECK(c.optimizer.nesterov);
  CHECK(c.optimizer.weight_decay == 1e-4);
  CHECK(c.schedule.shape == learning_rate_schedule::kind::step);
  CHECK(c.schedule.milestones == std::vector{0.5, 0.75});
  CHECK(c.schedule.factor == 0.2);
  CHECK(c.schedule.warmup == 0.05);
  CHECK(c.schedule.final_share == 0.01);
  CHECK(c.budget.steps == 1000u);
  CHECK(c.budget.epochs == 2.5);
  CHECK(c.budget.time == 90min);
  CHECK(c.output.folder == "elsewhere");
  CHECK(c.output.name == "first");
  CHECK(c.output.evaluate_every == 10s);
  CHECK(c.output.checkpoint_every == 90s);
  CHECK(c.output.keep_checkpoints == 5);
  CHECK(c.seed == 18446744073709551615u);
  CHECK(loaded(R"({"deterministic": true, "budget": {"steps": 1}})").deterministic);
}

TEST_CASE("a resolved config says every key and is read back as the same") {
  const auto json = to_json(loaded(everything));
  auto typed = config_json::parse(everything);
  typed.erase("$schema");
  typed["budget"]["time"] = "90min";
  for (auto& layer : typed["model"]["layers"])
    for (const auto* key : {"name", "from"})
      layer.emplace(key, "");
  REQUIRE(nlohmann::json(json) == nlohmann::json(typed));
  REQUIRE(to_json(paceline::from_json(json, "x.json")).dump() == json.dump());

  const auto defaults = to_json(loaded(R"({"budget": {"epochs": 0.5}})"));
  REQUIRE(to_json(paceline::from_json(config_json::parse(defaults.dump()), "x.json")).dump() == defaults.dump());
}

TEST_CASE("a run without a name is called as its file") {
  const temporary_file file(R"({"budget": {"steps": 1}})", "my run.json");
  REQUIRE(load_config(file.path()).output.name == "my run");
  REQUIRE(load_config(file.path(), std::vector<std::string>{"output.name=other"}).output.name == "other");
}

TEST_CASE("the crop of a folder of pictures is that of networks for photographs where it has none") {
  const auto data_of = [](const std::string& keys) {
    return loaded(R"({"budget": {"steps": 1}, "data": {"kind": "image_folder", "path": "d")" + keys + "}}").data;
  };
  REQUIRE(data_of("").augment.crop == 224);
  REQUIRE(data_of("").augment.test_side() == 256);
  REQUIRE(data_of(R"(, "crop": 28)").augment.crop == 28);
  REQUIRE(loaded(R"({"budget": {"steps": 1}})").data.augment.crop == 28);
}

TEST_CASE("a model of one's own is called custom where it has no name") {
  const auto* layers = R"({"budget": {"steps": 1}, "model": {"layers": [
    {"kind": "flatten"}, {"kind": "linear", "name": "fc", "features": 10}]}})";
  REQUIRE(loaded(layers).model.name == "custom");
  REQUIRE(loaded(layers, {"model.name=mine"}).model.name == "mine");
  REQUIRE(loaded(R"({"budget": {"steps": 1}, "model": {"name": "mlp"}})").model.name == "mlp");
  REQUIRE(loaded(R"({"budget": {"steps": 1}, "model": "linear"})").model.name == "linear");
}

TEST_CASE("all errors of a file are told at once, a line each") {
  const temporary_file file(R"({"strategy": {"perod_group": 4, "pull_group": 1.5}, "seed": "one", "groups": 3})");
  const auto name = file.path().string();
  try {
    load_config(file.path());
    FAIL("loaded a broken file");
  } catch (const config_errors& found) {
    REQUIRE(found.errors().size() == 5);
    REQUIRE(found.what()
            == name + ": groups: found 3, allowed: an object: { \"key\": value, ... }\n" + name
                 + ": strategy.pull_group: found 1.5, allowed: a number from 0 to 1\n" + name
                 + ": strategy.perod_group: unknown key; did you mean period_group?\n" + name
                 + ": seed: found \"one\", allowed: an integer of at least 0\n" + name
                 + ": budget: found nothing, allowed: at least one of steps, epochs and time, such as "
                   "{\"time\": \"10min\"}");
  }
}

TEST_CASE("an error carries its parts for programs") {
  try {
    paceline::from_json(config_json::parse(R"({"budget": {"steps": 1}, "data": {"kind": "cifar"}})"), "x.json");
    FAIL("loaded a broken file");
  } catch (const config_errors& found) {
    const auto& error = found.errors().front();
    REQUIRE(error.place == "x.json");
    REQUIRE(error.path == "data.kind");
    REQUIRE(error.found == "\"cifar\"");
    REQUIRE(error.allowed == "one of \"glyphs\", \"cifar10\" or \"image_folder\"");
    REQUIRE(error.nearest == "\"cifar10\"");
  }
}

TEST_CASE("an unknown key is suggested from another section, or the known ones are listed") {
  REQUIRE(errors_of(R"({"budget": {"steps": 1}, "learning_rate": 0.1})")
          == lines{"x.json: learning_rate: unknown key; did you mean optimizer.learning_rate?"});
  REQUIRE(errors_of_section("budget", R"({"steps": 1, "days": 2})")
          == lines{"x.json: budget.days: unknown key; known here: steps, epochs, time"});
  REQUIRE(
    errors_of(R"({"budget": {"steps": 1}, "a.b\n": 0.1})").front().starts_with("x.json: \"a.b\\n\": unknown key"));
}

TEST_CASE("wrong types are named with what is allowed") {
  const auto error = [](const std::string& section, const std::string& text) {
    const auto errors = errors_of_section(section, text);
    return errors.size() == 1 ? errors.front() : std::to_string(errors.size()) + " errors";
  };
  CHECK(error("groups", R"({"count": 1.5})") == "x.json: groups.count: found 1.5, allowed: an integer of at least 1");
  CHECK(error("groups", R"({"count": true})") == "x.json: groups.count: found true, allowed: an integer of at least 1");
  CHECK(error("groups", R"({"count": null})") == "x.json: groups.count: found null, allowed: an integer of at least 1");
  CHECK(error("groups", R"({"count": 99999999})")
        == "x.json: groups.count: found 99999999, allowed: an integer of at most 65535");
  CHECK(error("groups", R"({"count": -1})") == "x.json: groups.count: found -1, allowed: an integer of at least 1");
  CHECK(error("groups", R"([2])") == "x.json: groups: found [2], allowed: an object: { \"key\": value, ... }");
  CHECK(error("device", R"({"pin": 1})") == "x.json: device.pin: found 1, allowed: true or false");
  CHECK(error("data", R"({"path": 1})")
        == "x.json: data.path: found 1, allowed: text: a path of at most 4095 bytes, each name in it of "
           "at most 255");
  CHECK(error("optimizer", R"({"learning_rate": "0.1"})")
        == "x.json: optimizer.learning_rate: found \"0.1\", allowed: a number above 0 and at most 1e+30");
  CHECK(error("optimizer", R"({"momentum": 1})")
        == "x.json: optimizer.momentum: found 1, allowed: a number of at least 0 and below 1");
  CHECK(error("budget", R"({"time": 90})")
        == "x.json: budget.time: found 90, allowed: a duration in quotes with its unit, such as \"90s\" or \"90min\", "
           "or null");
  CHECK(error("budget", R"({"time": "10m"})")
        == "x.json: budget.time: found \"10m\", allowed: a duration above 0 with its unit, such as \"30s\", \"10min\", "
           "\"1.5h\" or \"250ms\", or null");
  CHECK(error("output", R"({"evaluate_every": "0s"})")
        == "x.json: output.evaluate_every: found \"0s\", allowed: a duration above 0 with its unit, such as \"30s\", "
           "\"10min\", \"1.5h\" or \"250ms\"");
  CHECK(error("output", R"({"name": "../x"})")
        == "x.json: output.name: found \"../x\", allowed: the name of a folder in quotes: at most 255 bytes, without / "
           "and control characters");
  CHECK(error("output", R"({"name": "a\nb"})").starts_with(R"(x.json: output.name: found "a\nb", allowed: )"));
  CHECK(error("output", R"({"name": ")" + std::string(256, 'a') + "\"}").ends_with("without / and control characters"));
  CHECK(
    error("output", R"({"folder": "a/)" + std::string(256, 'b') + "\"}").ends_with("each name in it of at most 255"));
  CHECK(
    error("schedule", R"({"milestones": [0.5, 0.25]})")
    == "x.json: schedule.milestones: found [0.5,0.25], allowed: a list of rising numbers, each above 0 and below 1");
  CHECK(error("seed", "18446744073709551616")
        == "x.json: seed: found 1.8446744073709552e+19, allowed: an integer of at most 18446744073709551615");
  CHECK(error("model", "\"cnn8\"")
        == "x.json: model: found \"cnn8\", allowed: one of \"cnn7\", \"resnet20\", \"vgg16\", \"resnet50\", \"mlp\" or "
           "\"linear\", or an object with "
           "\"layers\"; did you mean \"cnn7\"?");
  CHECK(errors_of_section("groups", R"({"count": 2.0, "workers": 1e0})").empty());
}
