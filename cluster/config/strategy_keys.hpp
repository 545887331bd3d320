#pragma once

#include "cluster/config/run_config.hpp"
#include "cluster/config/value_kinds.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace paceline::strategy_keys {

inline const std::vector<std::string>& kinds() {
  static const std::vector<std::string> all{"lsgd",     "lgd",       "easgd",  "eamsgd", "downpour",
                                            "sync_sgd", "local_sgd", "diloco", "sgd"};
  return all;
}

// Periods times workers must fit into 64 bits.
constexpr std::uint64_t longest_period = 1'000'000'000;

constexpr number share{.low = 0, .high = 1};

/// Whether workers of that kind may start from points of their own; the others all start from one.
inline bool may_start_apart(std::string_view kind) {
  return kind == "lsgd" || kind == "lgd" || kind == "easgd" || kind == "eamsgd" || kind == "sgd";
}

/// Whether that kind has a centre.
inline bool has_centre(std::string_view kind) {
  return kind != "lsgd" && kind != "lgd" && kind != "sgd";
}

/// The section `strategy`: its kind, and the keys that this kind has.
template <class Archive, class Strategy>
void describe(Archive& s, Strategy& c) {
  const integer<std::uint64_t> period{1, longest_period};
  s.kind("kind", c.kind, one_of(kinds()));
  if (c.kind == "lsgd") {
    s.value("period_group", c.period_group, period);
    s.value("period_global", c.period_global, period);
    s.value("pull_group", c.pull_group, share);
    s.value("pull_global", c.pull_global, share);
    s.value("proximal_group", c.proximal_group, share);
    s.value("proximal_global", c.proximal_global, share);
    s.value("verify", c.verify, choice<bool>{{{"off", false}, {"probe", true}}});
    s.value("verify_tolerance", c.verify_tolerance, number{.low = 0, .high = 1000});
    s.value("verify_allowance", c.verify_allowance, number{.low = 0, .high = 1000});
  } else if (c.kind == "lgd") {
    s.value("pull", c.lgd.pull, share);
  } else if (c.kind == "easgd" || c.kind == "eamsgd") {
    s.value("period", c.easgd.period, period);
    s.value("alpha", c.easgd.alpha, optional_of{number{.low = 0, .high = 2, .low_open = true}});
    s.value("beta", c.easgd.beta, number{.low = 0, .high = 2, .low_open = true});
    s.value("synchronous", c.easgd.synchronous, flag{});
    if (c.kind == "eamsgd")
      s.value("momentum", c.momentum, number{.low = 0, .high = 1, .high_open = true});
  } else if (c.kind == "downpour") {
    s.value("period", c.downpour.period, period);
  } else if (c.kind == "local_sgd") {
    s.value("period", c.local_sgd.period, period);
  } else if (c.kind == "diloco") {
    s.value("inner_steps", c.diloco.period, period);
    s.value("outer_learning_rate", c.diloco.outer_learning_rate, number{.low = 0, .high = 1000, .low_open = true});
    s.value("outer_momentum", c.diloco.outer_momentum, number{.low = 0, .high = 1, .high_open = true});
  }
  if (c.kind == "lsgd" || c.kind == "lgd")
    s.value("max_report_age", c.max_report_age, positive_duration{});
  if (c.kind != "lgd")
    s.value("loss_window", c.loss_window, integer<std::size_t>{1, 1'000'000});
  if (may_start_apart(c.kind))
    s.value("start", c.shared_start, choice<bool>{{{"own", false}, {"shared", true}}});
}

} // namespace paceline::strategy_keys
