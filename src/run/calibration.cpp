#include "run/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "run/learning_file.hpp"
#include "run/weights_file.hpp"

namespace sluice::run {
namespace {

constexpr std::uint32_t prior_stream = 0xca11b;

/// Of Calibrated::calibration_memory: pseudo-time behind, least misfit of a member so far, the prior's mean.
enum Memory : std::size_t { pseudo_time, best_misfit, prior_mean };

Calibrated& calibrated_of(const Attendant& one) {
  auto* solver = dynamic_cast<Calibrated*>(one.solver);
  if (solver == nullptr) throw base::Error("calibration: the solver cannot be calibrated");
  return *solver;
}

std::vector<double> mean_of(const std::vector<double>& values, std::size_t members) {
  std::vector<double> mean(values.size() / members, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i)
    mean[i % mean.size()] += values[i] / static_cast<double>(members);
  return mean;
}

/// Root mean square over the parameters of the members' standard deviation.
double spread_of(const std::vector<double>& values, std::size_t members) {
  const std::vector<double> mean = mean_of(values, members);
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    sum += (values[i] - mean[i % mean.size()]) * (values[i] - mean[i % mean.size()]);
  return std::sqrt(sum / static_cast<double>((members - 1) * mean.size()));
}

}  // namespace

struct Calibration::Lesson {
  std::size_t members = 0, count = 0;  ///< Members, weights of each.
  std::vector<double> outputs, parameters, memory, misfits{};
  double step = 0;
};

void CalibrationParameters::declare(base::Parameters& p) {
  p.choice("method", method,
           {{"none", "nothing is calibrated"},
            {"inversion", "ensemble Kalman inversion: deterministic, steps by the data-misfit controller"}},
           {.help = "how the weights of the closure's surrogate are sought; needs an ensemble"});
  p.real(
      "first", first,
      {.help = "end of the first window, from the start of the run; 0: `every`", .unit = "1", .minimum = 0});
  p.real("every", every,
         {.help = "length of the windows after which the members meet",
          .unit = "1",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("spread", spread,
         {.help = "standard deviation of the members' first weights about those of the case",
          .minimum = 0,
          .exclusive_minimum = true});
  p.integer("seed", seed, {.help = "of these weights", .minimum = 0});
  p.real("tikhonov", tikhonov,
         {.help = "standard deviation with which those weights are a datum of every step; 0: they are none",
          .minimum = 0});
  p.real("inflation", inflation,
         {.help = "what the covariance of the members is multiplied with before every step", .minimum = 1});
  p.real(
      "length", length,
      {.help = "pseudo-time that is gone: 1 ends at the posterior of the targets' deviations, more narrows "
               "them by its square root; afterwards the members only go on",
       .minimum = 0,
       .exclusive_minimum = true});
}

Calibration::Calibration(const CalibrationParameters& parameters, std::vector<CalibrationTarget> targets,
                         const MeetingContext& context)
    : parameters_(parameters), targets_(std::move(targets)), context_(context) {
  for (const CalibrationTarget& target : targets_) {
    data_.values.push_back(target.value);
    data_.deviations.push_back(target.deviation);
  }
}

std::vector<double> Calibration::times(double begin, double end) const {
  std::vector<double> times{begin};
  const double first = parameters_.first > 0 ? parameters_.first : parameters_.every;
  for (int n = 0; begin + first + n * parameters_.every <= end * (1 + 1e-12); ++n)
    times.push_back(std::min(begin + first + n * parameters_.every, end));
  return times;
}

void Calibration::hold(const Gathering& gathering) {
  if (gathering.number == 0)
    begin(gathering);
  else if (gathering.members.size() < 2)
    throw base::AgreedError("calibration: fewer than two members are left");
  else
    learn(gathering);
  for (const Attendant& one : gathering.own) calibrated_of(one).begin_window();
}

/// `calibration.seed`, the number of a weight and the member alone say where it begins.
void Calibration::begin(const Gathering& gathering) {
  for (const Attendant& one : gathering.own) {
    Calibrated& solver = calibrated_of(one);
    std::vector<double> values = solver.calibrated().weights().flat();
    std::vector<double>& memory = solver.calibration_memory();
    memory.assign({0, std::numeric_limits<double>::infinity()});
    memory.insert(memory.end(), values.begin(), values.end());
    const base::RandomKey key{.seed = static_cast<std::uint64_t>(parameters_.seed),
                              .member = static_cast<std::uint32_t>(one.member),
                              .stream = prior_stream};
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] += parameters_.spread * base::random_normal(key, i, 0)[0];
    solver.calibrated().take(values);
  }
}

/// What all members have to say. AgreedError if one says nothing.
Calibration::Lesson Calibration::collect(const Gathering& gathering) const {
  std::vector<std::vector<double>> weights, said, memories;
  for (const Attendant& one : gathering.own) {
    weights.push_back(calibrated_of(one).calibrated().weights().flat());
    said.push_back(calibrated_of(one).observed());
    memories.push_back(calibrated_of(one).calibration_memory());
  }
  Lesson lesson{.members = gathering.members.size(),
                .outputs = numbers_of_members(gathering, said),
                .parameters = numbers_of_members(gathering, weights),
                .memory = numbers_of_members(gathering, memories)};
  lesson.memory.resize(lesson.memory.size() / lesson.members);  // they are alike
  lesson.count = lesson.parameters.size() / lesson.members;
  for (std::size_t i = 0; i < lesson.outputs.size(); ++i)
    if (!std::isfinite(lesson.outputs[i]))
      throw base::AgreedError(
          fmt::format("calibration: '{}' of member {} is not finite; a longer window may help",
                      targets_[i % targets_.size()].name, gathering.members[i / targets_.size()]));
  lesson.misfits = numerics::misfits(data_, lesson.outputs);
  return lesson;
}

void Calibration::keep_best(const Gathering& gathering, Lesson& lesson) const {
  const auto best =
      static_cast<std::size_t>(std::ranges::min_element(lesson.misfits) - lesson.misfits.begin());
  if (!(lesson.misfits[best] < lesson.memory[best_misfit])) return;
  lesson.memory[best_misfit] = lesson.misfits[best];
  const auto from = lesson.parameters.begin() + static_cast<std::ptrdiff_t>(best * lesson.count);
  write_weights_of(gathering, "best.h5", {from, from + static_cast<std::ptrdiff_t>(lesson.count)},
                   fmt::format("member {} of meeting {}, misfit {:.6g}", gathering.members[best],
                               gathering.number, lesson.misfits[best]));
}

void Calibration::learn(const Gathering& gathering) {
  Lesson lesson = collect(gathering);
  keep_best(gathering, lesson);
  const double left = parameters_.length - lesson.memory[pseudo_time];
  if (left > 1e-12) {
    lesson.step = numerics::inversion_step(lesson.misfits, targets_.size(), left);
    const std::vector<double> mean(lesson.memory.begin() + prior_mean, lesson.memory.end());
    numerics::inversion_update(data_, {.mean = mean, .deviation = parameters_.tikhonov}, lesson.outputs,
                               lesson.step, parameters_.inflation, lesson.parameters);
    lesson.memory[pseudo_time] += lesson.step;
  }
  for (const Attendant& one : gathering.own) {
    const auto place = static_cast<std::size_t>(std::ranges::find(gathering.members, one.member) -
                                                gathering.members.begin());
    calibrated_of(one).calibration_memory() = lesson.memory;
    if (lesson.step > 0)
      calibrated_of(one).calibrated().take(
          std::span(lesson.parameters).subspan(place * lesson.count, lesson.count));
  }
  write(gathering, lesson);
}

void Calibration::write(const Gathering& gathering, const Lesson& lesson) const {
  const std::size_t members = lesson.misfits.size();
  const double mean = mean_of(lesson.misfits, members).front();
  std::string line = fmt::format(
      "{:.12g},{},{},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g}", gathering.time, gathering.number,
      members, mean, *std::ranges::min_element(lesson.misfits), lesson.memory[best_misfit], lesson.step,
      lesson.memory[pseudo_time], spread_of(lesson.parameters, members));
  for (const double value : mean_of(lesson.outputs, members)) line += fmt::format(",{:.10g}", value);
  base::log::info("meeting {}: misfit {:.4g} (best member {:.4g}) of {} targets, pseudo-time {:.4g}",
                  gathering.number, mean, *std::ranges::min_element(lesson.misfits), targets_.size(),
                  lesson.memory[pseudo_time]);
  std::string headline =
      fmt::format("time [{}],meeting,members,misfit,misfit_least,misfit_best,step,pseudo_time,spread",
                  context_.time_unit);
  for (const CalibrationTarget& target : targets_) headline += "," + target.name;
  add_learning_line(context_.world, context_.folder, headline, line);
  write_weights_of(gathering, "calibrated.h5", mean_of(lesson.parameters, members),
                   fmt::format("mean of {} members after meeting {}, whose misfit was {:.6g}", members,
                               gathering.number, mean));
}

/// Written by the first rank that carries a member: it has the description.
void Calibration::write_weights_of(const Gathering& gathering, const char* name,
                                   const std::vector<double>& values, const std::string& note) const {
  const bool has = !gathering.own.empty();
  const std::int64_t writer =
      context_.world.min(static_cast<std::int64_t>(has ? context_.world.rank() : context_.world.size()));
  base::agree(context_.world, [&] {
    if (context_.world.rank() != writer) return;
    surrogate::Weights weights = calibrated_of(gathering.own.front()).calibrated().weights();
    weights.set_flat(values);
    weights.note = note;
    write_weights(base::Communicator::self(), context_.folder / name, weights);
  });
}

}  // namespace sluice::run
