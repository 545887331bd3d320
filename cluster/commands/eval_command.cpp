#include "cluster/commands/commands.hpp"

#include "cluster/checkpoint/class_names.hpp"
#include "cluster/checkpoint/parameter_file.hpp"
#include "cluster/config/model_json.hpp"
#include "cluster/config/run_config_json.hpp"
#include "cluster/files/atomic_file.hpp"
#include "cluster/files/json_text.hpp"
#include "cluster/launch/memory_check.hpp"
#include "cluster/launch/task.hpp"
#include "cluster/record/run_folder.hpp"
#include "cluster/wire/one_line.hpp"
#include "compute/classification.hpp"
#include "compute/errors.hpp"
#include "compute/finite.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

namespace paceline {
namespace {

struct eval_arguments {
  std::string checkpoint;
  std::optional<std::string> data;
  /// Where to write what was found for each picture; empty for nowhere.
  std::string answers;
  bool json = false;
};

/// The file meant by a file, a checkpoint's folder or a run's folder.
std::filesystem::path file_of(const std::filesystem::path& given) {
  // What cannot be looked at, because its name is too long say, is not there either.
  std::error_code ignored;
  if (!std::filesystem::exists(given, ignored))
    throw invalid_input(given.string() + ": there is no such file or folder");
  if (!std::filesystem::is_directory(given, ignored))
    return given;
  const auto checkpoint = latest_checkpoint_of(given).value_or(given);
  // What was being written when its writer was killed has no state yet.
  if (!std::filesystem::exists(checkpoint / "centre.safetensors", ignored)
      || !std::filesystem::exists(checkpoint / "state.json", ignored))
    throw invalid_input(given.string()
                        + ": neither a checkpoint nor a run with one: it has no centre.safetensors and state.json");
  return checkpoint / "centre.safetensors";
}

/// The data set that was asked for ("glyphs", "cifar10:FOLDER"), else the one that the checkpoint was trained on.
run_config::data_section data_of(const eval_arguments& arguments, const parameter_file& file) {
  const auto place = file.path().string();
  auto section = config_json::parse(file.text("data"), nullptr, false);
  if (section.is_discarded() || !section.is_object())
    throw invalid_input(place + ": the description of its data is damaged");
  if (arguments.data) {
    const auto colon = arguments.data->find(':');
    const auto kind = arguments.data->substr(0, colon);
    // What else it may be, the reader says.
    if (kind.empty() || (kind == "glyphs" && colon != std::string::npos))
      throw invalid_input(fmt::format("--data: found {}, allowed: glyphs, cifar10:FOLDER or image_folder:FOLDER",
                                      shown(*arguments.data)));
    section["kind"] = kind;
    if (kind == "image_folder")
      // Has no meaning in tests, and none for these pictures.
      section["padding"] = 0;
    section["path"] = colon == std::string::npos ? "" : arguments.data->substr(colon + 1);
  }
  // One worker: nothing is dealt out here.
  const config_json minimal{{"data", section}, {"groups", {{"count", 1}, {"workers", 1}}}, {"budget", {{"steps", 1}}}};
  return from_json(minimal, arguments.data ? "--data " + *arguments.data : place).data;
}

/// A line for each test picture, in the order of the data set.
void write_answers(const std::filesystem::path& file, const dataset& data, std::span<const std::int32_t> answers) {
  std::string text = "picture,label,answer\n";
  for (std::size_t i = 0; i < answers.size(); ++i)
    text += fmt::format("{},{},{}\n", i, data.test->label(i), answers[i]);
  write_file_atomically(file, text);
}

int evaluate(const eval_arguments& arguments) {
  const parameter_file file(file_of(arguments.checkpoint));
  auto described = config_json::parse(file.text("model"), nullptr, false);
  if (described.is_discarded())
    throw invalid_input(file.path().string() + ": the description of its model is damaged");
  if (described.is_object() && described.contains("objective"))
    throw invalid_input(file.path().string()
                        + ": holds a point of an objective, not a network; its run's summary has the value");
  const auto network = model_from_json(described, file.path().string());
  const auto section = data_of(arguments, file);
  // Before its parameters are read; of a batch, a picture at least.
  require_memory(least_test_bytes(network, 1),
                 fmt::format("a test of {} with {} parameters", network.name(), network.parameters().trained_size()));
  const auto parameters = file.read(network.parameters());
  if (!all_finite(parameters))
    throw invalid_input(file.path().string() + ": holds parameters that are not finite");
  const auto data = load_dataset(section);
  require_same_classes(file, data->class_names, data->name);
  auto how = section.augment;
  how.crop = network.input().height;
  classification_test test(network, *make_cpu_backend(), data, how, test_batch_of(network, data->test->size()));
  const auto result = test.run(parameters);
  if (!std::isfinite(result.loss))
    throw invalid_input(fmt::format("{}: its loss on {} is not finite", file.path().string(), data->name));
  if (!arguments.answers.empty())
    write_answers(arguments.answers, *data, result.answers);

  if (arguments.json)
    std::cout << json_text(nlohmann::json{{"checkpoint", file.path().string()},
                                          {"model", network.name()},
                                          {"data", data->name},
                                          {"pictures", result.pictures},
                                          {"loss", result.loss},
                                          {"error", result.error}})
              << "\n";
  else
    std::cout << fmt::format("{} on {}: test error {:.2f} %, loss {:.4f} over {} pictures ({})\n",
                             escaped(network.name()), data->name, 100 * result.error, result.loss, result.pictures,
                             escaped(file.path().string()));
  return success;
}

} // namespace

void add_eval_command(CLI::App& app, command& chosen) {
  auto arguments = std::make_shared<eval_arguments>();
  auto* evaluating = app.add_subcommand("eval", "Test a checkpoint's parameters on a data set");
  evaluating
    ->add_option("CHECKPOINT", arguments->checkpoint,
                 "A leader, centre or worker .safetensors file, or a folder: a checkpoint's, or a run's "
                 "(the centre of its latest)")
    ->required();
  const auto data = std::make_shared<std::string>();
  const auto* asked =
    evaluating
      ->add_option("--data", *data,
                   "glyphs, cifar10:FOLDER or image_folder:FOLDER; what the checkpoint was trained on "
                   "where it is not given")
      ->type_name("KIND[:FOLDER]");
  evaluating
    ->add_option("--answers", arguments->answers, "Write what was found for each test picture to this file (CSV)")
    ->type_name("FILE");
  evaluating->add_flag("--json", arguments->json, "Print one JSON object");
  evaluating->callback([=, &chosen] {
    if (asked->count() > 0)
      arguments->data = *data;
    chosen = [arguments] { return evaluate(*arguments); };
  });
}

} // namespace paceline
