#pragma once

#include "compute/data/picture_set.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace paceline {

/// A classification task: pictures to train on, pictures to test on. Immutable once made, shared by all workers.
struct dataset {
  std::string name;
  std::vector<std::string> class_names;
  picture_set_ptr train;
  picture_set_ptr test;

  std::int64_t classes() const { return static_cast<std::int64_t>(class_names.size()); }

  /// Of both parts.
  unreadable_report unreadable() const {
    auto all = train->unreadable();
    all += test->unreadable();
    return all;
  }
};

using dataset_ptr = std::shared_ptr<const dataset>;

} // namespace paceline
