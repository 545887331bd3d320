#include "compute/cpu/convolution_choice.hpp"

#include "compute/backend.hpp"
#include "compute/cpu/cpu_network.hpp"
#include "compute/cpu/onednn.hpp"
#include "compute/cpu/timed_chooser.hpp"
#include "compute/instruction_sets.hpp"
#include "tests/catch.hpp"
#include "tests/compute/random_vector.hpp"
#include "tests/compute/relative_error.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

using namespace paceline;
using namespace paceline::cpu;

namespace {

constexpr convolution_algorithm all[] = {convolution_algorithm::direct, convolution_algorithm::winograd,
                                         convolution_algorithm::filtering};

constexpr convolution_choice only_own{convolution_algorithm::filtering, convolution_algorithm::filtering,
                                      convolution_algorithm::filtering};

/// Takes what it is told to where there is that and it goes with the rest, else direct.
class obedient_chooser final : public convolution_chooser {
 public:
  explicit obedient_chooser(const convolution_choice& order) : order_(order) {}

  convolution_choice choose(const convolution_task& task) const override {
    const bool alone = order_.forward == order_.backward_weights && order_.forward == order_.backward_data;
    const bool own_mixes = mixable(task, product_precision::fp32).back() == convolution_algorithm::filtering;
    const auto or_direct = [&](convolution_algorithm ordered) {
      const bool goes = alone || own_mixes || ordered != convolution_algorithm::filtering;
      return goes && can_compute(ordered, task) ? ordered : convolution_algorithm::direct;
    };
    return {or_direct(order_.forward), or_direct(order_.backward_weights), or_direct(order_.backward_data)};
  }

 private:
  convolution_choice order_;
};

/// The convolution in question behind the layers of `m`, and what makes a classifier of it.
model followed_by(model m, const convolution_layer& what, bool pooled, bool rectified) {
  m.append("it", what);
  if (rectified)
    m.append("", relu_layer{});
  if (pooled)
    m.append("", max_pool_layer{.kernel = 2});
  m.append("", flatten_layer{});
  m.append("head", linear_layer{.features = 5});
  return m;
}

/// Between layers that make the gradient of its input visible.
model around(feature_shape map, const convolution_layer& what, bool pooled = false, bool rectified = true) {
  model m("m", {3, map.height, map.width});
  m.append("before", convolution_layer{.channels = map.channels, .kernel = 1});
  return followed_by(std::move(m), what, pooled, rectified);
}

std::vector<float> gradient_of(network& net, const model& m, std::int64_t batch) {
  std::vector<float> parameters(m.parameters().size()), gradient(parameters.size());
  m.initialise(parameters, 3);
  const auto images = random_vector(static_cast<std::size_t>(batch * m.input().size()), 1);
  std::vector<std::int32_t> labels;
  for (std::int64_t n = 0; n < batch; ++n)
    labels.push_back(static_cast<std::int32_t>(n % m.output().size()));
  net.loss_and_gradient({images, labels}, parameters, gradient, 1);
  return gradient;
}

/// To five places, or to that `error`, layer by layer: a bias's alone may be a sum that cancels out.
void require_equal_gradients(const model& m, const std::vector<float>& found, const std::vector<float>& truth,
                             double error = 1e-5) {
  for (const auto& l : m.layers()) {
    const auto* weight = m.parameters().find(l.name + ".weight");
    if (weight == nullptr)
      continue;
    const auto* bias = m.parameters().find(l.name + ".bias");
    const auto size = weight->size + (bias == nullptr ? 0 : bias->size);
    CAPTURE(l.name);
    REQUIRE(
      relative_error(std::span(found).subspan(weight->offset, size), std::span(truth).subspan(weight->offset, size))
      < error);
  }
}

} // namespace

