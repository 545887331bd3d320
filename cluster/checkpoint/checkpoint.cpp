#include "cluster/checkpoint/checkpoint.hpp"

#include "cluster/checkpoint/centre_file.hpp"
#include "cluster/checkpoint/parameter_file.hpp"
#include "cluster/checkpoint/run_state_json.hpp"
#include "cluster/config/config_json.hpp"
#include "cluster/files/atomic_file.hpp"
#include "cluster/files/io_failure.hpp"
#include "cluster/files/json_text.hpp"
#include "compute/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <numeric>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>

namespace paceline {

namespace {

namespace fs = std::filesystem;

constexpr const char* loss_window_tensor = "window/losses";
constexpr std::string_view folder_prefix = "step-";
/// Of leaders that a worker holds (worker_state::held), and under what the file says who they are.
constexpr std::array<std::string_view, 2> held_prefixes{"held_group/", "held_global/"};
constexpr std::array<const char*, 2> held_keys{"held_group_leader", "held_global_leader"};
constexpr const char* centre_file_name = "strategy.safetensors";

fs::path worker_file(const fs::path& checkpoint, worker_id id) {
  return checkpoint / fmt::format("worker-{}.safetensors", to_string(id));
}

/// Steps of a checkpoint's folder name; empty where it is the name of something else.
std::optional<std::uint64_t> steps_of(const fs::path& entry) {
  const auto name = entry.filename().string();
  if (!name.starts_with(folder_prefix))
    return std::nullopt;
  std::uint64_t steps = 0;
  const auto* end = name.data() + name.size();
  const auto [parsed, error] = std::from_chars(name.data() + folder_prefix.size(), end, steps);
  return error == std::errc{} && parsed == end ? std::optional(steps) : std::nullopt;
}

void remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error)
    throw io_failure(path, "remove", error.value());
}

fs::path unfinished(const fs::path& path) {
  return path.string() + std::string(unfinished_suffix);
}

/// Gives a finished folder its name. One that has the name already is exchanged for it in one go where the file
/// system can, so that at no time there is none.
void put_in_place(const fs::path& finished, const fs::path& target) {
  if (::rename(finished.c_str(), target.c_str()) == 0)
    return;
  if (errno != ENOTEMPTY && errno != EEXIST)
    throw io_failure(target, "create", errno);
  if (::renameat2(AT_FDCWD, finished.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) {
    remove_tree(finished);
    return;
  }
  remove_tree(target);
  if (::rename(finished.c_str(), target.c_str()) != 0)
    throw io_failure(target, "create", errno);
}

/// Under another name first: a kill in between must not leave half a checkpoint that looks like a whole one.
void remove_checkpoint(const fs::path& checkpoint) {
  const auto doomed = unfinished(checkpoint);
  if (::rename(checkpoint.c_str(), doomed.c_str()) != 0)
    throw io_failure(checkpoint, "remove", errno);
  remove_tree(doomed);
}

void write_worker(const fs::path& path, const worker_state& worker, const parameter_layout& layout,
                  tensor_metadata metadata) {
  auto tensors = view_parameters(layout, worker.training.parameters);
  const auto add = [&](const std::vector<float>& vector, std::string_view prefix) {
    if (!vector.empty())
      for (auto& tensor : view_parameters(layout, vector, prefix))
        tensors.push_back(std::move(tensor));
  };
  const auto& optimiser = worker.training.optimiser;
  add(optimiser.velocity, velocity_prefix);
  add(optimiser.second_moment, second_moment_prefix);
  for (std::size_t i = 0; i < held_prefixes.size(); ++i)
    if (const auto& held = worker.held[i]) {
      add(held->parameters, held_prefixes[i]);
      metadata[held_keys[i]] = to_string(held->leader);
    }
  tensors.emplace_back(loss_window_tensor, std::vector{static_cast<std::int64_t>(worker.losses.size())}, worker.losses);
  metadata["kind"] = "worker";
  metadata["worker"] = to_string(worker.id);
  metadata["steps"] = std::to_string(worker.training.steps);
  metadata["optimiser_steps"] = std::to_string(optimiser.steps);
  metadata["diverged_steps"] = std::to_string(worker.diverged_steps);
  if (worker.next_exchange)
    metadata["next_exchange"] = std::to_string(*worker.next_exchange);
  write_safetensors(path, tensors, metadata);
}

void read_worker(const fs::path& path, worker_state& worker, const parameter_layout& layout) {
  const parameter_file file(path);
  worker.training.steps = file.count("steps");
  worker.diverged_steps = file.count("diverged_steps");
  worker.training.parameters = file.read(layout);
  auto& optimiser = worker.training.optimiser;
  if (file.has(velocity_prefix))
    optimiser.velocity = file.read(layout, velocity_prefix);
  if (file.has(second_moment_prefix))
    optimiser.second_moment = file.read(layout, second_moment_prefix);
  // Checkpoints of earlier versions have none, and no optimiser that needs it.
  optimiser.steps = file.metadata().contains("optimiser_steps") ? file.count("optimiser_steps") : 0;
  if (file.metadata().contains("next_exchange"))
    worker.next_exchange = file.count("next_exchange");
  for (std::size_t i = 0; i < held_prefixes.size(); ++i) {
    if (!file.has(held_prefixes[i]))
      continue;
    const auto& text = file.text(held_keys[i]);
    const auto leader = worker_id_from_text(text);
    if (!leader)
      throw invalid_input(fmt::format("{}: \"{}\" is \"{}\", needed is a worker such as 0.1", path.string(),
                                      held_keys[i], shortened(text, 60)));
    worker.held[i] = {*leader, file.read(layout, held_prefixes[i])};
  }
  const auto* losses = file.tensors().find(loss_window_tensor);
  if (losses == nullptr || losses->type != tensor_type::f64 || losses->shape.size() != 1)
    throw invalid_input(fmt::format("{}: has no list of F64 \"{}\"", path.string(), loss_window_tensor));
  worker.losses.resize(losses->elements());
  file.tensors().read(*losses, worker.losses);
}

void write_all(const fs::path& checkpoint, const run_state& state, const parameter_layout& layout,
               const checkpoint_origin& origin) {
  auto description = describe_parameters(layout, origin.model, origin.data);
  if (!origin.classes.empty())
    description.emplace("classes", origin.classes);
  for (const auto& worker : state.workers) {
    write_worker(worker_file(checkpoint, worker.id), worker, layout, description);
    if (worker.id == state.leader) {
      auto metadata = description;
      metadata["kind"] = "leader";
      metadata["worker"] = to_string(worker.id);
      metadata["steps"] = std::to_string(worker.training.steps);
      metadata["loss"] = fmt::format("{}", state.leader_loss);
      write_safetensors(checkpoint / "leader.safetensors", view_parameters(layout, worker.training.parameters),
                        metadata);
    }
  }
  auto metadata = description;
  metadata["kind"] = "centre";
  metadata["workers"] = std::to_string(state.workers.size());
  metadata["steps"] = std::to_string(state.total_steps);
  const auto centre = centre_of(state);
  write_safetensors(checkpoint / "centre.safetensors", view_parameters(layout, centre), metadata);
  if (has_begun(state.centre))
    write_centre(checkpoint / centre_file_name, *state.centre, layout, description);
  write_file_atomically(checkpoint / "state.json", json_text(to_json(state), 2) + "\n");
}

} // namespace

