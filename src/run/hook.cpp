#include "run/hook.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "run/meeting.hpp"
#include "run/surrogates.hpp"

namespace sluice::run {

grid::FieldView OutputSet::get(const std::string& name) {
  const auto known = std::find_if(computed_.begin(), computed_.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  if (known != computed_.end()) return known->second;
  std::vector<std::string> names;
  for (const Output& output : solver_->outputs()) {
    if (output.info.name == name) return computed_.emplace_back(name, output.compute()).second;
    names.push_back(output.info.name);
  }
  refuse_output("outputs", name, names);
}

std::unique_ptr<Meeting> HookCase::meeting(const MeetingContext&) const {
  throw base::Error("this hook has no meetings of members");
}

void refuse_output(const std::string& where, const std::string& name, const std::vector<std::string>& known) {
  const std::string near = base::nearest_name(name, known);
  throw base::InputError(fmt::format("{}: output '{}' is unknown{}; this solver has: {}", where, name,
                                     near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                                     fmt::join(known, ", ")));
}

const std::vector<Quantity>& QuantitySet::get() {
  if (!known_) {
    values_ = solver_->invariants();
    const std::vector<Quantity> diagnostics = solver_->diagnostics();
    values_.insert(values_.end(), diagnostics.begin(), diagnostics.end());
    if (surrogates_ != nullptr)
      for (const Quantity& quantity : surrogates_->quantities()) values_.push_back(quantity);
    known_ = true;
  }
  return values_;
}

void output_on_root(const base::Communicator& communicator, const std::function<void()>& work) {
  try {
    base::agree_on_root(communicator, work);
  } catch (const base::AgreedError& error) {
    throw OutputError(error.what());
  }
}

}  // namespace sluice::run