TEST_CASE("any mixture of algorithms for a convolution's passes gives its gradients to five places") {
  constexpr std::int64_t batch = 3;
  const struct {
    feature_shape map;
    convolution_layer what;
  } cases[] = {{{16, 13, 10}, {.channels = 32, .kernel = 3, .padding = 1}},
               {{32, 8, 8}, {.channels = 48, .kernel = 3, .padding = 1, .bias = false}},
               {{64, 4, 4}, {.channels = 64, .kernel = 3, .padding = 1}},
               {{16, 3, 3}, {.channels = 16, .kernel = 3, .padding = 1}},
               {{64, 2, 2}, {.channels = 128, .kernel = 3, .padding = 1}},
               {{16, 12, 12}, {.channels = 32, .kernel = 5}},
               {{16, 9, 11}, {.channels = 16, .kernel = 5, .padding = 2}},
               {{16, 9, 9}, {.channels = 32, .kernel = 3, .stride = 2, .padding = 1}}};
  for (const auto& [map, what] : cases) {
    const auto m = around(map, what);
    const network_options options{.batch_size = batch};
    const auto truth = gradient_of(*make_reference_backend()->compile(m, options), m, batch);
    for (const auto forward : all)
      for (const auto weights : all)
        for (const auto data : all) {
          CAPTURE(map.channels, map.height, what.channels, what.kernel, forward, weights, data);
          cpu_network net(m, options, 1, obedient_chooser({forward, weights, data}));
          const auto found = gradient_of(net, m, batch);
          require_equal_gradients(m, found, truth);
        }
  }
}

TEST_CASE("products of bf16 give the gradients to a tenth, layer by layer, whatever they are mixed with") {
  if (!processor_has_avx512())
    return;
  constexpr auto rounded = convolution_algorithm::direct_bf16;
  constexpr auto exact = convolution_algorithm::direct;
  constexpr std::int64_t batch = 3;
  const struct {
    feature_shape map;
    convolution_layer what;
    bool pooled = false;
  } cases[] = {{{16, 13, 10}, {.channels = 32, .kernel = 3, .padding = 1}},
               {{32, 8, 8}, {.channels = 48, .kernel = 3, .stride = 2, .padding = 1, .bias = false}},
               {{64, 2, 2}, {.channels = 128, .kernel = 3, .padding = 1}},
               {{32, 9, 9}, {.channels = 64, .kernel = 1}},
               {{24, 8, 8}, {.channels = 40, .kernel = 3, .padding = 1}, true},
               {{16, 12, 12}, {.channels = 32, .kernel = 5}, true}};
  for (const auto& [map, what, pooled] : cases) {
    const auto m = around(map, what, pooled);
    const network_options options{.batch_size = batch};
    REQUIRE(can_compute(rounded, {m.layers()[1], what, batch, 1, {true, true, true}}));
    const auto truth = gradient_of(*make_reference_backend()->compile(m, options), m, batch);
    for (const int threads : {1, 2})
      for (const auto& choice :
           {convolution_choice{rounded, rounded, rounded}, convolution_choice{rounded, exact, exact},
            convolution_choice{exact, rounded, exact}, convolution_choice{exact, exact, rounded}}) {
        CAPTURE(map.channels, map.height, what.channels, what.kernel, pooled, threads, choice.forward,
                choice.backward_weights, choice.backward_data);
        cpu_network net(m, options, threads, obedient_chooser(choice));
        const auto found = gradient_of(net, m, batch);
        // A relu whose input is all but 0 may go the other way.
        require_equal_gradients(m, found, truth, 0.1);
        // It was rounded, though.
        REQUIRE(relative_error(std::span<const float>(found), std::span<const float>(truth)) > 1e-5);
      }
  }
}

TEST_CASE("rules take products of bf16 where they are allowed and the processor has them, and no others") {
  const auto forward_by = [](product_precision precision) {
    // More filters than a cache holds.
    const auto m = around({256, 8, 8}, {.channels = 256, .kernel = 3, .padding = 1});
    return make_cpu_backend({.precision = precision})->compile(m, {.batch_size = 2})->report()[1].forward_by;
  };
  REQUIRE((forward_by(product_precision::bf16) == "oneDNN direct, bf16") == onednn::has_bf16_instructions());
  REQUIRE(forward_by(product_precision::fp32) == "own F(4x4, 3x3)");
}

