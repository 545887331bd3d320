#include "cluster/reproduce/experiment.hpp"

namespace paceline {

std::string verdict_of(const finding& f) {
  if (!f.agrees)
    return "–";
  return *f.agrees ? "agrees" : "differs";
}

page_table findings_table(const std::vector<finding>& findings) {
  page_table table{.caption = "What was found beside what the paper says.", .head = {"", "found", "paper", "verdict"}};
  for (const auto& f : findings)
    table.rows.push_back({f.what, f.found, f.paper.empty() ? "–" : f.paper, verdict_of(f)});
  return table;
}

} // namespace paceline
