#include "compute/data/image_folder.hpp"

#include "compute/counter_random.hpp"
#include "compute/data/folder_index.hpp"
#include "compute/data/picture_decoder.hpp"
#include "compute/errors.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace paceline {

namespace {

namespace fs = std::filesystem;

/// Lends out decoders, as many as threads ask at once, and keeps them with their buffers.
class decoder_pool {
 public:
  template <class Use>
  auto with_decoder(Use use) {
    auto decoder = take();
    // One that an exception passes is left to go.
    const auto result = use(*decoder);
    const std::lock_guard guard(mutex_);
    idle_.push_back(std::move(decoder));
    return result;
  }

 private:
  std::unique_ptr<picture_decoder> take() {
    {
      const std::lock_guard guard(mutex_);
      if (!idle_.empty()) {
        auto decoder = std::move(idle_.back());
        idle_.pop_back();
        return decoder;
      }
    }
    return std::make_unique<picture_decoder>();
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<picture_decoder>> idle_;
};

class image_folder_set final : public picture_set {
 public:
  image_folder_set(folder_index index, bool strict) : index_(std::move(index)), strict_(strict) {}

  const folder_index& index() const { return index_; }

  std::size_t size() const override { return index_.size(); }
  std::int32_t label(std::size_t picture) const override { return index_.label(picture); }

  void require_fit(const augmentation& how) const override {
    if (how.crop < 1 || how.crop > how.test_side())
      throw invalid_input("a crop of " + std::to_string(how.crop) + " does not fit pictures whose shorter side is "
                          + std::to_string(how.test_side()) + ": allowed are 1 to " + std::to_string(how.test_side()));
  }

  bool prepare_for_training(std::size_t picture, const augmentation& how, std::uint64_t seed,
                            std::span<float> out) const override {
    const auto first = index_.first_of(label(picture));
    const auto of_class = index_.first_of(label(picture) + 1) - first;
    for (std::size_t i = 0; i < of_class; ++i) {
      const auto shown = first + (picture - first + i) % of_class;
      counter_random random(seed);
      const bool mirrored = random.below(2) == 1 && how.flip;
      const auto choose = [&](picture_extent extent) {
        return whole_box(random_box(extent, how.smallest_area, random), how.crop);
      };
      if (show(shown, choose, mirrored, out))
        return i == 0;
    }
    // No restart of a worker changes that.
    throw unreadable_picture(index_.path(first).parent_path().string() + ": none of its " + std::to_string(of_class)
                             + " pictures can be read");
  }

  bool prepare_for_test(std::size_t picture, const augmentation& how, std::span<float> out) const override {
    // Of tests nobody asks require_fit.
    const auto resize = std::max(how.test_side(), how.crop);
    const auto choose = [&](picture_extent extent) { return middle_of(extent, resize, how.crop); };
    return show(picture, choose, false, out);
  }

  std::string extent() const override { return "their own sizes"; }
  std::size_t memory_bytes() const override { return index_.memory_bytes(); }
  unreadable_report unreadable() const override { return unreadable_.report(); }

 private:
  template <class Choose>
  bool show(std::size_t picture, Choose choose, bool mirrored, std::span<float> out) const {
    if (unreadable_.has(picture))
      return false;
    try {
      return decoders_.with_decoder([&](picture_decoder& decoder) {
        decoder.write(index_.path(picture), choose, mirrored, out);
        return true;
      });
    } catch (const damaged_picture& damaged) {
      const auto what = index_.path(picture).string() + ": " + damaged.what();
      if (strict_)
        throw unreadable_picture(what);
      unreadable_.add(picture, what);
      return false;
    }
  }

  folder_index index_;
  bool strict_;
  mutable decoder_pool decoders_;
  mutable unreadable_pictures unreadable_;
};

fs::path test_folder(const fs::path& folder) {
  std::error_code ignored;
  for (const auto* name : {"val", "test"})
    if (fs::is_directory(folder / name, ignored))
      return folder / name;
  throw invalid_input(folder.string()
                      + " has no pictures to test on: needed is a folder val or test, with a folder for each class");
}

/// The first name of `names` that `others` has not; both are sorted.
std::string first_missing(const std::vector<std::string>& names, const std::vector<std::string>& others) {
  for (const auto& name : names)
    if (!std::binary_search(others.begin(), others.end(), name))
      return name;
  return {};
}

void require_same_classes(const folder_index& train, const folder_index& test) {
  if (const auto extra = first_missing(test.class_names(), train.class_names()); !extra.empty())
    throw invalid_input((test.folder() / extra).string() + ": there is no class " + extra + " in "
                        + train.folder().string() + ", allowed are its " + std::to_string(train.class_names().size())
                        + " classes");
  if (const auto missing = first_missing(train.class_names(), test.class_names()); !missing.empty())
    throw invalid_input(test.folder().string() + ": has no class " + missing + ", needed are all "
                        + std::to_string(train.class_names().size()) + " classes of " + train.folder().string());
}

} // namespace

dataset_ptr open_image_folder(const image_folder_settings& settings) {
  std::error_code ignored;
  if (!fs::is_directory(settings.folder, ignored))
    throw invalid_input(settings.folder.string()
                        + (fs::exists(settings.folder, ignored) ? " is no folder" : " does not exist")
                        + ": needed is a folder with train/CLASS/*.jpg, and val/CLASS/*.jpg or test/CLASS/*.jpg");
  folder_index train(settings.folder / "train", settings.cancelled);
  folder_index test(test_folder(settings.folder), settings.cancelled);
  require_same_classes(train, test);
  auto data = std::make_shared<dataset>();
  data->name = "image_folder";
  data->class_names = train.class_names();
  data->train = std::make_shared<image_folder_set>(std::move(train), settings.strict);
  data->test = std::make_shared<image_folder_set>(std::move(test), settings.strict);
  return data;
}

} // namespace paceline
