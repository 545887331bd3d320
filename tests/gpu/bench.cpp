// Times training steps on a GPU: one JSON object a line, for scripts/gpu-check and scripts/gpu-compare.
//
//   bench_gpu [SECONDS]   the update's bandwidth, then all models, batches and precisions, each for so long (1)
//   bench_gpu -           what the standard input asks for, a line each: MODEL BATCH PRECISION WORKERS SECONDS

#include "compute/classification_trainer.hpp"
#include "compute/cuda/cuda_backend.hpp"
#include "compute/cuda_plugin.hpp"
#include "compute/data/random_pictures.hpp"
#include "compute/models.hpp"
#include "tests/gpu/update_bench.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

extern "C" const paceline::cuda_plugin* paceline_cuda_plugin();

namespace {

using namespace paceline;

struct measurement {
  std::string name;
  std::int64_t batch = 0;
  product_precision precision = product_precision::fp32;
  std::size_t workers = 1;
};

/// Steps a second of all workers together, each on a thread of its own.
double rate_of(const measurement& what, const model& m, const backend& device, double seconds) {
  const auto data =
    make_random_pictures(m.input(), m.output().size(), 4 * static_cast<std::size_t>(what.batch) * what.workers);
  std::atomic<std::size_t> ready = 0;
  std::atomic<bool> stop = false;
  std::vector<double> rates(what.workers);
  std::vector<std::exception_ptr> failures(what.workers);
  std::vector<std::thread> threads;
  for (std::size_t w = 0; w < what.workers; ++w)
    threads.emplace_back([&, w] {
      try {
        const auto worker = make_classification_trainer(
          {.network = m,
           .loader = {.data = data,
                      .part = {.total = data->train->size(), .count = what.workers, .index = w, .seed = 1},
                      .how = {.crop = m.input().height},
                      .batch_size = what.batch},
           .optimiser = {.learning_rate = 0.001, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-4}},
          device);
        for (int i = 0; i < 10; ++i)
          worker->step(nullptr);
        ++ready;
        while (ready < what.workers && !stop)
          worker->step(nullptr);
        const auto first = worker->steps();
        const auto began = std::chrono::steady_clock::now();
        std::chrono::duration<double> taken{0};
        while (taken.count() < seconds && !stop) {
          worker->step(nullptr);
          taken = std::chrono::steady_clock::now() - began;
        }
        rates[w] = static_cast<double>(worker->steps() - first) / taken.count();
      } catch (...) {
        failures[w] = std::current_exception();
        stop = true;
      }
    });
  for (auto& thread : threads)
    thread.join();
  for (const auto& failure : failures)
    if (failure)
      std::rethrow_exception(failure);
  double sum = 0;
  for (const auto rate : rates)
    sum += rate;
  return sum;
}

/// Returns whether it could be done.
bool measure(const measurement& what, double seconds) {
  std::printf("{\"model\":\"%s\",\"batch\":%lld,\"precision\":\"%s\",\"workers\":%zu,", what.name.c_str(),
              static_cast<long long>(what.batch), to_string(what.precision), what.workers);
  try {
    const auto m = make_model(what.name, usual_input(what.name), what.name == "resnet50" ? 1000 : 10);
    const auto rate = rate_of(what, m, *cuda::make_backend({.precision = what.precision}), seconds);
    std::printf("\"steps_per_second\":%.2f,\"samples_per_second\":%.0f}\n", rate,
                rate * static_cast<double>(what.batch));
    std::fflush(stdout);
    return true;
  } catch (const std::exception& e) {
    std::printf("\"failed\":\"%s\"}\n", e.what());
    std::fflush(stdout);
    return false;
  }
}

} // namespace

namespace {

/// A small model's parameters stay in the device's cache, so that its copy is fast too.
void measure_updates() {
  for (const auto* name : {"cnn7", "resnet20", "vgg16", "resnet50"}) {
    const auto m = make_model(name, usual_input(name), name == std::string_view("resnet50") ? 1000 : 10);
    const auto rates = cuda::measure_update(m);
    std::printf(
      "{\"model\":\"%s\",\"parameters\":%zu,\"step_gbps\":%.1f,\"step_and_pulls_gbps\":%.1f,\"copy_gbps\":%.1f,"
      "\"step_and_pulls_of_copy\":%.3f}\n",
      name, m.parameters().size(), 1e-9 * rates.step, 1e-9 * rates.step_and_pulls, 1e-9 * rates.copy,
      rates.step_and_pulls / rates.copy);
    std::fflush(stdout);
  }
}

/// Returns whether all of it could be done.
bool measure_all(double seconds) {
  measure_updates();
  bool all = true;
  for (const auto* name : {"cnn7", "resnet20", "vgg16", "resnet50"})
    for (const auto precision : {product_precision::fp32, product_precision::tf32, product_precision::bf16})
      for (const std::int64_t batch : {32, 128, 512})
        for (const std::size_t workers : {1, 4})
          if (workers == 1 || batch == 128)
            all = measure({name, batch, precision, workers}, seconds) && all;
  return all;
}

std::optional<product_precision> precision_of(std::string_view name) {
  for (const auto precision : {product_precision::fp32, product_precision::tf32, product_precision::bf16})
    if (name == to_string(precision))
      return precision;
  return std::nullopt;
}

/// Returns whether all that was asked for could be read.
bool measure_as_asked(std::istream& questions) {
  for (std::string line; std::getline(questions, line);) {
    std::istringstream words(line);
    measurement what;
    std::string precision;
    double seconds = 0;
    words >> what.name >> what.batch >> precision >> what.workers >> seconds;
    const auto known = precision_of(precision);
    if (!words || !known || what.batch < 1 || what.workers < 1) {
      std::fprintf(stderr, "bench_gpu: found \"%s\", allowed: MODEL BATCH fp32|tf32|bf16 WORKERS SECONDS\n",
                   line.c_str());
      return false;
    }
    what.precision = *known;
    measure(what, seconds);
  }
  return true;
}

} // namespace

int main(int argc, char** argv) {
  const auto devices = paceline_cuda_plugin()->devices();
  if (!devices.front().problem.empty()) {
    std::printf("[skipped] no CUDA device: %s\n", devices.front().problem.c_str());
    return 77; // as test_gpu
  }
  if (argc > 1 && argv[1] == std::string_view("-"))
    return measure_as_asked(std::cin) ? 0 : 2;
  return measure_all(argc > 1 ? std::atof(argv[1]) : 1) ? 0 : 1;
}
