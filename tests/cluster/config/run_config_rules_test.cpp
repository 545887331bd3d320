#include "cluster/config/run_config_rules.hpp"

#include "tests/catch.hpp"
#include "tests/cluster/config/config_files.hpp"

using namespace paceline::testing;

namespace {

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("a budget is needed, and null gives none") {
  const lines missing{"x.json: budget: found nothing, allowed: at least one of steps, epochs and time, such as "
                      "{\"time\": \"10min\"}"};
  REQUIRE(errors_of("{}") == missing);
  REQUIRE(errors_of(R"({"budget": {}})") == missing);
  REQUIRE(errors_of(R"({"budget": {"steps": null}})") == missing);
  REQUIRE(errors_of(R"({"budget": {"steps": 0}})").size() == 1);
}

TEST_CASE("a deterministic run cannot have its candidates probed") {
  REQUIRE(
    errors_of(R"({"deterministic": true, "budget": {"steps": 1}, "strategy": {"verify": "probe"}})")
    == lines{"x.json: strategy.verify: found \"probe\" with deterministic true, allowed: \"off\", since in lock-step "
             "nobody can be asked between two rounds"});
  REQUIRE(errors_of(R"({"deterministic": true, "budget": {"steps": 1}, "strategy": {"verify": "off"}})").empty());
}

TEST_CASE("a deterministic run cannot end by the clock") {
  REQUIRE(errors_of(R"({"deterministic": true, "budget": {"steps": 1, "time": "90s"}})")
          == lines{"x.json: deterministic: found true with a budget.time of \"90s\", allowed: budget.steps or "
                   "budget.epochs alone, since how many steps fit into a time differs from run to run"});
  REQUIRE(errors_of(R"({"deterministic": true, "budget": {"steps": 1}})").empty());
}

TEST_CASE("each backend refuses products that it does not know") {
  REQUIRE(errors_of_section("device", R"({"backend": "reference", "precision": "bf16"})")
          == lines{"x.json: device.precision: found \"bf16\" with device.backend \"reference\", allowed: \"fp32\", or "
                   "another backend: the reference computes in double precision"});
  REQUIRE(
    errors_of_section("device", R"({"precision": "tf32"})")
    == lines{"x.json: device.precision: found \"tf32\" with device.backend \"cpu\", allowed: \"fp32\" or \"bf16\", or "
             "a GPU, such as \"cuda:0\": processors do not compute in TF32"});
  REQUIRE(errors_of_section("device", R"({"backend": "cuda:3", "precision": "tf32"})").empty());
  REQUIRE(errors_of_section("device", R"({"backend": "auto", "precision": "tf32"})").empty());
  REQUIRE(errors_of_section("device", R"({"precision": "bf16"})").empty());
}

TEST_CASE("products are refused by the devices that nodes have, not by one that none has") {
  const std::string gpus =
    R"({"budget": {"steps": 1}, "device": {"precision": "tf32"}, "nodes": [{"name": "a", "device": "cuda:0"}, {"name": "b", "device": )";
  REQUIRE(errors_of(gpus + R"("cuda:1"}]})").empty());
  REQUIRE(
    errors_of(gpus + R"("cpu"}]})")
    == lines{"x.json: device.precision: found \"tf32\" with nodes[1].device \"cpu\", allowed: \"fp32\" or \"bf16\", or "
             "a GPU, such as \"cuda:0\": processors do not compute in TF32"});
}

TEST_CASE("a backend is a name that is known, or a GPU's number") {
  for (const auto* backend : {"cpu", "reference", "auto", "cuda:0", "cuda:15"})
    REQUIRE(errors_of_section("device", R"({"backend": ")" + std::string(backend) + "\"}").empty());
  REQUIRE(
    errors_of_section("device", R"({"backend": "cuda:x"})")
    == lines{
      "x.json: device.backend: found \"cuda:x\", allowed: \"cpu\", \"reference\", \"auto\", or a GPU by its number, "
      "as \"cuda:0\" (`paceline devices` lists them); did you mean \"cuda:0\"?"});
}

TEST_CASE("Nesterov needs momentum") {
  REQUIRE(errors_of_section("optimizer", R"({"nesterov": true})")
          == lines{"x.json: optimizer.nesterov: found true with a momentum of 0, allowed: a momentum above 0, or "
                   "nesterov false"});
  REQUIRE(errors_of_section("optimizer", R"({"nesterov": true, "momentum": 0.5})").empty());
}

TEST_CASE("a schedule in steps needs milestones") {
  REQUIRE(errors_of_section("schedule", R"({"kind": "step"})")
          == lines{"x.json: schedule.milestones: found none, allowed: with schedule.kind \"step\" at least one share "
                   "of the budget, such as [0.6, 0.85]"});
  REQUIRE(errors_of_section("schedule", R"({"kind": "step", "milestones": [0.5]})").empty());
  REQUIRE(errors_of_section("schedule", R"({"kind": "cosine"})").empty());
}

TEST_CASE("the rate that a schedule comes to has to be finite in 32 bits") {
  const std::string steps = R"("schedule": {"kind": "step", "factor": 1e20, "milestones": [0.5, 0.75]})";
  REQUIRE(errors_of(R"({"budget": {"steps": 10}, )" + steps + "}")
          == lines{"x.json: schedule.factor: found 1e+20, which makes a learning rate of 1e+39 at the last milestone, "
                   "allowed: a factor whose rate stays below 3.4e+38, the largest number of 32 bits"});
  REQUIRE(errors_of(R"({"budget": {"steps": 10}, "optimizer": {"learning_rate": 1e-3}, )" + steps + "}").empty());
  REQUIRE(errors_of_section("optimizer", R"({"learning_rate": 1e39})")
          == lines{"x.json: optimizer.learning_rate: found 1e+39, allowed: a number above 0 and at most 1e+30"});
  REQUIRE(errors_of_section("optimizer", R"({"weight_decay": 1e31})").size() == 1);
  REQUIRE(errors_of_section("schedule", R"({"factor": 1e31})").size() == 1);
}

