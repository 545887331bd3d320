// Times training steps on a GPU: one JSON object a line, for scripts/gpu-check.
//
//   bench_gpu [SECONDS]   a measurement's length, 1 where none is given

#include "compute/classification_trainer.hpp"
#include "compute/cuda/cuda_backend.hpp"
#include "compute/cuda_plugin.hpp"
#include "compute/data/random_pictures.hpp"
#include "compute/models.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
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

void measure(const measurement& what, double seconds) {
  const auto input = usual_input(what.name);
  const auto m = make_model(what.name, input, what.name == "resnet50" ? 1000 : 10);
  const auto device = cuda::make_backend({.precision = what.precision});
  std::printf("{\"model\":\"%s\",\"batch\":%lld,\"precision\":\"%s\",\"workers\":%zu,", what.name.c_str(),
              static_cast<long long>(what.batch), to_string(what.precision), what.workers);
  try {
    const auto rate = rate_of(what, m, *device, seconds);
    std::printf("\"steps_per_second\":%.2f,\"samples_per_second\":%.0f}\n", rate,
                rate * static_cast<double>(what.batch));
  } catch (const std::exception& e) {
    std::printf("\"failed\":\"%s\"}\n", e.what());
  }
  std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
  const auto devices = paceline_cuda_plugin()->devices();
  if (!devices.front().problem.empty()) {
    std::printf("[skipped] no CUDA device: %s\n", devices.front().problem.c_str());
    return 0;
  }
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  for (const auto* name : {"cnn7", "resnet20", "vgg16", "resnet50"})
    for (const auto precision : {product_precision::fp32, product_precision::tf32, product_precision::bf16})
      for (const std::int64_t batch : {32, 128, 512})
        for (const std::size_t workers : {1, 4})
          if (workers == 1 || batch == 128)
            measure({name, batch, precision, workers}, seconds);
  return 0;
}
