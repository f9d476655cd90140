// Looks for NaN and Inf in the outputs and ends the run where it finds one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hooks/hooks.hpp"

namespace sluice::hooks {

namespace {

using grid::Index;
using grid::Index3;

constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();

/// Linear global index of this rank's first value that is not finite.
std::int64_t first_not_finite(const grid::FieldView& field) {
  const grid::Layout& layout = *field.layout;
  const Index3 &count = layout.count(), &offset = layout.offset(), &global = layout.global();
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j) {
      const double* row = field.data + layout.position(i, j) * field.components;
      double product = 0;  // stays 0 as long as every value of the row is finite
      for (Index n = 0; n < count[2] * field.components; ++n) product += 0 * row[n];
      if (product == 0) continue;
      for (Index n = 0; n < count[2] * field.components; ++n)
        if (!std::isfinite(row[n]))
          return ((offset[0] + i) * global[1] + offset[1] + j) * global[2] + offset[2] + n / field.components;
    }
  return none;
}

/// The value at a global index as text, from the rank that owns it. Collective.
std::string value_at(const base::Communicator& communicator, const grid::FieldView& field,
                     const Index3& index) {
  const grid::Layout& layout = *field.layout;
  Index3 local{};
  bool mine = true;
  for (std::size_t d = 0; d < 3; ++d) {
    local[d] = index[d] - layout.offset()[d];
    mine = mine && local[d] >= 0 && local[d] < layout.count()[d];
  }
  const std::int64_t owner = communicator.max(mine ? std::int64_t{communicator.rank()} : std::int64_t{-1});
  std::string text;
  if (mine)
    for (int c = 0; c < field.components; ++c)
      text += fmt::format("{}{}", c > 0 ? " + i " : "",
                          field.data[layout.position(local[0], local[1], local[2]) * field.components + c]);
  communicator.broadcast(text, static_cast<int>(owner));
  return text;
}

class FiniteCheck : public run::Observer {
 public:
  FiniteCheck(std::vector<std::string> fields, const base::Communicator& communicator)
      : fields_(std::move(fields)), communicator_(communicator) {}

  void observe(const run::Look& look) override {
    for (const std::string& name : fields_) {
      const grid::FieldView field = look.outputs->get(name);
      const std::int64_t first = communicator_.min(first_not_finite(field));
      if (first == none) continue;
      const Index3& global = field.layout->global();
      const Index3 index{first / (global[1] * global[2]), first / global[2] % global[1], first % global[2]};
      std::string place = std::to_string(index[0]);
      for (int d = 1; d < field.layout->dimensions(); ++d)
        place += ", " + std::to_string(index[static_cast<std::size_t>(d)]);
      throw run::StateError(fmt::format("'{}' [{}] is {} at global index ({}), {}", name, field.info.unit,
                                        value_at(communicator_, field, index), place,
                                        look.solver->grid().describe_point(index)));
    }
  }

 private:
  std::vector<std::string> fields_;
  base::Communicator communicator_;
};

class FiniteCheckCase : public run::HookCase {
 public:
  FiniteCheckCase() { schedule_.otherwise_every_steps = 10; }

  void declare(base::Parameters& parameters) override {
    schedule_.declare(parameters, true, time_unit);
    parameters.texts("fields", fields_,
                     {.help = "outputs to look at; none named: all", .may_differ_at_restart = true});
  }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    std::vector<std::string> names;
    for (const run::Output& output : context.solver->outputs()) names.push_back(output.info.name);
    for (const std::string& wanted : fields_)
      if (std::find(names.begin(), names.end(), wanted) == names.end())
        run::refuse_output("finite_check: fields", wanted, names);
    auto hook = std::make_unique<FiniteCheck>(fields_.empty() ? names : fields_, context.communicator);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  std::vector<std::string> fields_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_finite_check() { return std::make_unique<FiniteCheckCase>(); }

}  // namespace sluice::hooks
