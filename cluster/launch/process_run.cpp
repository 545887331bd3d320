#include "cluster/launch/process_run.hpp"

#include "actors/actor_system.hpp"
#include "actors/supervisor.hpp"
#include "cluster/checkpoint/checkpoint.hpp"
#include "cluster/config/run_config_json.hpp"
#include "cluster/console/count_text.hpp"
#include "cluster/console/progress_console.hpp"
#include "cluster/files/atomic_file.hpp"
#include "cluster/files/io_failure.hpp"
#include "cluster/files/json_lines.hpp"
#include "cluster/files/json_text.hpp"
#include "cluster/launch/cluster_setup.hpp"
#include "cluster/launch/device_check.hpp"
#include "cluster/launch/earlier_part.hpp"
#include "cluster/launch/nothing_left.hpp"
#include "cluster/launch/run_recorder.hpp"
#include "cluster/launch/signal_watch.hpp"
#include "cluster/launch/thread_check.hpp"
#include "cluster/record/run_folder.hpp"
#include "cluster/record/summary.hpp"
#include "cluster/wire/one_line.hpp"
#include "compute/errors.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <ostream>

#include <unistd.h>

namespace paceline {
namespace {

/// Threads that a process makes: those of each worker (one for its steps, its decoders), those of CAF, recorder, tests and checkpoints, and those of a
/// node's link.
std::size_t threads_of(std::size_t workers_here, std::size_t decoders, bool is_node) {
  constexpr std::size_t others = 8;
  constexpr std::size_t of_a_link = 4;
  return (1 + decoders) * workers_here + others + (is_node ? of_a_link : 0);
}

/// Takes longer only where the recorder is gone.
constexpr auto flush_timeout = std::chrono::minutes(1);

checkpoint_writer make_checkpoint_writer(const run_config& config, const training_problem& task,
                                         const std::filesystem::path& folder) {
  return [=, origin = task.origin(), layout = task.layout(), keep = config.output.keep_checkpoints](
           const run_state& state) { save_checkpoint(folder, state, layout, origin, keep); };
}

bool is_used_up(const budget_limits& limits, const run_state& state) {
  return (limits.total_steps && state.total_steps >= *limits.total_steps)
         || (limits.training_time && state.training_time >= *limits.training_time);
}

/// Whether nothing of this run can be further than what this process has saved: then what happened behind that is lost, and its time
/// does not count.
bool goes_on_from_what_it_saved(const process_run& run) {
  return run.node == nullptr || run.node->begins_together();
}

void set_aside(const std::vector<damaged_checkpoint>& damaged, std::ostream& out) {
  for (const auto& [path, why] : damaged)
    out << escaped(fmt::format("{}; goes on without it, it lies in {} now", why, set_aside_checkpoint(path).string()))
        << "\n";
}

void announce(const process_run& run, const training_problem& task, const run_folder& folder,
              const std::shared_ptr<const run_state>& resumed, const budget_limits& limits, std::ostream& out) {
  const auto& config = run.config;
  out << escaped(fmt::format("{}: {}, {} of {}{}, {}; goal: {}", config.output.name, task.in_words(),
                             count_text(config.groups.count, "group"), count_text(config.groups.workers, "worker"),
                             task.place_in_words(), folder.path().string(), budget_in_words(config, task)))
      << "\n";
  if (config.simulation.enabled)
    out << "in simulated time: as if each worker had a device of its own\n";
  for (const auto& warning : warnings_of(config))
    out << warning << "\n";
  if (resumed)
    out << fmt::format("resumed at step {} of all workers together\n", resumed->total_steps);
  if (resumed && run.node == nullptr && is_used_up(limits, *resumed))
    out << nothing_left_text(config) << "\n";
  if (!resumed && run.go_on && goes_on_from_what_it_saved(run))
    out << "there is no checkpoint to go on from: starts over\n";
  out.flush();
}

run_outcome outcome_of(const recorded_end& end, bool interrupted) {
  const auto spoils_the_run = [](const failure& what) {
    return what.code == failure_code::record_failed || what.code == failure_code::checkpoint_failed
           || what.code == failure_code::evaluation_failed || what.code == failure_code::picture_unreadable
           || what.code == failure_code::node_actor_lost || what.code == failure_code::centre_lost;
  };
  const auto& failures = end.finish.failures;
  if (!end.finish.state || std::any_of(failures.begin(), failures.end(), spoils_the_run))
    return run_outcome::failed;
  return interrupted ? run_outcome::interrupted : run_outcome::finished;
}

run_summary summarise(const run_config& config, const recorded_end& end, bool interrupted,
                      std::chrono::nanoseconds time_before, std::chrono::nanoseconds wall_time) {
  run_summary summary;
  summary.name = config.output.name;
  summary.outcome = outcome_of(end, interrupted);
  summary.training_time = end.training_time;
  summary.training_time_of_launch = summary.training_time - time_before;
  summary.wall_time = wall_time;
  summary.workers = end.workers;
  summary.workers_of_run = config.workers();
  summary.restarts = end.restarts;
  summary.dropped_records = end.dropped_records;
  summary.link = end.link;
  summary.leadership = end.leadership;
  summary.final_test = end.finish.final_test;
  summary.failures = end.finish.failures;
  return summary;
}

/// A checkpoint must not be there before the lines of what it counts: a resume would never write them.
checkpoint_writer after_the_logs(checkpoint_writer write, caf::actor_system& system, const caf::actor& recorder) {
  return [=, &system](const run_state& state) {
    caf::scoped_actor self(system);
    self->request(recorder, flush_timeout, flush_records{}).receive([](bool) {}, [](const caf::error&) {});
    write(state);
  };
}

/// A node is linked to the others for as long as its actors live.
class linked {
 public:
  linked(const process_run& run, caf::actor_system& system, const training_problem& task, cluster_plan& plan,
         run_services& services)
    : node_(run.node) {
    if (node_ != nullptr)
      node_->join(system, task.layout(), plan, services);
  }
  ~linked() {
    if (node_ != nullptr)
      node_->leave();
  }
  linked(const linked&) = delete;
  linked& operator=(const linked&) = delete;

