#pragma once

#include "compute/data/dataset.hpp"

#include <filesystem>
#include <functional>

namespace paceline {

struct image_folder_settings {
  /// Holds train/CLASS/*.jpg, and val/CLASS/*.jpg or test/CLASS/*.jpg: the layout of torchvision's ImageFolder.
  std::filesystem::path folder;
  /// A file that cannot be read is an error, not passed over.
  bool strict = false;
  /// Asked now and then; once it says so the search for pictures ends with work_cancelled. nullptr for never.
  std::function<bool()> cancelled = nullptr;
};

/// JPEG pictures of any size, read from their files whenever they are asked for. In training a random part of a picture is scaled to
/// the crop and mirrored or not, in tests its middle (compute/data/resized_crop.hpp); both are normalised by the mean and deviation of
/// ImageNet. Tests are made on val/ where it is there, since ImageNet's test/ has no classes, else on test/.
///
/// A file that is damaged, or larger than is sensible, is passed over: in training the next one of its class that can be read
/// takes its place. Strict sets throw unreadable_picture, which names the file, instead.
/// Throws invalid_input where a folder is missing or folder_index finds fault with it, or where the classes of training and test
/// differ.
dataset_ptr open_image_folder(const image_folder_settings& settings);

} // namespace paceline
