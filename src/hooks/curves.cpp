// Means over time of a solver's curves (spectra, fluxes, profiles) and their deviation, in one HDF5 file.
#include <optional>

#include "hooks/hooks.hpp"
#include "run/curve.hpp"
#include "run/hdf5.hpp"
#include "run/running_mean.hpp"

namespace sluice::hooks {

namespace {

class Curves : public run::Observer {
 public:
  Curves(const run::HookContext& context, run::CurveSource& source, std::string name,
         std::optional<double> start)
      : communicator_(context.communicator),
        folder_(context.folder),
        time_unit_(context.solver->time_unit()),
        provenance_(context.provenance),
        source_(&source),
        name_(std::move(name)),
        means_(start) {}

  void observe(const run::Look& look) override {
    if (!means_.counts(look.moment.time)) return;
    std::vector<double> values;  // of all curves, one after the other
    for (const run::Curve& curve : source_->curves())
      values.insert(values.end(), curve.values.begin(), curve.values.end());
    means_.add(look.moment.time, values);
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
  void write() {
    run::write_whole(communicator_, folder_ / (name_ + ".h5"), [this](run::Hdf5File& out) { fill(out); });
  }

  void fill(run::Hdf5File& out) {
    const std::vector<run::Curve> curves = source_->curves();
    means_.describe(out, time_unit_);
    out.write_text("/provenance", provenance_);
    std::size_t at = 0;
    for (const run::Curve& curve : curves) {
      write_curve(out, curve, at);
      at += curve.values.size();
    }
  }

  void write_curve(run::Hdf5File& out, const run::Curve& curve, std::size_t at) {
    const std::string group = "/" + curve.name;
    std::vector<double> mean, deviation;
    for (std::size_t i = at; i < at + curve.values.size(); ++i) {
      mean.push_back(means_.mean(i));
      deviation.push_back(means_.deviation(i));
    }
    out.make_group(group);
    out.write_attribute(group, "long_name", curve.long_name);
    out.write_reals(group + "/" + curve.abscissa, curve.at);
    out.write_attribute(group + "/" + curve.abscissa, "units", curve.abscissa_unit);
    out.write_reals(group + "/mean", mean);
    out.write_attribute(group + "/mean", "units", curve.unit);
    out.write_reals(group + "/deviation", deviation);
    out.write_attribute(group + "/deviation", "units", curve.unit);
  }

  base::Communicator communicator_;
  std::filesystem::path folder_;
  std::string time_unit_, provenance_;
  run::CurveSource* source_;
  std::string name_;
  run::RunningMean means_;
};

class CurvesCase : public run::HookCase {
 public:
  CurvesCase() { schedule_.otherwise_every_steps = 1; }

  void declare(base::Parameters& parameters) override {
    schedule_.declare(parameters, true, time_unit);
    parameters.text("name", name_, {.help = "of the file NAME.h5", .may_differ_at_restart = true});
    parameters.real("start", start_, {.help = "earlier moments do not count", .unit = time_unit});
  }
  [[nodiscard]] std::vector<std::string> files() const override { return {name_ + ".h5"}; }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    auto* source = dynamic_cast<run::CurveSource*>(context.solver);
    if (source == nullptr) throw base::InputError("curves: this solver has no curves");
    auto hook = std::make_unique<Curves>(context, *source, name_, start_);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  std::string name_ = "curves";
  std::optional<double> start_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_curves() { return std::make_unique<CurvesCase>(); }

}  // namespace sluice::hooks