TEST_CASE("a run has at most as many workers as a process could hold") {
  REQUIRE(errors_of(R"({"budget": {"steps": 1}, "groups": {"count": 65535, "workers": 65535}})")
          == lines{"x.json: groups: found 65535 groups of 65535 workers, 4294836225 in all, allowed: at most 65536 "
                   "workers"});
}

TEST_CASE("a model that no memory could hold is refused where it becomes too large") {
  REQUIRE(errors_of_section("model", R"({"layers": [
    {"kind": "convolution", "name": "a", "channels": 65536, "kernel": 5},
    {"kind": "convolution", "name": "b", "channels": 65536, "kernel": 5},
    {"kind": "flatten"}, {"kind": "linear", "name": "c", "features": 10}]})")
          == lines{"x.json: model.layers[1]: model custom, layer 2 (b): 1.074e+11 parameters of the model up to it, "
                   "allowed are at most 1e+09"});
}

TEST_CASE("a crop must fit the padded picture") {
  REQUIRE(errors_of_section("data", R"({"crop": 33})")
          == lines{"x.json: data.crop: found 33 with pictures of 32 and a padding of 0, allowed: at most 32"});
  REQUIRE(errors_of_section("data", R"({"crop": 40, "padding": 4})").empty());
  REQUIRE(errors_of_section("data", R"({"crop": 41, "padding": 4})").size() == 1);
}

TEST_CASE("a folder of pictures needs its path, has no padding, and tests on pictures that the crop fits into") {
  REQUIRE(errors_of_section("data", R"({"kind": "image_folder"})")
          == lines{"x.json: data.path: found nothing, allowed: with data.kind \"image_folder\" the folder that holds "
                   "train/, and val/ or test/, such as \"data/imagenet\""});
  REQUIRE(errors_of_section("data", R"({"kind": "image_folder", "path": "d", "padding": 4})")
          == lines{"x.json: data.padding: found 4 with data.kind \"image_folder\", allowed: 0, since random parts of a "
                   "picture are scaled to the crop"});
  REQUIRE(errors_of_section("data", R"({"kind": "image_folder", "path": "d", "crop": 64, "resize": 60})")
          == lines{"x.json: data.crop: found 64 with tests on pictures whose shorter side is 60, allowed: at most 60, "
                   "or a larger data.resize"});
  REQUIRE(errors_of_section("data", R"({"kind": "image_folder", "path": "d", "crop": 64, "resize": 64})").empty());
  REQUIRE(errors_of_section("data", R"({"kind": "image_folder", "path": "d", "smallest_area": 0})").size() == 1);
}

TEST_CASE("every worker needs a batch of glyphs") {
  REQUIRE(errors_of_section("data", R"({"train_size": 511, "batch_size": 128})")
          == lines{"x.json: data.train_size: found 511 for 4 workers, allowed: at least 512, a batch of 128 for each "
                   "worker"});
  REQUIRE(errors_of_section("data", R"({"train_size": 512, "batch_size": 128})").empty());
}

TEST_CASE("CIFAR-10 needs a path, and its size is not judged before it is loaded") {
  REQUIRE(errors_of_section("data", R"({"kind": "cifar10", "train_size": 1})")
          == lines{"x.json: data.path: found nothing, allowed: with data.kind \"cifar10\" the folder of its binary "
                   "files, such as \"data/cifar10\""});
  REQUIRE(errors_of_section("data", R"({"kind": "cifar10", "train_size": 1, "path": "d"})").empty());
}

TEST_CASE("a model is a built-in one or a list of layers, not both") {
  REQUIRE(errors_of_section("model", R"({"name": "mpl"})")
          == lines{"x.json: model.name: found \"mpl\", allowed: one of \"cnn7\", \"resnet20\", \"vgg16\", "
                   "\"resnet50\", \"mlp\" or \"linear\", or an object "
                   "with \"layers\"; did you mean \"mlp\"?"});
  REQUIRE(
    errors_of_section("model", R"({"name": "mlp", "layers": [{"kind": "flatten"}]})")
    == lines{"x.json: model.name: found \"mlp\" next to model.layers, allowed: only one of them, or a name that no "
             "built-in model has"});
}

TEST_CASE("a model must fit the pictures") {
  REQUIRE(errors_of(R"({"budget": {"steps": 1}, "data": {"crop": 8}})").front().starts_with("x.json: model: "));
  REQUIRE(
    errors_of_section("model", R"({"layers": [{"kind": "relu"}, {"kind": "linear", "name": "a", "features": 9}]})")
      .front()
      .starts_with("x.json: model.layers[1]: "));
  REQUIRE(
    errors_of_section("model", R"({"layers": [{"kind": "flatten"}, {"kind": "linear", "name": "a", "features": 9}]})")
    == lines{"x.json: model.layers: found 9 outputs of the last layer, allowed: 10, one for each class of the "
             "data"});
}

TEST_CASE("a rule is silent where one of its keys is wrong already") {
  REQUIRE(errors_of_section("optimizer", R"({"nesterov": true, "momentum": -1})").size() == 1);
  REQUIRE(errors_of_section("data", R"({"crop": 99, "padding": -1})").size() == 1);
  REQUIRE(errors_of_section("data", R"({"train_size": 1, "batch_size": 0})").size() == 1);
}