TEST_CASE("rules filter ourselves wherever there is a tile and a vector of channels, and not below") {
  const auto forward_by = [](const feature_shape& map) {
    const auto m = around(map, {.channels = 32, .kernel = 3, .padding = 1});
    return make_cpu_backend()->compile(m, {.batch_size = 2})->report()[1].forward_by;
  };
  REQUIRE(forward_by({16, 4, 4}) == "own F(4x4, 3x3)");
  REQUIRE(forward_by({16, 2, 2}) == "own F(2x2, 3x3)");
  REQUIRE(forward_by({16, 3, 3}).find("own") == std::string::npos);
  REQUIRE(forward_by({6, 8, 8}).find("own F") == std::string::npos);
}

TEST_CASE("our own convolution takes any number of channels") {
  for (const std::int64_t from : {1, 3, 17})
    for (const std::int64_t to : {1, 17, 33}) {
      CAPTURE(from, to);
      constexpr std::int64_t batch = 2;
      const auto m = around({from, 12, 10}, {.channels = to, .kernel = 5, .padding = 1});
      const network_options options{.batch_size = batch};
      const auto truth = gradient_of(*make_reference_backend()->compile(m, options), m, batch);
      cpu_network net(m, options, 2, obedient_chooser(only_own));
      const auto found = gradient_of(net, m, batch);
      require_equal_gradients(m, found, truth);
    }
}

TEST_CASE("a max-pool that is fused into our own convolution gives the gradients of one that is not") {
  constexpr std::int64_t batch = 3;
  // A map of two by two is made of nine products.
  for (const feature_shape map : {feature_shape{16, 12, 10}, feature_shape{3, 8, 8}, feature_shape{32, 2, 2}})
    for (const std::int64_t kernel : {3, 5})
      for (const bool rectified : {false, true}) {
        if (kernel == 5 && map.height == 2)
          continue;
        CAPTURE(map.channels, map.height, kernel, rectified);
        const auto m = around(map, {.channels = 17, .kernel = kernel, .padding = kernel / 2}, true, rectified);
        const network_options options{.batch_size = batch};
        cpu_network net(m, options, 1, obedient_chooser(only_own));
        // Nothing of its own is left for the pool to do.
        for (const auto& layer : net.report())
          REQUIRE_FALSE(std::holds_alternative<max_pool_layer>(m.layers()[layer.layer].kind));
        const auto truth = gradient_of(*make_reference_backend()->compile(m, options), m, batch);
        const auto found = gradient_of(net, m, batch);
        require_equal_gradients(m, found, truth);
      }
}

TEST_CASE(
  "our own first convolution gives the gradients, with a max-pool fused into it or not, for one thread or two") {
  const struct {
    feature_shape map;
    convolution_layer what;
  } cases[] = {{{3, 12, 10}, {.channels = 64, .kernel = 5, .padding = 1}},
               {{1, 9, 7}, {.channels = 17, .kernel = 3, .padding = 1, .bias = false}},
               {{4, 17, 15}, {.channels = 33, .kernel = 7, .stride = 2, .padding = 3}},
               {{3, 8, 8}, {.channels = 16, .kernel = 1}}};
  constexpr auto own = convolution_algorithm::few_channels;
  constexpr std::int64_t batch = 5;
  for (const auto& [map, what] : cases)
    for (const bool pooled : {false, true})
      for (const bool rectified : {false, true})
        for (const int threads : {1, 2}) {
          CAPTURE(map.channels, what.kernel, pooled, rectified, threads);
          const auto m = followed_by(model("m", map), what, pooled, rectified);
          const network_options options{.batch_size = batch};
          cpu_network net(m, options, threads, obedient_chooser({own, own, own}));
          REQUIRE(net.report().front().forward_by == "own direct");
          const auto truth = gradient_of(*make_reference_backend()->compile(m, options), m, batch);
          require_equal_gradients(m, gradient_of(net, m, batch), truth);
        }
}

TEST_CASE("our own convolution for few channels is for those whose gradient is not wanted") {
  const convolution_layer what{.channels = 16, .kernel = 3};
  const auto can = [&](std::int64_t channels, const pass_set& passes, int threads = 1) {
    model m("m", {channels, 8, 8});
    m.append("it", what);
    return can_compute(convolution_algorithm::few_channels, {m.layers()[0], what, 2, threads, passes});
  };
  REQUIRE(can(3, {.forward = true, .backward_weights = true}));
  REQUIRE(can(3, {.forward = true}));
  REQUIRE_FALSE(can(5, {.forward = true}));
  REQUIRE_FALSE(can(3, {.forward = true}, 3));
  REQUIRE_FALSE(can(3, {true, true, true}));
}

