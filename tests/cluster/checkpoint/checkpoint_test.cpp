#include "cluster/checkpoint/checkpoint.hpp"

#include "cluster/checkpoint/parameter_file.hpp"
#include "cluster/files/io_failure.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/checkpoint/awkward_run.hpp"
#include "tests/cluster/files/small_disk.hpp"
#include "tests/cluster/killed_process.hpp"
#include "tests/skip.hpp"
#include "tests/temporary_folder.hpp"

#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a checkpoint gives a run back to the bit") {
  const temporary_folder folder;
  const auto layout = small_layout();
  const auto state = awkward_state(layout);
  const auto checkpoint = save_checkpoint(folder.path(), state, layout, origin, 2);
  REQUIRE(checkpoint == folder / "step-000001234");
  require_same(load_checkpoint(checkpoint, layout), state);
}

TEST_CASE("a run without a leader has a checkpoint without a leader's file") {
  const temporary_folder folder;
  const auto layout = small_layout();
  auto state = awkward_state(layout);
  state.leader.reset();
  const auto checkpoint = save_checkpoint(folder.path(), state, layout, origin, 2);
  REQUIRE_FALSE(std::filesystem::exists(checkpoint / "leader.safetensors"));
  require_same(load_checkpoint(checkpoint, layout), state);
}

TEST_CASE("leader, centre and worker are files of parameters that say where they come from") {
  const temporary_folder folder;
  const auto layout = small_layout();
  auto state = awkward_state(layout);
  state.leader_loss = 0.25;
  state.centre.reset();
  for (auto& worker : state.workers)
    worker.training.parameters.assign(layout.size(), static_cast<float>(worker.id.group));
  const auto checkpoint = save_checkpoint(folder.path(), state, layout, origin, 2);

  const parameter_file leader(checkpoint / "leader.safetensors");
  REQUIRE(leader.text("model") == origin.model);
  REQUIRE(leader.text("data") == origin.data);
  REQUIRE(leader.text("worker") == "1.0");
  REQUIRE(leader.text("steps") == "334");
  REQUIRE(leader.text("loss") == "0.25");
  REQUIRE(leader.read(layout) == std::vector<float>(layout.size(), 1.0f));

  const parameter_file centre(checkpoint);
  REQUIRE(centre.text("kind") == "centre");
  REQUIRE(centre.text("steps") == "1234");
  REQUIRE(centre.read(layout) == std::vector<float>(layout.size(), 1.0f / 3));

  REQUIRE(parameter_file(checkpoint / "worker-0.1.safetensors").read(layout)
          == std::vector<float>(layout.size(), 0.0f));
}

