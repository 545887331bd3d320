#include "compute/data/random_pictures.hpp"

#include "compute/counter_random.hpp"
#include "compute/data/image_set.hpp"

#include <algorithm>
#include <memory>
#include <string>

namespace paceline {

dataset_ptr make_random_pictures(const feature_shape& size, std::int64_t classes, std::size_t count) {
  auto pictures = std::make_shared<image_set>();
  pictures->height = size.height;
  pictures->width = size.width;
  pictures->mean = {0.5f, 0.5f, 0.5f};
  pictures->stddev = {0.25f, 0.25f, 0.25f};
  pictures->pixels.resize(count * pictures->image_bytes());
  counter_random random(1);
  for (auto& pixel : pictures->pixels)
    pixel = static_cast<std::uint8_t>(random());
  const auto labels = std::min<std::size_t>(static_cast<std::size_t>(classes), 256);
  for (std::size_t i = 0; i < count; ++i)
    pictures->labels.push_back(static_cast<std::uint8_t>(i % labels));
  auto data = std::make_shared<dataset>();
  data->name = "random pictures";
  for (std::int64_t c = 0; c < classes; ++c)
    data->class_names.push_back(std::to_string(c));
  data->train = data->test = pictures;
  return data;
}

} // namespace paceline
