// Pairs of resolved state and exact subgrid term, by trajectory, for learning closures.
#include <fmt/format.h>

#include <cmath>

#include "hooks/hooks.hpp"
#include "run/disk.hpp"
#include "run/hdf5.hpp"
#include "run/subgrid.hpp"
#include "run/whole_field.hpp"

namespace sluice::hooks {

namespace {

struct PairsParameters {
  run::SubgridSpec spec;
  std::string grid = "collocated", name = "pairs";
  std::int64_t trajectory = 0, samples_per_file = 64;
};

/// Writes files NAME/trajectory_NNNN_MMMM.h5, each whole and only once: one trajectory's next samples. A file
/// ends when it is full, when its trajectory ends, and before a checkpoint.
class SubgridPairs : public run::Observer {
 public:
  SubgridPairs(PairsParameters parameters, const run::HookContext& context,
               std::unique_ptr<run::SubgridCompanion> companion)
      : parameters_(std::move(parameters)),
        communicator_(context.communicator),
        folder_(context.folder / parameters_.name),
        time_unit_(context.solver->time_unit()),
        provenance_(context.provenance),
        companion_(std::move(companion)),
        fields_(companion_->fields()),
        pending_(fields_.size()),
        sums_(3 * fields_.size(), 0.0) {
    run::output_on_root(communicator_, [this] { std::filesystem::create_directories(folder_); });
  }

  void observe(const run::Look& look) override {
    const auto views = companion_->evaluate();
    for (std::size_t f = 0; f < views.size(); ++f) take(views[f], f);
    times_.push_back(look.moment.time);
    steps_.push_back(look.moment.step);
    ++samples_;
    const bool ended = parameters_.trajectory > 0 && samples_ % parameters_.trajectory == 0;
    if (ended || static_cast<std::int64_t>(times_.size()) >= parameters_.samples_per_file) write();
  }

  void state(run::State& state) override {
    Observer::state(state);
    state.integer("samples", samples_);
    state.integer("files", files_);
    state.integer("files_of_trajectory", files_of_trajectory_);
    state.reals("sums", sums_);
  }

  /// Takes away what was written after the checkpoint.
  void restored() override {
    run::output_on_root(communicator_, [this] {
      std::vector<std::filesystem::path> late;
      if (!std::filesystem::exists(folder_)) return;
      for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        if (entry.path().extension() != ".h5") continue;
        auto in = run::Hdf5File::open(base::Communicator::self(), entry.path());
        if (in.integer_attribute("/", "number").value_or(0) >= files_) late.push_back(entry.path());
        in.close();
      }
      for (const auto& file : late) std::filesystem::remove(file);
    });
  }

  void flush() override { write(); }
  void finish(const run::Look&) override { write(); }

 private:
  /// All values of a field of one sample on every rank, and its running mean and spread (D. Welford,
  /// Technometrics 4 (1962) 419, in the pairwise form of Chan, Golub and LeVeque, Am. Stat. 37 (1983) 242).
  void take(const grid::FieldView& view, std::size_t f) {
    const std::vector<double> values = run::whole_values(view);
    base::CompensatedSum sum, squares;
    for (const double one : values) sum.add(one);
    const auto number = static_cast<double>(values.size()), before = static_cast<double>(samples_) * number;
    const double mean = sum.value() / number, shift = mean - sums_[3 * f + 1];
    for (const double one : values) squares.add((one - mean) * (one - mean));
    sums_[3 * f] = before + number;
    sums_[3 * f + 1] += shift * number / (before + number);
    sums_[3 * f + 2] += squares.value() + shift * shift * before * number / (before + number);
    if (communicator_.is_root()) pending_[f].insert(pending_[f].end(), values.begin(), values.end());
  }

  /// Collective.
  void write() {
    if (times_.empty()) return;
    const std::int64_t last = samples_ - 1;
    const std::int64_t trajectory = parameters_.trajectory > 0 ? last / parameters_.trajectory : 0;
    run::output_on_root(communicator_, [&] { write_on_root(trajectory); });
    ++files_;
    const bool ended = parameters_.trajectory > 0 && samples_ % parameters_.trajectory == 0;
    files_of_trajectory_ = ended ? 0 : files_of_trajectory_ + 1;
    times_.clear();
    steps_.clear();
    for (auto& values : pending_) values.clear();
  }

  void write_on_root(std::int64_t trajectory) const {
    const auto file = folder_ / fmt::format("trajectory_{:04d}_{:04d}.h5", trajectory, files_of_trajectory_);
    std::filesystem::path copy = file;
    copy += ".new";
    auto out = run::Hdf5File::create(base::Communicator::self(), copy);
    out.write_attribute("/", "format", std::string("sluice subgrid pairs"));
    out.write_attribute("/", "provenance", provenance_);
    out.write_attribute("/", "trajectory", trajectory);
    out.write_attribute("/", "number", files_);
    out.write_attribute("/", "filter", parameters_.spec.filter);
    out.write_attribute("/", "width", parameters_.spec.width);
    out.write_attribute("/", "grid", parameters_.grid);
    write_axes(out);
    for (std::size_t f = 0; f < fields_.size(); ++f) write_field(out, f);
    out.close();
    std::filesystem::rename(copy, file);
    run::sync_folder(folder_);
  }