TEST_CASE("a checkpoint of another model is refused with the first differing slice") {
  const temporary_folder folder;
  const auto layout = small_layout();
  const auto checkpoint = save_checkpoint(folder.path(), awkward_state(layout), layout, origin, 2);
  const auto refusal = [&](const parameter_layout& other) {
    try {
      load_checkpoint(checkpoint, other);
    } catch (const invalid_input& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  const auto start = (checkpoint / "worker-0.0.safetensors").string() + ": checkpoint of another model: ";

  parameter_layout wider;
  wider.append("conv1.weight", {8, 3, 2, 2});
  wider.append("conv1.bias", {8});
  REQUIRE(refusal(wider) == start + "\"conv1.weight\" is F32 [4, 3, 2, 2], expected F32 [8, 3, 2, 2]");

  auto longer = small_layout();
  longer.append("fc.weight", {10, 4});
  REQUIRE(refusal(longer) == start + "it has no tensor \"fc.weight\"");

  parameter_layout shorter;
  shorter.append("conv1.weight", {4, 3, 2, 2});
  REQUIRE(refusal(shorter) == start + "\"conv1.bias\" is none of its parameters");

  parameter_layout reordered;
  reordered.append("conv1.bias", {4});
  reordered.append("conv1.weight", {4, 3, 2, 2});
  REQUIRE(refusal(reordered) == start + "its parameters have another order");
}

TEST_CASE("files that are not this program's parameters are refused") {
  const temporary_folder folder;
  const std::vector<float> one{1.0f};
  write_safetensors(folder / "a", std::vector<tensor_view>{{"a", {1}, one}}, {});
  REQUIRE_THROWS_WITH(parameter_file(folder / "a"), ContainsSubstring("not a file of paceline"));
  write_safetensors(folder / "b", {}, {{"format", "paceline"}, {"format_version", "2"}});
  REQUIRE_THROWS_WITH(parameter_file(folder / "b"),
                      ContainsSubstring("has format version 2, this program reads version 1"));
}

TEST_CASE("a damaged state is refused with the place of the damage") {
  const temporary_folder folder;
  const auto layout = small_layout();
  const auto checkpoint = save_checkpoint(folder.path(), awkward_state(layout), layout, origin, 2);
  const auto path = checkpoint / "state.json";
  const auto whole = contents_of(path);
  const auto damage = [&](const std::string& from, const std::string& to) {
    auto text = whole;
    text.replace(text.find(from), from.size(), to);
    write_contents(path, text);
  };
  damage("\"total_steps\": 1234", "\"total_steps\": -1");
  REQUIRE_THROWS_WITH(load_checkpoint(checkpoint, layout),
                      ContainsSubstring("total_steps: found -1, needed is a whole number of at most 2^53"));
  damage("\"total_steps\": 1234", "\"total_steps\": 1233");
  REQUIRE_THROWS_WITH(load_checkpoint(checkpoint, layout),
                      path.string() + ": total_steps: found 1233, needed is at least 1234, what its workers have made");
  for (const std::string field : {"decisions", "term", "steps_since"}) {
    const auto at = whole.find("\"" + field + "\": ");
    REQUIRE(at != std::string::npos);
    auto text = whole;
    text.replace(at, text.find_first_of(",\n}", at) - at, "\"" + field + "\": 9007199254740993");
    write_contents(path, text);
    REQUIRE_THROWS_WITH(
      load_checkpoint(checkpoint, layout),
      ContainsSubstring(field + ": found 9007199254740993, needed is a whole number of at most 2^53"));
  }
  damage("\"training_time_ns\": 60000000001", "\"training_time_ns\": -1");
  REQUIRE_THROWS_WITH(load_checkpoint(checkpoint, layout),
                      ContainsSubstring("training_time_ns: found -1, needed is whole nanoseconds of at least 0"));
  damage("\"measured_at_ns\": -7", "\"measured_at_ns\": -9223372036854775808");
  REQUIRE_THROWS_WITH(load_checkpoint(checkpoint, layout), ContainsSubstring("whole nanoseconds of at most 100 years"));
  damage("\"steps_since\": 3", "\"steps_since\": \"3\"");
  REQUIRE_THROWS_WITH(load_checkpoint(checkpoint, layout), ContainsSubstring("groups[0].steps_since: found \"3\""));
  damage("\"loss\": \"-inf\"", "\"loss\": \"12\"");
  REQUIRE_THROWS_WITH(load_checkpoint(checkpoint, layout),
                      ContainsSubstring("loss: found \"12\", needed is a hexadecimal number"));
  damage("\"total_steps\": 1234", "\"total_steps\": 1e999");
  REQUIRE_THROWS_WITH(load_checkpoint(checkpoint, layout), path.string() + ": has a number that no double holds");
  // Deep enough to use a thread's stack up where it is looked at level by level.
  const std::size_t deep = 200'000;
  damage("\"total_steps\": 1234", "\"total_steps\": " + std::string(deep, '[') + std::string(deep, ']'));
  REQUIRE_THROWS_WITH(load_checkpoint(checkpoint, layout),
                      ContainsSubstring("total_steps: found a list, needed is a whole number"));
  damage("\"0.1\"", "\"0.0\"");
  REQUIRE_THROWS_WITH(load_checkpoint(checkpoint, layout), ContainsSubstring("names 0.0 twice"));
  damage("\"global\"", "\"globe\"");
  REQUIRE_THROWS_WITH(load_checkpoint(checkpoint, layout), ContainsSubstring("has no \"global\""));
  write_contents(path, whole.substr(0, whole.size() / 2));
  REQUIRE_THROWS_WITH(load_checkpoint(checkpoint, layout),
                      path.string() + ": not JSON at byte " + std::to_string(whole.size() / 2 + 1));
}

TEST_CASE("only the newest checkpoints are kept, and the newest of them is found") {
  const temporary_folder folder;
  const auto layout = small_layout();
  auto state = awkward_state(layout);
  REQUIRE_FALSE(find_latest_checkpoint(folder.path()));
  REQUIRE_FALSE(find_latest_checkpoint(folder / "missing"));
  // The last one has more digits than names are padded to.
  for (const std::uint64_t steps : {5u, 100u, 20u, 2'000'000'000u}) {
    state.total_steps = steps;
    save_checkpoint(folder.path(), state, layout, origin, 2);
  }
  REQUIRE(entries_in(folder.path()) == 2);
  REQUIRE(find_latest_checkpoint(folder.path()) == folder / "step-2000000000");
  REQUIRE(std::filesystem::exists(folder / "step-000000100"));
}

TEST_CASE("a checkpoint of the same steps is replaced") {
  const temporary_folder folder;
  const auto layout = small_layout();
  auto state = awkward_state(layout);
  save_checkpoint(folder.path(), state, layout, origin, 2);
  state.training_time += std::chrono::seconds(1);
  const auto checkpoint = save_checkpoint(folder.path(), state, layout, origin, 2);
  REQUIRE(load_checkpoint(checkpoint, layout).training_time == state.training_time);
  REQUIRE(entries_in(folder.path()) == 1);
}

TEST_CASE("what a killed writer left is no checkpoint and is removed") {
  const temporary_folder folder;
  std::filesystem::create_directory(folder / "step-000000009.partial");
  write_contents(folder / "step-000000009.partial/state.json", "{");
  REQUIRE_FALSE(find_latest_checkpoint(folder.path()));
  remove_unfinished_checkpoints(folder.path());
  REQUIRE(entries_in(folder.path()) == 0);
}

TEST_CASE("a writer killed at any moment leaves a checkpoint that loads") {
  const temporary_folder folder;
  const auto layout = small_layout();
  auto state = awkward_state(layout);
  const auto start = std::chrono::steady_clock::now();
  save_checkpoint(folder.path(), state, layout, origin, 1);
  const auto one_save = std::chrono::steady_clock::now() - start;
  std::mt19937 random(2);
  std::uniform_int_distribution<useconds_t> delay(
    0, static_cast<useconds_t>(4 * std::chrono::ceil<std::chrono::microseconds>(one_save).count()));
  const auto first = state.training_time;
  // At least 20 kills, and as many more, later and later, as it takes on a slow disk until one came behind a save.
  for (unsigned attempt = 0; attempt < 20 || state.training_time == first; ++attempt) {
    REQUIRE(attempt < 200);
    REQUIRE(kill_while_it_works(delay(random) * (1 + attempt / 20), [&] {
      // Every second one replaces the one before it.
      for (;; state.total_steps += state.training_time.count() % 2, state.training_time += std::chrono::nanoseconds(1))
        save_checkpoint(folder.path(), state, layout, origin, 1);
    }));
    remove_unfinished_checkpoints(folder.path());
    const auto latest = find_latest_checkpoint(folder.path());
    REQUIRE(latest);
    state = load_checkpoint(*latest, layout);
  }
}

TEST_CASE("a checkpoint on a full disk fails in one line, leaves nothing and the one before it intact") {
  const small_disk disk(100'000);
  if (!disk.is_there()) {
    skip_test("no file system of its own can be mounted");
    return;
  }
  const auto layout = small_layout();
  const auto state = awkward_state(layout);
  const auto before = save_checkpoint(disk.path(), state, layout, origin, 2);

  parameter_layout large;
  large.append("fc.weight", {100, 100});
  auto larger = awkward_state(large);
  larger.total_steps = 5000;
  REQUIRE_THROWS_WITH(save_checkpoint(disk.path(), larger, large, origin, 2),
                      ContainsSubstring("safetensors: cannot write: No space left on device"));
  REQUIRE(entries_in(disk.path()) == 1);
  require_same(load_checkpoint(before, layout), state);
}
