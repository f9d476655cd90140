#include "hooks/train_together.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/log.hpp"
#include "run/hook.hpp"

namespace sluice::hooks {

/// A member of this rank's group.
struct LearningTogether::Own {
  Learner* learner = nullptr;
  std::int64_t step = 0;
};

void TogetherParameters::declare(base::Parameters& p, const std::string& time_unit) {
  p.real(
      "every", every,
      {.help = "between the times at which the members of an ensemble take gradient steps together, by the "
               "mean of what each finds on its own samples; 0: each run learns by itself, at every occasion",
       .unit = time_unit,
       .minimum = 0});
  p.real("first", first,
         {.help = "the first of these times, from the start of the run; 0: `every`",
          .unit = time_unit,
          .minimum = 0});
}

LearningTogether::LearningTogether(const TogetherParameters& parameters, std::string use,
                                   std::int64_t gradient_steps)
    : parameters_(parameters), use_(std::move(use)), gradient_steps_(gradient_steps) {}

std::vector<double> LearningTogether::times(double begin, double end) const {
  std::vector<double> times;
  const double first = parameters_.first > 0 ? parameters_.first : parameters_.every;
  for (int n = 0; begin + first + n * parameters_.every <= end * (1 + 1e-12); ++n)
    times.push_back(std::min(begin + first + n * parameters_.every, end));
  return times;
}

void LearningTogether::hold(const run::Gathering& gathering) {
  std::vector<Own> own;
  for (const run::Attendant& one : gathering.own)
    for (run::Hook* hook : one.hooks)
      if (auto* learner = dynamic_cast<Learner*>(hook)) own.push_back({.learner = learner, .step = one.step});
  std::vector<std::vector<double>> ready;
  for (const Own& one : own) ready.push_back({one.learner->ready() ? 1.0 : 0.0});
  const std::vector<double> all = numbers_of_members(gathering, ready);
  if (std::ranges::any_of(all, [](double value) { return value == 0; })) return;
  begin(gathering, own);
  learn(gathering, own);
  validate(gathering, own);
}

/// The same weights, and the normalisation of all samples. Collective.
void LearningTogether::begin(const run::Gathering& gathering, std::vector<Own>& own) const {
  std::vector<std::vector<double>> weights, moments;
  for (const Own& one : own) weights.push_back(one.learner->trainer().flat);
  const std::size_t members = gathering.members.size();
  const std::vector<double> all = numbers_of_members(gathering, weights);
  const std::size_t count = all.size() / members;
  for (std::size_t n = count; n < all.size(); ++n)
    if (all[n] != all[n - count])
      throw base::AgreedError(
          fmt::format("surrogate {}: members {} and {} have different weights; who learns together begins "
                      "with the same",
                      use_, gathering.members[n / count - 1], gathering.members[n / count]));
  const bool wanted = !own.empty() && own.front().learner->trainer().wants_moments();
  if (!gathering.world.any(wanted)) return;
  for (const Own& one : own) moments.push_back(one.learner->trainer().moments(one.learner->samples()));
  const std::vector<double> parts = numbers_of_members(gathering, moments);
  const std::size_t size = parts.size() / members;
  std::vector<double> merged;
  for (std::size_t m = 0; m < members; ++m)
    merged = surrogate::Trainer::merged(std::move(merged), std::span(parts).subspan(m * size, size));
  for (const Own& one : own) one.learner->trainer().fit(merged);
}

void LearningTogether::learn(const run::Gathering& gathering, std::vector<Own>& own) const {
  const std::size_t members = gathering.members.size();
  for (std::int64_t n = 0; n < gradient_steps_; ++n) {
    std::vector<std::vector<double>> gradients;
    for (const Own& one : own) gradients.push_back(one.learner->trainer().gradient(one.learner->samples()));
    const std::vector<double> all = numbers_of_members(gathering, gradients);
    std::vector<double> mean(all.size() / members, 0.0);
    for (std::size_t i = 0; i < all.size(); ++i)
      mean[i % mean.size()] += all[i] / static_cast<double>(members);
    for (const Own& one : own) one.learner->trainer().learn(mean);
  }
}

void LearningTogether::validate(const run::Gathering& gathering, std::vector<Own>& own) const {
  bool due = false;
  for (const Own& one : own) due = one.learner->learned();
  if (!gathering.world.any(due)) return;
  std::vector<std::vector<double>> errors;
  for (const Own& one : own) {
    const auto [sum, number] = one.learner->trainer().held_out(one.learner->samples());
    errors.push_back({sum, number});
  }
  const std::vector<double> all = numbers_of_members(gathering, errors);
  double sum = 0, number = 0;
  for (std::size_t m = 0; m < gathering.members.size(); ++m) sum += all[2 * m], number += all[2 * m + 1];
  if (number == 0) return;
  base::log::info("surrogate {}: meeting at t = {:.6g}, {} members, validation {:.6g}", use_, gathering.time,
                  gathering.members.size(), sum / number);
  for (const Own& one : own) {
    static_cast<void>(one.learner->trainer().judge(sum / number));
    one.learner->validated(one.step);
  }
}

}  // namespace sluice::hooks
