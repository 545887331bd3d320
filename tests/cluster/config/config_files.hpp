#pragma once

#include "cluster/config/run_config_json.hpp"

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::testing {

/// A cluster file in a folder of its own that goes with it.
class temporary_file {
 public:
  explicit temporary_file(std::string_view text, const std::string& name = "x.json");
  ~temporary_file();
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The lines of all errors of a file with that text, named x.json in them; empty where it loads.
std::vector<std::string> errors_of(std::string_view text, std::initializer_list<std::string> overrides = {});

/// The errors of a file that has the named section and is otherwise fine.
std::vector<std::string> errors_of_section(const std::string& section, const std::string& text);

/// Loads a file with that text.
run_config loaded(std::string_view text, std::initializer_list<std::string> overrides = {});

} // namespace paceline::testing
