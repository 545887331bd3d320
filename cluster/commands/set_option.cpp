#include "cluster/commands/commands.hpp"

namespace paceline {

void add_set_option(CLI::App& subcommand, std::vector<std::string>& overrides) {
  subcommand.add_option("--set", overrides, "Override a value of the file, as in --set strategy.pull_group=0.2")
    ->type_name("KEY.PATH=VALUE")
    ->take_all()
    ->expected(1);
}

} // namespace paceline
