// Structure functions of an output: means over the box and time of powers of its increments along an axis.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "hooks/hooks.hpp"
#include "run/hdf5.hpp"
#include "run/running_mean.hpp"

namespace sluice::hooks {

namespace {

struct IncrementParameters {
  std::string field, along, name = "structure_functions";
  std::vector<std::int64_t> separations;
  std::int64_t order = 4;
  std::optional<double> start{};
};

/// Powers 1 to `order` of f(x + r) - f(x) and of its size, for r of some numbers of points along one periodic
/// axis that no decomposition divides (Kolmogorov, Dokl. Akad. Nauk SSSR 32 (1941) 16).
class StructureFunctions : public run::Observer {
 public:
  StructureFunctions(IncrementParameters parameters, const run::HookContext& context, std::size_t axis,
                     grid::FieldInfo info)
      : parameters_(std::move(parameters)),
        communicator_(context.communicator),
        folder_(context.folder),
        provenance_(context.provenance),
        time_unit_(context.solver->time_unit()),
        info_(std::move(info)),
        axis_(axis),
        spacing_(context.solver->grid().axes[axis].width(0)),
        means_(parameters_.start) {}

  void observe(const run::Look& look) override {
    if (!means_.counts(look.moment.time)) return;
    const grid::FieldView field = look.outputs->get(parameters_.field);
    std::vector<double> sample;
    for (const std::int64_t separation : parameters_.separations) add(field, separation, sample);
    communicator_.sum(std::span<double>(sample));
    const auto points = static_cast<double>(field.layout->global_size());
    for (double& sum : sample) sum /= points;
    means_.add(look.moment.time, sample);
  }

  void state(run::State& state) override {
    Observer::state(state);
    means_.state(state);
  }

  void finish(const run::Look&) override {
    if (means_.samples() > 0) write();
  }
  [[nodiscard]] bool makes_up() const override { return true; }

 private:
  /// Appends this rank's sums of all powers for one separation: signed ones, then of the sizes.
  void add(const grid::FieldView& field, std::int64_t separation, std::vector<double>& sample) const {
    const grid::View<const double> value(field.data, *field.layout);
    const grid::Index3& count = field.layout->count();
    const auto order = static_cast<std::size_t>(parameters_.order);
    std::vector<base::CompensatedSum> sums(2 * order);
    const grid::Index whole = field.layout->global()[axis_];
    for (grid::Index i = 0; i < count[0]; ++i)
      for (grid::Index j = 0; j < count[1]; ++j)
        for (grid::Index k = 0; k < count[2]; ++k) {
          grid::Index3 far{i, j, k};
          far[axis_] = (far[axis_] + separation) % whole;
          const double increment = value(far[0], far[1], far[2]) - value(i, j, k);
          double power = 1;
          for (std::size_t p = 0; p < order; ++p) {
            power *= increment;
            sums[p].add(power);
            sums[order + p].add(std::abs(power));
          }
        }
    for (const auto& sum : sums) sample.push_back(sum.value());
  }

  void write() {
    run::write_whole(communicator_, folder_ / (parameters_.name + ".h5"),
                     [this](run::Hdf5File& out) { fill(out); });
  }

  void fill(run::Hdf5File& out) {
    means_.describe(out, time_unit_);
    out.write_attribute("/", "field", info_.name);
    out.write_attribute("/", "along", parameters_.along);
    out.write_text("/provenance", provenance_);
    std::vector<double> separations;
    for (const auto one : parameters_.separations) separations.push_back(static_cast<double>(one) * spacing_);
    out.write_reals("/separation", separations);
    for (const bool sizes : {false, true})
      for (std::int64_t p = 1; p <= parameters_.order; ++p) write_order(out, p, sizes);
  }

