#include "compute/cuda/picture_store.hpp"

#include "compute/cuda/device/device_failure.hpp"

namespace paceline::cuda {

std::shared_ptr<const device_memory> picture_store::pixels_of(stream& queue,
                                                              const std::shared_ptr<const image_set>& pictures) {
  const std::lock_guard guard(mutex_);
  if (auto there = pixels_.lock(); there && pictures_.lock() == pictures)
    return there;
  std::shared_ptr<const device_memory> made;
  try {
    made = std::make_shared<const device_memory>(queue.device(), pictures->pixels.size(), "the training pictures");
  } catch (const device_failure&) {
    return nullptr;
  }
  queue.copy(made->data(), pictures->pixels.data(), pictures->pixels.size());
  queue.wait();
  pictures_ = pictures;
  pixels_ = made;
  return made;
}

} // namespace paceline::cuda
