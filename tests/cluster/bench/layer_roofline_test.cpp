#include "cluster/bench/layer_roofline.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace paceline;
using namespace std::chrono_literals;

namespace {

model small() {
  model m("m", {3, 6, 6});
  m.append("conv", convolution_layer{.channels = 4, .kernel = 3});
  m.append("", relu_layer{});
  m.append("", flatten_layer{});
  m.append("fc", linear_layer{.features = 10});
  return m;
}

layer_report report(std::size_t layer, std::string by, std::chrono::nanoseconds forward,
                    std::chrono::nanoseconds backward) {
  return {.layer = layer, .forward_by = by, .backward_weights_by = by, .forward = forward, .backward = backward};
}

} // namespace

TEST_CASE("layers that are computed as one are one row of a roofline, with the medians of several steps") {
  const machine_limits limits{.operations_per_second = 1e9, .bytes_per_second = 1e9};
  const std::vector<std::vector<layer_report>> steps{
    {report(0, "direct", 1us, 2us), report(3, "", 9us, 4us)},
    {report(0, "direct", 3us, 8us), report(3, "", 5us, 4us)},
    {report(0, "direct", 2us, 4us), report(3, "", 7us, 0us)},
  };
  const auto rows = roofline_of(small(), steps, 2, limits);
  REQUIRE(rows.size() == 2);
  REQUIRE(rows[0].layers == "conv convolution relu flatten");
  REQUIRE(rows[0].by == std::vector<std::string>{"direct", "direct"});
  REQUIRE(rows[0].forward.seconds == Approx(2e-6));
  REQUIRE(rows[0].forward.of_peak == Approx(2 * 2 * 64 * 27 / 2e-6 / 1e9));
  REQUIRE(rows[0].forward.of_bandwidth == Approx(4 * (2 * 3 * 36 + 4 * 27 + 2 * 64) / 2e-6 / 1e9));
  // The pictures have no gradient: one product, not two.
  REQUIRE(rows[0].backward.of_peak == Approx(2 * 2 * 64 * 27 / 4e-6 / 1e9));
  REQUIRE(rows[1].layers == "fc linear");
  REQUIRE(rows[1].by.empty());
  REQUIRE(rows[1].forward.seconds == Approx(7e-6));
  REQUIRE(rows[1].backward.of_peak == Approx(2 * 2 * 2 * 64 * 10 / 4e-6 / 1e9));
}

TEST_CASE("a roofline is a table that a person reads, and says what of the step is no layer's") {
  const machine_limits limits{.operations_per_second = 115e9, .bytes_per_second = 24e9};
  const std::vector<roofline_row> rows{
    {"conv relu", {"direct", "Winograd"}, {0.002, 0.9, 0.25}, {0.004, 1.8, 0.125}},
    {"max_pool", {}, {0.001, 0, 1.5}, {}},
  };
  REQUIRE(
    to_text(rows, limits, 0.0015)
    == "a core of this machine: 115.0 GF/s in fp32, 24.0 GB/s; % of these, operations counted as the layer is defined\n"
       "(beyond 100: fewer were needed, a cache held the data, or a layer beside it did the work; -: too short to "
       "tell)\n"
       "layers            fwd ms  peak  memory   bwd ms  peak  memory  by (one for all passes, or forward, weights' "
       "and input's gradient)\n"
       "conv relu           2.00   90%     25%     4.00  180%     12%  direct, Winograd\n"
       "max_pool            1.00          150%        -              \n"
       "loss, optimiser     1.50");
  const auto object = to_json(rows, limits, 0.0015);
  REQUIRE(object["rows"][0]["backward"]["of_peak"] == 1.8);
  REQUIRE(object["operations_per_second"] == 115e9);
  REQUIRE(object["rest_seconds"] == 0.0015);
}
