#include "tests/cluster/config/config_files.hpp"

#include <fstream>
#include <random>

namespace paceline::testing {

temporary_file::temporary_file(std::string_view text, const std::string& name) {
  std::random_device random;
  path_ = std::filesystem::temp_directory_path()
          / ("paceline_config_" + std::to_string(random()) + std::to_string(random())) / name;
  std::filesystem::create_directory(path_.parent_path());
  std::ofstream(path_, std::ios::binary) << text;
}

temporary_file::~temporary_file() {
  std::filesystem::remove_all(path_.parent_path());
}

std::vector<std::string> errors_of(std::string_view text, std::initializer_list<std::string> overrides) {
  const temporary_file file(text);
  try {
    load_config(file.path(), std::vector(overrides));
  } catch (const config_errors& found) {
    std::vector<std::string> lines;
    for (const auto& error : found.errors()) {
      auto line = error.line();
      const auto folder = file.path().parent_path().string() + "/";
      if (const auto at = line.find(folder); at != std::string::npos)
        line.erase(at, folder.size());
      lines.push_back(std::move(line));
    }
    return lines;
  }
  return {};
}

std::vector<std::string> errors_of_section(const std::string& section, const std::string& text) {
  const std::string budget = section == "budget" ? "" : R"("budget": {"steps": 10}, )";
  return errors_of("{" + budget + "\"" + section + "\": " + text + "}");
}

run_config loaded(std::string_view text, std::initializer_list<std::string> overrides) {
  const temporary_file file(text);
  return load_config(file.path(), std::vector(overrides));
}

} // namespace paceline::testing
