#pragma once

#include "compute/data/augmentation.hpp"
#include "compute/data/unreadable_pictures.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace paceline {

/// Pictures in three colours, each with its class, that become a network's inputs one at a time: what a data set has to say of
/// itself, wherever its pictures lie. Never changes; any thread may call it at any time.
class picture_set {
 public:
  static constexpr std::int64_t channels = 3;

  virtual ~picture_set() = default;

  virtual std::size_t size() const = 0;

  /// The class of that picture, in [0, classes of the data set).
  virtual std::int32_t label(std::size_t index) const = 0;

  /// Throws invalid_input where the pictures cannot be cut like that.
  virtual void require_fit(const augmentation& how) const = 0;

  /// Writes the picture, cut and mirrored at random and normalised: a pure function of the arguments. Where the picture cannot be
  /// read another one of its class stands in its place, and the answer is false.
  /// Requires: require_fit(how) does not throw; out.size() == channels x crop x crop.
  virtual bool prepare_for_training(std::size_t index, const augmentation& how, std::uint64_t seed,
                                    std::span<float> out) const = 0;

  /// Writes the picture as it is tested, with nothing random, whatever the crop. Where it cannot be read the answer is false and what `out` holds is of
  /// no meaning.
  virtual bool prepare_for_test(std::size_t index, const augmentation& how, std::span<float> out) const = 0;

  /// Height and width in words, for people.
  virtual std::string extent() const = 0;

  /// Held while the set is there.
  virtual std::size_t memory_bytes() const = 0;

  /// Those that could not be read when they were asked for.
  virtual unreadable_report unreadable() const { return {}; }
};

using picture_set_ptr = std::shared_ptr<const picture_set>;

} // namespace paceline
