#include "cluster/launch/launcher.hpp"

#include "cluster/config/run_config_json.hpp"
#include "cluster/launch/process_run.hpp"
#include "compute/errors.hpp"

namespace paceline {

launch_exit launch(const launch_options& options, std::ostream& out, std::ostream& err) {
  const auto& output = options.config.output;
  return run_in_this_process({.config = options.config, .folder = output.folder / output.name, .go_on = options.resume},
                             out, err);
}

run_config config_of_run(const std::filesystem::path& folder, const std::vector<std::string>& overrides) {
  for (const auto& text : overrides)
    if (text.starts_with("output.folder") || text.starts_with("output.name"))
      throw invalid_input("--set " + text + ": a resumed run stays in its folder, " + folder.string());
  auto config = load_config(folder / "config.json", overrides);
  const auto clean = (folder / "").lexically_normal().parent_path();
  config.output.folder = clean.parent_path();
  config.output.name = clean.filename().string();
  return config;
}

} // namespace paceline
