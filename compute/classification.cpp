#include "compute/classification.hpp"

#include "compute/counter_random.hpp"
#include "compute/errors.hpp"
#include "compute/loss.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
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

void require_fit(const model& m, const dataset& data, const image_set& images, const augmentation& how) {
  const feature_shape picture{images.channels, how.crop, how.crop};
  if (m.input() != picture)
    throw invalid_input("model " + m.name() + " takes inputs of " + describe(m.input()) + ", but pictures of "
                        + data.name + " are cut to " + describe(picture));
  if (m.output().size() != data.classes())
    throw invalid_input("model " + m.name() + " tells " + std::to_string(m.output().size()) + " classes apart, but "
                        + data.name + " has " + std::to_string(data.classes()));
}

class classification_objective final : public objective {
 public:
  classification_objective(const model& m, const backend& device, batch_loader_settings loader)
    : model_(m),
      dropout_stream_(derive_seed(derive_seed(loader.seed, dropout_purpose), loader.part.index)),
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
    if (!probe_)
      probe_.emplace(make_probe_batch());
    network_->scores(probe_->images, parameters, probe_->scores);
    return softmax_cross_entropy(probe_->scores, probe_->labels, {}) / static_cast<double>(batch_size_);
  }

  std::uint64_t steps_per_epoch() const override { return loader_.batches_per_epoch(); }
  std::chrono::nanoseconds waited_for_data() const override { return loader_.waited(); }

 private:
  /// The first pictures of the whole training set, as they are tested.
  struct probe_batch {
    std::vector<float> images;
    std::vector<std::int32_t> labels;
    /// Room for the network's answer.
    std::vector<float> scores;
  };

  probe_batch make_probe_batch() const {
    const auto& train = data_->train;
    const auto floats = static_cast<std::size_t>(model_.input().size());
    probe_batch batch;
    batch.images.resize(batch_size_ * floats);
    for (std::size_t i = 0; i < batch_size_; ++i)
      prepare_for_test(*data_, train, i, how_, std::span(batch.images).subspan(i * floats, floats));
    batch.labels.assign(train.labels.begin(), train.labels.begin() + static_cast<std::ptrdiff_t>(batch_size_));
    batch.scores.resize(batch_size_ * static_cast<std::size_t>(model_.output().size()));
    return batch;
  }

  model model_;
  std::uint64_t dropout_stream_;
  std::unique_ptr<network> network_;
  dataset_ptr data_;
  augmentation how_;
  std::size_t batch_size_;
  /// Made at the first probe; most runs have none.
  std::optional<probe_batch> probe_;
  batch_loader loader_;
};

} // namespace

std::unique_ptr<objective> make_classification_objective(const model& m, const backend& device,
                                                         batch_loader_settings loader) {
  require_fit(m, *loader.data, loader.data->train, loader.how);
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
    const auto total = data_->test.size();
    double loss = 0;
    std::vector<std::int32_t> answers(total);
    for (std::size_t first = 0; first < total; first += batch_size_) {
      // A last incomplete batch is filled up with what the one before left there; those scores are not looked at.
      const auto count = std::min(batch_size_, total - first);
      load(first, count);
      network_->scores(images_, parameters, scores_);
      const auto scores = std::span(scores_).first(count * classes_);
      loss += softmax_cross_entropy(scores, labels_, {});
      find_answers(scores, std::span(answers).subspan(first, count));
      if (after_batch)
        after_batch();
    }
    const auto& labels = data_->test.labels;
    const auto errors = std::transform_reduce(answers.begin(), answers.end(), labels.begin(), 0.0, std::plus(),
                                              [](auto answer, auto label) { return answer == label ? 0.0 : 1.0; });
    return {loss / static_cast<double>(total), errors / static_cast<double>(total), std::move(answers)};
  }

 private:
  void load(std::size_t first, std::size_t count) {
    const auto image_size = images_.size() / batch_size_;
    const auto& test = data_->test;
    for (std::size_t i = 0; i < count; ++i)
      prepare_for_test(*data_, test, first + i, how_, std::span(images_).subspan(i * image_size, image_size));
    labels_.assign(test.labels.begin() + static_cast<std::ptrdiff_t>(first),
                   test.labels.begin() + static_cast<std::ptrdiff_t>(first + count));
  }

  dataset_ptr data_;
  augmentation how_;
  std::size_t batch_size_;
  std::size_t classes_;
  std::unique_ptr<network> network_;
  std::vector<float> images_;
  std::vector<std::int32_t> labels_;
  std::vector<float> scores_;
};

classification_test::classification_test(const model& m, const backend& device, dataset_ptr data,
                                         const augmentation& how, std::int64_t batch_size) {
  require_fit(m, *data, data->test, how);
  if (data->test.size() == 0)
    throw invalid_input("data set " + data->name + " has no test pictures");
  state_ = std::make_unique<state>(m, device, std::move(data), how, batch_size);
}

classification_test::~classification_test() = default;

classification_test::result classification_test::run(std::span<const float> parameters,
                                                     const std::function<void()>& after_batch) {
  return state_->run(parameters, after_batch);
}

} // namespace paceline
