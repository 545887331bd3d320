#include "compute/classification.hpp"

#include "compute/counter_random.hpp"
#include "compute/errors.hpp"
#include "compute/loss.hpp"
#include "compute/probe_batch.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

namespace {

/// Sets the dropout masks' stream apart from the other uses of a worker's seed.
constexpr std::uint64_t dropout_purpose = 0x64726f70;

std::string describe(feature_shape shape) {
  return std::to_string(shape.channels) + "x" + std::to_string(shape.height) + "x" + std::to_string(shape.width);
}

} // namespace

std::uint64_t dropout_stream_of(const batch_loader_settings& loader) {
  return derive_seed(derive_seed(loader.seed, dropout_purpose), loader.part.index);
}

void require_fit(const model& m, const dataset& data, const augmentation& how) {
  const feature_shape picture{picture_set::channels, how.crop, how.crop};
  if (m.input() != picture)
    throw invalid_input("model " + m.name() + " takes inputs of " + describe(m.input()) + ", but pictures of "
                        + data.name + " are cut to " + describe(picture));
  if (m.output().size() != data.classes())
    throw invalid_input("model " + m.name() + " tells " + std::to_string(m.output().size()) + " classes apart, but "
                        + data.name + " has " + std::to_string(data.classes()));
}

namespace {

class classification_objective final : public objective {
 public:
  classification_objective(const model& m, const backend& device, batch_loader_settings loader)
    : model_(m),
      dropout_stream_(dropout_stream_of(loader)),
      network_(device.compile(m, {.batch_size = loader.batch_size})),
      data_(loader.data),
      how_(loader.how),
      batch_size_(static_cast<std::size_t>(loader.batch_size)),
      loader_(std::move(loader)) {}

  const parameter_layout& layout() const override { return model_.parameters(); }

  void initialise(std::span<float> parameters, std::uint64_t seed) const override {
    model_.initialise(parameters, seed);
  }

  double loss_and_gradient(std::span<const float> parameters, std::span<float> gradient, std::uint64_t step) override {
    return network_->loss_and_gradient(loader_.get(step), parameters, gradient, derive_seed(dropout_stream_, step));
  }

  double probe_loss(std::span<const float> parameters) override {
    if (!probe_) {
      probe_.emplace(make_probe_batch(*data_, how_, batch_size_));
      probe_scores_.resize(batch_size_ * static_cast<std::size_t>(model_.output().size()));
    }
    network_->scores(probe_->images, parameters, probe_scores_);
    return softmax_cross_entropy(probe_scores_, probe_->labels, {}) / static_cast<double>(batch_size_);
  }

  std::uint64_t steps_per_epoch() const override { return loader_.batches_per_epoch(); }
  std::chrono::nanoseconds waited_for_data() const override { return loader_.waited(); }
  std::uint64_t replaced_pictures() const override { return loader_.replaced(); }

 private:
  model model_;
  std::uint64_t dropout_stream_;
  std::unique_ptr<network> network_;
  dataset_ptr data_;
  augmentation how_;
  std::size_t batch_size_;
  /// Made at the first probe; most runs have none.
  std::optional<probe_batch> probe_;
  std::vector<float> probe_scores_;
  batch_loader loader_;
};

} // namespace

std::unique_ptr<objective> make_classification_objective(const model& m, const backend& device,
                                                         batch_loader_settings loader) {
  require_fit(m, *loader.data, loader.how);
  return std::make_unique<classification_objective>(m, device, std::move(loader));
}

class classification_test::state {
 public:
  state(const model& m, const backend& device, dataset_ptr data, const augmentation& how, std::int64_t batch_size)
    : data_(std::move(data)),
      how_(how),
      batch_size_(static_cast<std::size_t>(batch_size)),
      classes_(static_cast<std::size_t>(m.output().size())),
      network_(device.compile(m, {.batch_size = batch_size, .training = false})),
      images_(batch_size_ * static_cast<std::size_t>(m.input().size())),
      scores_(batch_size_ * classes_) {}

  result run(std::span<const float> parameters, const std::function<void()>& after_batch) {
    const auto& test = *data_->test;
    result found;
    found.answers.assign(test.size(), -1);
    std::size_t wrong = 0;
    for (std::size_t next = 0; next < test.size();) {
      // A last incomplete batch is filled up with what the one before left there; those scores are not looked at.
      next = load(next);
      // None of the last ones can be read.
      if (shown_.empty())
        break;
      network_->scores(images_, parameters, scores_);
      const auto scores = std::span(scores_).first(shown_.size() * classes_);
      found.loss += softmax_cross_entropy(scores, labels_, {});
      answers_.resize(shown_.size());
      find_answers(scores, answers_);
      for (std::size_t i = 0; i < shown_.size(); ++i) {
        found.answers[shown_[i]] = answers_[i];
        wrong += answers_[i] == labels_[i] ? 0 : 1;
      }
      found.pictures += shown_.size();
      if (after_batch)
        after_batch();
    }
    if (found.pictures == 0)
      throw invalid_input("none of the test pictures of " + data_->name + " can be read");
    found.loss /= static_cast<double>(found.pictures);
    found.error = static_cast<double>(wrong) / static_cast<double>(found.pictures);
    return found;
  }

 private:
  /// Fills the batch with the pictures from `next` on that can be read, and returns where the following one begins.
  std::size_t load(std::size_t next) {
    const auto floats = images_.size() / batch_size_;
    const auto& test = *data_->test;
    shown_.clear();
    labels_.clear();
    for (; next < test.size() && shown_.size() < batch_size_; ++next) {
      if (!test.prepare_for_test(next, how_, std::span(images_).subspan(shown_.size() * floats, floats)))
        continue;
      shown_.push_back(next);
      labels_.push_back(test.label(next));
    }
    return next;
  }

  dataset_ptr data_;
  augmentation how_;
  std::size_t batch_size_;
  std::size_t classes_;
  std::unique_ptr<network> network_;
  std::vector<float> images_;
  std::vector<float> scores_;
  /// Of the batch: which pictures it shows, their classes, and what was found for them.
  std::vector<std::size_t> shown_;
  std::vector<std::int32_t> labels_;
  std::vector<std::int32_t> answers_;
};

classification_test::classification_test(const model& m, const backend& device, dataset_ptr data,
                                         const augmentation& how, std::int64_t batch_size) {
  require_fit(m, *data, how);
  if (data->test->size() == 0)
    throw invalid_input("data set " + data->name + " has no test pictures");
  state_ = std::make_unique<state>(m, device, std::move(data), how, batch_size);
}

classification_test::~classification_test() = default;

classification_test::result classification_test::run(std::span<const float> parameters,
                                                     const std::function<void()>& after_batch) {
  return state_->run(parameters, after_batch);
}

} // namespace paceline