 private:
  node_membership* node_;
};

/// CAF's system and the settings that have to outlive it.
struct actor_world {
  actor_system_settings settings;
  caf::actor_system system{settings};
};

/// Runs the plan's actors to their end. `console` is theirs meanwhile; actors that are stuck (run_finished::stuck) live on.
recorded_end run_actors(const process_run& run, const training_problem& task, cluster_plan plan, run_folder& folder,
                        earlier_records earlier, progress_console& console, signal_watch& signals) {
  const auto clock = make_clock(plan);
  const auto time_before = plan.resume ? plan.resume->training_time : std::chrono::nanoseconds{0};
  auto services = make_services(plan, clock);
  const auto end = std::make_shared<recorded_end>();
  auto world = std::make_unique<actor_world>();
  auto& system = world->system;
  // Tens of MB, and minutes of most runs.
  constexpr std::size_t most_records_waiting = 100'000;
  const auto waiting = std::make_shared<backlog>(most_records_waiting);
  // Where nobody leads groups, no line says so again and again.
  const bool groups_lead = plan.strategy.period_group > 0;
  run_recorder_settings recording{.services = services,
                                  .metrics = std::make_shared<json_lines>(folder.metrics()),
                                  .ledger = std::make_shared<json_lines>(folder.leadership()),
                                  .leadership = std::move(earlier.leadership),
                                  .last_record_time = earlier.latest,
                                  .group_leaders = std::vector<std::optional<worker_id>>(groups_lead ? plan.groups : 0),
                                  .time_before = time_before,
                                  .console = &console,
                                  .waiting = waiting};
  if (plan.resume) {
    recording.global_leader = plan.resume->global.leader;
    if (groups_lead)
      std::transform(plan.resume->groups.begin(), plan.resume->groups.end(),
                     recording.group_leaders.begin() + plan.resume->first_group,
                     [](const leadership_state& group) { return group.leader; });
  }
  if (run.node != nullptr)
    recording.traffic = [node = run.node] { return node->traffic(); };
  const auto recorder = system.spawn<caf::detached>(run_recorder_actor, std::move(recording), end);
  plan.watchers.add(recorder, waiting);
  if (!goes_on_from_what_it_saved(run))
    // Those who are further may have come to their end before they tell how old the run is.
    clock->catch_up(earlier.latest);
  std::optional<linked> link;
  try {
    link.emplace(run, system, task, plan, services);
  } catch (...) {
    // The actor system ends only when the last of its actors has.
    caf::anon_send_exit(recorder, caf::exit_reason::kill);
    plan = {};
    throw;
  }
  // Keys and addresses were the last that could be wrong.
  folder.keep();
  plan.write_checkpoint = after_the_logs(std::move(plan.write_checkpoint), system, recorder);
  auto supervisor = system.spawn(supervisor_actor, std::make_shared<const cluster_plan>(std::move(plan)), services);
  caf::anon_send(recorder, supervisor);
  if (run.node != nullptr)
    run.node->ride(system, services, supervisor, recorder, std::max(earlier.latest, earlier.latest_fault));
  signals.call_on_first([supervisor, recorder] {
    caf::anon_send(recorder, stop_run{});
    caf::anon_send(supervisor, stop_run{});
  });
  caf::scoped_actor self(system);
  self->wait_for(supervisor, recorder);
  signals.call_on_first(nullptr);
  if (!end->finish.stuck.empty())
    // Its destructor would wait for them.
    static_cast<void>(world.release());
  return *end;
}

std::string how_to_go_on(const process_run& run, const run_folder& folder) {
  const auto path = folder.path();
  if (run.node == nullptr)
    return fmt::format("  go on with   paceline launch --resume {}\n", escaped(path.string()));
  return fmt::format("  go on with   paceline launch --resume {}, or this node alone with\n"
                     "               paceline node FILE --name {}\n",
                     escaped(path.parent_path().parent_path().string()), escaped(path.filename().string()));
}

launch_exit exit_of(run_outcome outcome) {
  switch (outcome) {
    case run_outcome::finished:
      return launch_exit::finished;
    case run_outcome::interrupted:
      return launch_exit::interrupted;
    case run_outcome::failed:
      break;
  }
  return launch_exit::failed;
}

/// From the data to the summary.
launch_exit prepare_and_run(const process_run& run, signal_watch& signals, std::ostream& out, std::ostream& err) {
  const auto& config = run.config;
  const auto began = std::chrono::steady_clock::now();
  cluster_plan shape;
  shape.groups = config.groups.count;
  shape.workers_per_group = config.groups.workers;
  if (run.node != nullptr)
    run.node->adapt(shape);
  require_threads(threads_of(shape.worker_ids().size(), config.data.decoders, run.node != nullptr));
  if (run.node == nullptr)
    require_devices(config);
  // Data first: it takes longest, and a launch that is killed over it leaves no folder.
  const auto task = load_problem(config, [&] { return signals.signalled(); });
  auto folder = run.go_on ? run_folder::resume(run.folder) : run_folder::create(run.folder);
  auto plan = make_plan(config, task);
  if (run.node != nullptr)
    run.node->adapt(plan);
  earlier_state resumed_from;
  earlier_records earlier;
  if (run.go_on) {
    resumed_from = load_state(folder, task->layout(), plan, config, !goes_on_from_what_it_saved(run));
    plan.resume = resumed_from.state;
    if (plan.resume)
      task->require_same_classes(parameter_file(resumed_from.checkpoint));
    earlier = goes_on_from_what_it_saved(run) ? trim_logs(folder, plan.resume) : count_logs(folder);
    // Else it would tell of an end that this part has not come to.
    std::error_code error;
    if (std::filesystem::remove(folder.summary(), error); error)
      throw io_failure(folder.summary(), "remove", error.value());
  }
  plan.write_checkpoint = make_checkpoint_writer(config, *task, folder.checkpoints());
  write_file_atomically(folder.config(), to_json(config).dump(2) + "\n");

  // Only now: what goes on without them is there.
  set_aside(resumed_from.damaged, out);
  announce(run, *task, folder, plan.resume, plan.budget, out);
  const auto time_before = plan.resume ? plan.resume->training_time : std::chrono::nanoseconds{0};
  progress_console console(
    out, {.abilities = abilities_of(STDOUT_FILENO), .columns = [] { return columns_of(STDOUT_FILENO); }});
  const auto limits = plan.budget;
  const auto end = run_actors(run, *task, std::move(plan), folder, std::move(earlier), console, signals);
  if (run.node != nullptr && !run.node->refused().empty())
    throw invalid_input(run.node->refused());
  // Where the last step was made before a signal came there is nothing left to interrupt.
  const bool interrupted = signals.signalled() && !(end.finish.state && is_used_up(limits, *end.finish.state));
  auto summary = summarise(config, end, interrupted, time_before, std::chrono::steady_clock::now() - began);
  summary.unreadable = task->unreadable();
  // Of a node it is a part that others may mend.
  if (run.node == nullptr)
    fail_where_all_diverged(summary);
  out << to_text(summary);
  if (summary.outcome == run_outcome::interrupted)
    out << how_to_go_on(run, folder);
  write_file_atomically(folder.summary(), json_text(to_json(summary), 2) + "\n");
  if (summary.outcome == run_outcome::failed)
    err << fmt::format("paceline: {}: the run failed: {}\n", escaped(folder.path().string()),
                       summary.failures.empty() ? "no worker was left" : escaped(summary.failures.back().what));
  const auto exit = exit_of(summary.outcome);
  if (!end.finish.stuck.empty()) {
    // They are in the middle of what main's end would take from under them.
    out.flush();
    err.flush();
    std::_Exit(static_cast<int>(exit));
  }
  return exit;
}

} // namespace

launch_exit run_in_this_process(const process_run& run, std::ostream& out, std::ostream& err) {
  signal_watch signals;
  try {
    return prepare_and_run(run, signals, out, err);
  } catch (const work_cancelled&) {
    out << "interrupted before the run began; nothing was changed" << std::endl;
    return launch_exit::interrupted;
  }
}

} // namespace paceline
