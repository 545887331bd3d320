#include "compute/probe_batch.hpp"

#include "compute/errors.hpp"

#include <span>

namespace paceline {

probe_batch make_probe_batch(const dataset& data, const augmentation& how, std::size_t size) {
  const auto& train = *data.train;
  const auto floats = static_cast<std::size_t>(picture_set::channels * how.crop * how.crop);
  probe_batch batch;
  batch.images.resize(size * floats);
  for (std::size_t i = 0; i < size; ++i) {
    auto picture = i * train.size() / size;
    const auto room = std::span(batch.images).subspan(i * floats, floats);
    for (std::size_t tried = 1; !train.prepare_for_test(picture, how, room); ++tried) {
      if (tried == train.size())
        throw invalid_input("none of the training pictures of " + data.name + " can be read");
      picture = (picture + 1) % train.size();
    }
    batch.labels.push_back(train.label(picture));
  }
  return batch;
}

} // namespace paceline
