#pragma once

#include "cluster/launch/launcher.hpp"
#include "cluster/reproduce/experiment.hpp"

#include <filesystem>
#include <iosfwd>
#include <vector>

namespace paceline {

struct reproduction {
  /// At least one, each once; they outlive it.
  std::vector<const experiment*> experiments{};
  reproduce_settings settings{};
  /// Holds of each experiment its page and figures in NAME/ and its runs in runs/NAME/.
  std::filesystem::path folder{};
  /// Runs that are in the folder already are kept where they are finished, and else gone on with.
  bool go_on = false;
};

/// Makes the experiments' runs one after the other, with a line for each on `out`, then draws their figures and tells there what was
/// found; why a run failed is said on `err`. What the runs print themselves is not shown. Where a run fails or is interrupted, nothing
/// after it is made.
/// Throws before anything is written: gnuplot_missing, what experiment::plan throws, and invalid_input where the folder holds an earlier
/// result of one of the experiments (with `go_on`: one that was made with other settings). Else as launch and write_page do.
launch_exit reproduce(const reproduction& what, std::ostream& out, std::ostream& err);

} // namespace paceline
