#include "cluster/record/fault_tally.hpp"

#include "cluster/record/progress_json.hpp"
#include "cluster/record/record_fields.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace paceline {
namespace {

using nlohmann::json;

/// Seconds since 1970 of "2024-05-01T12:00:00.250Z"; empty for anything else.
std::optional<double> wall_of(const json& record) {
  std::tm date{};
  double seconds = 0;
  const auto text = text_of(record, "wall");
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%lfZ", &date.tm_year, &date.tm_mon, &date.tm_mday, &date.tm_hour,
                  &date.tm_min, &seconds)
      != 6)
    return std::nullopt;
  date.tm_year -= 1900;
  date.tm_mon -= 1;
  return static_cast<double>(::timegm(&date)) + seconds;
}

std::optional<fault_kind> kind_of(const json& record) {
  const auto name = text_of(record, "kind");
  const auto found = std::find_if(all_fault_kinds.begin(), all_fault_kinds.end(),
                                  [&](fault_kind kind) { return name == to_string(kind); });
  return found == all_fault_kinds.end() ? std::nullopt : std::optional(*found);
}

} // namespace

void fault_tally::add_record(const json& record) {
  const auto type = text_of(record, "type");
  const auto now = wall_of(record);
  if (!now)
    return;
  if (type == "fault")
    return text_of(record, "moment") == "end" ? end(record) : begin(record, *now);
  const auto id = worker_id_from_text(text_of(record, "worker"));
  if (!id)
    return;
  if (type == "progress")
    note_progress(*id, record, *now);
  else if (type == "pull")
    note_part(*id, text_of(record, "scope") == to_string(scope::global), *now);
  else if (type == "recovery" || type == "restart")
    ++workers_[*id].life;
}

void fault_tally::begin(const json& record, double now) {
  const auto kind = kind_of(record);
  if (!kind)
    return;
  // What went on in a process ends with it, and nobody is left to tell.
  if (*kind == fault_kind::kill_node || *kind == fault_kind::kill_holder)
    for (auto& earlier : faults_)
      earlier.goes_on = earlier.goes_on && earlier.outcome.node != text_of(record, "node");
  followed_fault followed;
  followed.outcome = {.number = count_of(record, "fault").value_or(0),
                      .kind = to_string(*kind),
                      .node = text_of(record, "node"),
                      .worker = worker_id_from_text(text_of(record, "worker")),
                      .time_seconds = record.value("time", 0.0)};
  followed.began_at = now;
  followed.goes_on = lasts(*kind);
  followed.of_node = !followed.outcome.worker;
  followed.takes_life = victim_of(*kind) == fault_victim::holder || *kind == fault_kind::kill_node
                        || *kind == fault_kind::kill_worker || *kind == fault_kind::poison;
  const auto add = [&](worker_id id) {
    const auto& history = workers_[id];
    followed.victims[id] = {.life_before = history.life,
                            .steps_before = history.steps,
                            .pace_before = history.pace.value_or(0),
                            .steps_when_back = history.steps};
  };
  if (followed.outcome.worker)
    add(*followed.outcome.worker);
  else
    for (const auto id : roster_.workers_of(followed.outcome.node))
      add(id);
  faults_.push_back(std::move(followed));
}

void fault_tally::end(const json& record) {
  for (auto& followed : faults_)
    if (followed.outcome.number == count_of(record, "fault"))
      followed.goes_on = false;
}

void fault_tally::note_progress(worker_id id, const json& record, double now) {
  auto& worker = workers_[id];
  const auto since_start = count_of(record, "steps_since_start").value_or(0);
  const auto taken = count_of(record, "snapshots_taken").value_or(0);
  const bool restarted = since_start < worker.steps_since_start;
  if (restarted) {
    ++worker.life;
    worker.steps += since_start;
    worker.pace.reset();
  } else {
    const auto made = since_start - worker.steps_since_start;
    if (worker.progress_at > 0 && now > worker.progress_at)
      worker.pace = static_cast<double>(made) / (now - worker.progress_at);
    worker.steps += made;
  }
  const bool has_led = taken > (restarted ? 0 : worker.snapshots_taken);
  worker.steps_since_start = since_start;
  worker.snapshots_taken = taken;
  worker.progress_at = now;
  if (has_led)
    note_part(id, true, now);
}

void fault_tally::note_part(worker_id id, bool in_all, double now) {
  const auto& worker = workers_[id];
  for (auto& followed : faults_) {
    const auto found = followed.victims.find(id);
    if (followed.goes_on || found == followed.victims.end() || found->second.back_at || (followed.of_node && !in_all)
        || (followed.takes_life && worker.life == found->second.life_before))
      continue;
    found->second.back_at = now;
    found->second.steps_when_back = worker.steps;
  }
}

std::vector<fault_outcome> fault_tally::outcomes() const {
  std::vector<fault_outcome> all;
  for (const auto& followed : faults_) {
    auto outcome = followed.outcome;
    double last = followed.began_at;
    bool all_back = true;
    for (const auto& [id, victim] : followed.victims) {
      const auto back = victim.back_at.value_or(followed.began_at);
      const auto made = static_cast<double>(victim.steps_when_back - victim.steps_before);
      outcome.lost_steps += std::max(0.0, victim.pace_before * (back - followed.began_at) - made);
      last = std::max(last, back);
      all_back = all_back && victim.back_at;
    }
    if (all_back)
      outcome.recovery_seconds = last - followed.began_at;
    all.push_back(std::move(outcome));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.time_seconds < b.time_seconds; });
  return all;
}

json to_json(const fault_outcome& outcome) {
  return {{"fault", outcome.number},
          {"kind", outcome.kind},
          {"node", outcome.node},
          {"worker", outcome.worker ? json(to_string(*outcome.worker)) : json()},
          {"time", outcome.time_seconds},
          {"recovery", outcome.recovery_seconds ? json(*outcome.recovery_seconds) : json()},
          {"lost_steps", outcome.lost_steps}};
}

std::string to_text(const fault_outcome& outcome) {
  const auto victim = outcome.worker ? "worker " + to_string(*outcome.worker) : "node " + outcome.node;
  const auto back = outcome.recovery_seconds ? fmt::format("took part again after {:.1f} s", *outcome.recovery_seconds)
                                             : std::string("did not take part again");
  return fmt::format("{:.1f} s: {} of {}, which {}; about {:.0f} steps lost", outcome.time_seconds, outcome.kind,
                     victim, back, outcome.lost_steps);
}

} // namespace paceline
