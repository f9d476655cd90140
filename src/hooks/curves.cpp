// Means over time of a solver's curves (spectra, fluxes, profiles) and their deviation, in one HDF5 file.
#include <algorithm>
#include <cmath>
#include <optional>

#include "hooks/hooks.hpp"
#include "run/curve.hpp"
#include "run/hdf5.hpp"

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
        start_(start) {}

  // B. P. Welford, Technometrics 4 (1962) 419.
  void observe(const run::Look& look) override {
    if (start_ && look.moment.time < *start_) return;
    if (samples_ == 0) first_time_ = look.moment.time;
    last_time_ = look.moment.time;
    ++samples_;
    std::size_t at = 0;
    for (const run::Curve& curve : source_->curves()) {
      mean_.resize(std::max(mean_.size(), at + curve.values.size()), 0.0);
      squares_.resize(mean_.size(), 0.0);
      for (const double value : curve.values) {
        const double deviation = value - mean_[at];
        mean_[at] += deviation / static_cast<double>(samples_);
        squares_[at] += deviation * (value - mean_[at]);
        ++at;
      }
    }
  }

  void state(run::State& state) override {
    Observer::state(state);
    state.reals("mean", mean_);
    state.reals("squares", squares_);
    state.integer("samples", samples_);
    state.real("first_time", first_time_);
    state.real("last_time", last_time_);
  }

  void finish(const run::Look&) override {
    if (samples_ > 0) write();
  }

  [[nodiscard]] bool makes_up() const override { return true; }

 private:
  void write() {
    const std::vector<run::Curve> curves = source_->curves();
    const std::filesystem::path file = folder_ / (name_ + ".h5");
    std::filesystem::path temporary = file;
    temporary += ".new";
    run::Hdf5File out = run::Hdf5File::create(communicator_, temporary);
    out.write_attribute("/", "samples", samples_);
    out.write_attribute("/", "first_time", first_time_);
    out.write_attribute("/", "last_time", last_time_);
    out.write_attribute("/", "time_unit", time_unit_);
    out.write_text("/provenance", provenance_);
    std::size_t at = 0;
    for (const run::Curve& curve : curves) {
      write_curve(out, curve, at);
      at += curve.values.size();
    }
    out.close();
    run::output_on_root(communicator_, [&] { std::filesystem::rename(temporary, file); });
  }

  void write_curve(run::Hdf5File& out, const run::Curve& curve, std::size_t at) {
    const std::string group = "/" + curve.name;
    std::vector<double> mean, deviation;
    for (std::size_t i = at; i < at + curve.values.size(); ++i) {
      mean.push_back(mean_[i]);
      deviation.push_back(samples_ > 1 ? std::sqrt(squares_[i] / static_cast<double>(samples_ - 1)) : 0.0);
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
  std::optional<double> start_;
  std::vector<double> mean_, squares_;  // of all curves, one after the other
  std::int64_t samples_ = 0;
  double first_time_ = 0, last_time_ = 0;
};

class CurvesCase : public run::HookCase {
 public:
  CurvesCase() { schedule_.every_steps = 1; }

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