TEST_CASE("a max-pool of odd sides, or before another one, leaves the gradients right") {
  constexpr std::int64_t batch = 2;
  const convolution_layer what{.channels = 16, .kernel = 3, .padding = 1};
  model odd("m", {16, 9, 7});
  odd.append("it", what);
  odd.append("", max_pool_layer{.kernel = 2});
  odd.append("", flatten_layer{});
  odd.append("head", linear_layer{.features = 5});
  model twice("m", {16, 8, 8});
  twice.append("it", what);
  twice.append("", max_pool_layer{.kernel = 2});
  twice.append("", max_pool_layer{.kernel = 2});
  twice.append("", flatten_layer{});
  twice.append("head", linear_layer{.features = 5});
  for (const auto* m : {&odd, &twice}) {
    CAPTURE(m == &odd);
    const network_options options{.batch_size = batch};
    cpu_network net(*m, options, 1, obedient_chooser(only_own));
    const auto truth = gradient_of(*make_reference_backend()->compile(*m, options), *m, batch);
    require_equal_gradients(*m, gradient_of(net, *m, batch), truth);
  }
}

TEST_CASE("a backend that chooses by timing gives the reference's gradients") {
  constexpr std::int64_t batch = 4;
  const auto device = make_cpu_backend({.choice = algorithm_choice::timed});
  for (const bool pooled : {false, true}) {
    CAPTURE(pooled);
    const auto m = around({32, 8, 8}, {.channels = 32, .kernel = 3, .padding = 1}, pooled);
    const network_options options{.batch_size = batch};
    const auto truth = gradient_of(*make_reference_backend()->compile(m, options), m, batch);
    const auto net = device->compile(m, options);
    const auto found = gradient_of(*net, m, batch);
    require_equal_gradients(m, found, truth);
    // What is timed once stays, so that workers of one process compute alike.
    REQUIRE(gradient_of(*device->compile(m, options), m, batch) == found);
  }
}

TEST_CASE("a map of two by two can be filtered minimally in a padding of one only") {
  const auto can_filter = [](feature_shape map, std::int64_t padding) {
    const convolution_layer what{.channels = 16, .kernel = 3, .padding = padding};
    const auto m = around(map, what);
    return can_compute(convolution_algorithm::filtering, {m.layers()[1], what, 2, 1, {true, true, true}});
  };
  REQUIRE(can_filter({16, 2, 2}, 1));
  REQUIRE_FALSE(can_filter({16, 4, 4}, 0));
  REQUIRE_FALSE(can_filter({16, 2, 1}, 1));
}

TEST_CASE("backends that go by rules give the same bits, whoever asks and how often") {
  const auto m = around({16, 8, 8}, {.channels = 32, .kernel = 3, .padding = 1});
  const network_options options{.batch_size = 4};
  const auto first = gradient_of(*make_cpu_backend()->compile(m, options), m, 4);
  const auto device = make_cpu_backend({.choice = algorithm_choice::fixed});
  REQUIRE(gradient_of(*device->compile(m, options), m, 4) == first);
  REQUIRE(gradient_of(*device->compile(m, options), m, 4) == first);
}

TEST_CASE("a network says for each convolution what computes its passes, and nothing for passes that it has not") {
  const auto m = around({16, 12, 12}, {.channels = 32, .kernel = 5});
  const auto net = make_cpu_backend()->compile(m, {.batch_size = 2});
  const auto report = net->report();
  REQUIRE(report.size() >= 3);
  REQUIRE(report[1].layer == 1);
  REQUIRE(report[1].forward_by == "own F(4x4, 5x5)");
  REQUIRE(report[1].backward_weights_by == "own F(4x4, 5x5)");
  REQUIRE(report[0].backward_data_by.empty());
  REQUIRE(report.back().forward_by.empty());
  const auto tests_only = make_cpu_backend()->compile(m, {.batch_size = 2, .training = false});
  REQUIRE(tests_only->report()[1].backward_weights_by.empty());
}