  void write_axes(run::Hdf5File& out) const {
    out.write_reals("time", times_);
    out.write_attribute("time", "units", time_unit_);
    out.make_scale("time", "time");
    out.write_integers("step", steps_);
    for (const grid::Axis& axis : companion_->grid().axes) {
      out.write_reals(axis.name, axis.points);
      out.write_attribute(axis.name, "units", axis.unit);
      out.make_scale(axis.name, axis.name);
    }
  }

  /// `shift` and `scale` are mean and deviation of all samples so far: (value - shift) / scale is what a
  /// surrogate of the same numbers works on.
  void write_field(run::Hdf5File& out, std::size_t f) const {
    const run::SubgridField& field = fields_[f];
    std::vector<std::uint64_t> shape{times_.size()};
    for (const grid::Axis& axis : companion_->grid().axes)
      shape.push_back(static_cast<std::uint64_t>(axis.size()));
    const std::string& name = field.info.name;
    out.write_reals(name, pending_[f], shape);
    out.write_attribute(name, "units", field.info.unit);
    out.write_attribute(name, "long_name", field.info.long_name);
    out.write_attribute(name, "role", std::string(field.target ? "output" : "input"));
    out.write_attribute(name, "place", field.place);
    const double deviation = std::sqrt(sums_[3 * f + 2] / sums_[3 * f]);
    out.write_attribute(name, "shift", sums_[3 * f + 1]);
    out.write_attribute(name, "scale", deviation > 0 ? deviation : 1.0);
    out.attach_scale(name, "time", 0);
    unsigned dimension = 1;
    for (const grid::Axis& axis : companion_->grid().axes) out.attach_scale(name, axis.name, dimension++);
  }

  PairsParameters parameters_;
  base::Communicator communicator_;
  std::filesystem::path folder_;
  std::string time_unit_, provenance_;
  std::unique_ptr<run::SubgridCompanion> companion_;
  std::vector<run::SubgridField> fields_;
  std::vector<double> times_;
  std::vector<std::int64_t> steps_;
  std::vector<std::vector<double>> pending_;  ///< Of each field, samples not yet in a file; rank 0 only.
  std::vector<double> sums_;                  ///< Of each field: number, mean, sum of squared deviations.
  std::int64_t samples_ = 0, files_ = 0, files_of_trajectory_ = 0;
};

class SubgridPairsCase : public run::HookCase {
 public:
  SubgridPairsCase() { schedule_.otherwise_every_steps = 1; }

  void declare(base::Parameters& parameters) override {
    schedule_.declare(parameters, true, time_unit);
    parameters.integers(
        "points", values_.spec.points,
        {.help = "of the coarse grid along each axis", .minimum = 1, .required = true, .maximum_size = 3});
    parameters.choice("filter", values_.spec.filter,
                      {{"cut", "sharp: the modes of the coarse grid"},
                       {"gaussian", "exp(-(k width spacing)^2/24), then cut"},
                       {"box", "mean over a square of width spacings, then cut"}},
                      {.help = "from the solver's grid to the coarse one"});
    parameters.real("width", values_.spec.width,
                    {.help = "of the filter in spacings of the coarse grid",
                     .unit = "1",
                     .minimum = 0,
                     .exclusive_minimum = true});
    parameters.choice("grid", values_.grid,
                      {{"collocated", "everything in the nodes"},
                       {"staggered",
                        "components of velocity as means over the faces between nodes, which keeps "
                        "the flux through every coarse cell; the rest in the nodes"}},
                      {.help = "where the coarse values lie"});
    parameters.integer(
        "trajectory", values_.trajectory,
        {.help = "samples of a trajectory, after which a new one begins; 0: all are one", .minimum = 0});
    parameters.integer("samples_per_file", values_.samples_per_file,
                       {.help = "at most", .minimum = 1, .maximum = 1000000});
    parameters.text("name", values_.name, {.help = "of the folder NAME/ of trajectory_NNNN_MMMM.h5"});
  }
  [[nodiscard]] std::vector<std::string> files() const override { return {values_.name}; }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    auto* source = dynamic_cast<run::SubgridSource*>(context.solver);
    if (source == nullptr) throw base::InputError("subgrid_pairs: this solver has no subgrid terms");
    PairsParameters values = values_;
    values.spec.staggered = values.grid == "staggered";
    auto hook = std::make_unique<SubgridPairs>(values, context, source->subgrid_companion(values.spec));
    hook->schedule = schedule_;
    return hook;
  }

 private:
  PairsParameters values_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_subgrid_pairs() { return std::make_unique<SubgridPairsCase>(); }

}  // namespace sluice::hooks