fs::path save_checkpoint(const fs::path& folder, const run_state& state, const parameter_layout& layout,
                         const checkpoint_origin& origin, std::size_t keep) {
  assert(!state.workers.empty() && keep >= 1);
  auto target = folder / fmt::format("{}{:09}", folder_prefix, state.total_steps);
  const auto temporary = unfinished(target);
  remove_tree(temporary);
  std::error_code error;
  if (!fs::create_directory(temporary, error))
    throw io_failure(target, "create", error.value());
  try {
    write_all(temporary, state, layout, origin);
    put_in_place(temporary, target);
  } catch (...) {
    fs::remove_all(temporary, error);
    throw;
  }
  sync_folder(folder);
  const auto all = list_checkpoints(folder);
  for (std::size_t i = keep; i < all.size(); ++i)
    if (all[i] != target)
      remove_checkpoint(all[i]);
  return target;
}

run_state load_checkpoint(const fs::path& checkpoint, const parameter_layout& layout) {
  const auto state_path = checkpoint / "state.json";
  const auto text = read_whole_file(state_path);
  run_state state;
  try {
    state = run_state_from_json(nlohmann::json::parse(text));
  } catch (const nlohmann::json::parse_error& failure) {
    throw invalid_input(fmt::format("{}: not JSON at byte {}", state_path.string(), failure.byte));
  } catch (const nlohmann::json::out_of_range&) {
    throw invalid_input(fmt::format("{}: has a number that no double holds", state_path.string()));
  } catch (const invalid_input& failure) {
    throw invalid_input(fmt::format("{}: {}", state_path.string(), failure.what()));
  }
  for (auto& worker : state.workers)
    read_worker(worker_file(checkpoint, worker.id), worker, layout);
  if (state.centre)
    state.centre = read_centre(checkpoint / centre_file_name, layout);
  const auto of_workers =
    std::accumulate(state.workers.begin(), state.workers.end(), std::uint64_t{0},
                    [](std::uint64_t sum, const worker_state& worker) { return sum + worker.training.steps; });
  if (state.total_steps < of_workers)
    throw invalid_input(fmt::format("{}: total_steps: found {}, needed is at least {}, what its workers have made",
                                    state_path.string(), state.total_steps, of_workers));
  return state;
}

std::vector<fs::path> list_checkpoints(const fs::path& folder) {
  std::vector<std::pair<std::uint64_t, fs::path>> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (const auto steps = steps_of(entry->path()); steps && entry->is_directory(error))
      found.emplace_back(*steps, entry->path());
  if (error && error != std::errc::no_such_file_or_directory)
    throw io_failure(folder, "read", error.value());
  std::sort(found.rbegin(), found.rend());
  std::vector<fs::path> checkpoints;
  for (auto& [steps, checkpoint] : found)
    checkpoints.push_back(std::move(checkpoint));
  return checkpoints;
}

std::optional<fs::path> find_latest_checkpoint(const fs::path& folder) {
  const auto all = list_checkpoints(folder);
  return all.empty() ? std::nullopt : std::optional(all.front());
}

fs::path set_aside_checkpoint(const fs::path& checkpoint) {
  const fs::path aside = checkpoint.string() + ".damaged";
  remove_tree(aside);
  if (::rename(checkpoint.c_str(), aside.c_str()) != 0)
    throw io_failure(checkpoint, "rename", errno);
  return aside;
}

void remove_unfinished_checkpoints(const fs::path& folder) {
  std::vector<fs::path> leftovers;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (const auto name = entry->path().filename().string();
        name.starts_with(folder_prefix) && name.ends_with(unfinished_suffix))
      leftovers.push_back(entry->path());
  if (error && error != std::errc::no_such_file_or_directory)
    throw io_failure(folder, "read", error.value());
  for (const auto& path : leftovers)
    remove_tree(path);
}

} // namespace paceline