  void write_order(run::Hdf5File& out, std::int64_t power, bool sizes) {
    const std::string name = fmt::format("/order_{}{}", power, sizes ? "_of_sizes" : "");
    const auto order = static_cast<std::size_t>(parameters_.order);
    std::vector<double> values;
    for (std::size_t s = 0; s < parameters_.separations.size(); ++s)
      values.push_back(
          means_.mean(2 * order * s + (sizes ? order : 0) + static_cast<std::size_t>(power) - 1));
    out.write_reals(name, values);
    out.write_attribute(name, "units",
                        info_.unit == "1" ? std::string("1") : fmt::format("({})^{}", info_.unit, power));
    out.write_attribute(name, "long_name",
                        fmt::format("mean of the increment{} of {} to the power of {}",
                                    sizes ? "'s size" : "", info_.long_name, power));
  }

  IncrementParameters parameters_;
  base::Communicator communicator_;
  std::filesystem::path folder_;
  std::string provenance_, time_unit_;
  grid::FieldInfo info_;
  std::size_t axis_;
  double spacing_;
  run::RunningMean means_;  ///< Of each separation: powers, powers of the sizes.
};

class StructureFunctionsCase : public run::HookCase {
 public:
  StructureFunctionsCase() { schedule_.otherwise_every_steps = 1; }

  void declare(base::Parameters& parameters) override {
    schedule_.declare(parameters, true, time_unit);
    parameters.text(
        "field", values_.field,
        {.help = "output; of a velocity component along its own axis: longitudinal", .required = true});
    parameters.text("along", values_.along, {.help = "axis; empty: the last one"});
    parameters.integers("separations", values_.separations,
                        {.help = "numbers of points; none: 1, 2, 4 ... to half the axis", .minimum = 1});
    parameters.integer("order", values_.order, {.help = "highest power", .minimum = 1, .maximum = 12});
    parameters.text("name", values_.name, {.help = "of the file NAME.h5", .may_differ_at_restart = true});
    parameters.real("start", values_.start, {.help = "earlier moments do not count", .unit = time_unit});
  }
  [[nodiscard]] std::vector<std::string> files() const override { return {values_.name + ".h5"}; }

  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    std::vector<std::string> names;
    const auto outputs = context.solver->outputs();
    for (const run::Output& output : outputs) {
      names.push_back(output.info.name);
      if (output.info.name == values_.field) return build_for(context, output);
    }
    run::refuse_output("structure_functions: field", values_.field, names);
  }

 private:
  [[nodiscard]] std::unique_ptr<run::Hook> build_for(const run::HookContext& context,
                                                     const run::Output& output) const {
    const auto& axes = context.solver->grid().axes;
    auto values = values_;
    if (values.along.empty()) values.along = axes.back().name;
    const auto found =
        std::ranges::find_if(axes, [&](const grid::Axis& axis) { return axis.name == values.along; });
    if (output.components != 1 || found == axes.end())
      throw base::InputError(
          fmt::format("structure_functions: a real output and one of the grid's {} axes are "
                      "allowed, not {} along '{}'",
                      axes.size(), values.field, values.along));
    const auto axis = static_cast<std::size_t>(found - axes.begin());
    const auto layout = output.compute().layout;
    if (!layout->periodic(static_cast<int>(axis)) || layout->splits(static_cast<int>(axis)).size() > 2)
      throw base::InputError(
          fmt::format("structure_functions: along: axis {} is bounded or divided among the "
                      "ranks; the last axis of a periodic box never is",
                      values.along));
    const grid::Index points = layout->global()[axis];
    if (values.separations.empty())
      for (grid::Index r = 1; r <= points / 2; r *= 2) values.separations.push_back(r);
    if (std::ranges::max(values.separations) >= points)
      throw base::InputError(
          fmt::format("structure_functions: separations: {} points; fewer than the axis' {} are "
                      "allowed",
                      std::ranges::max(values.separations), points));
    auto hook = std::make_unique<StructureFunctions>(values, context, axis, output.info);
    hook->schedule = schedule_;
    return hook;
  }

  IncrementParameters values_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_structure_functions() {
  return std::make_unique<StructureFunctionsCase>();
}

}  // namespace sluice::hooks
