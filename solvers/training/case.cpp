#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/log.hpp"
#include "run/surrogates.hpp"
#include "run/training_state.hpp"
#include "run/weights_file.hpp"
#include "training/data.hpp"
#include "training/training.hpp"

namespace sluice::solvers::training {
namespace {

struct Parameters {
  Data data;
  std::string use;
  std::int64_t validate_every = 50, patience = 0;
  surrogate::TrainingParameters training;
};

grid::Grid make_grid(const std::vector<grid::Index>& points) {
  grid::CartesianSpec spec;
  for (const grid::Index n : points) {
    spec.points.push_back(n);
    spec.lower.push_back(0);
    spec.upper.push_back(1);
    spec.periodic.push_back(true);
  }
  return grid::Grid::cartesian(spec);
}

/// One step is one gradient step; time counts them.
class Training final : public run::Solver {
 public:
  Training(const Parameters& parameters, const run::Context& context)
      : parameters_(parameters),
        context_(context),
        surrogate_(&context.surrogates->get("training.use", parameters.use)),
        grid_(make_grid(points_of(context.communicator, parameters.data))),
        samples_(read_samples(grid::Layout::block(context.communicator, grid_.layout_spec()), parameters.data,
                              surrogate_->inputs(), surrogate_->outputs())),
        trainer_(context.communicator, parameters.training, surrogate_->weights(),
                 {.seed = context.seed, .member = context.member, .stream = 0x7a112}) {
    parameters.training.check("training", grid_, surrogate_->weights().architecture);
    const auto& held = parameters.training.held_out;
    base::log::info("training {}: {} samples, {} of them held out", parameters.use, samples_.filled(),
                    samples_.slots(held, true).size());
    if (samples_.slots(held, false).empty())
      throw base::InputError("training.held_out: every trajectory is held out; none is left to train on");
  }

  [[nodiscard]] const grid::Grid& grid() const override { return grid_; }
  void initialize() override {}
  void state(run::State& state) override { run::declare_state(state, trainer_); }
  void restored() override { trainer_.restored(); }

  run::StepResult advance(double, double dt_max) override {
    const double dt = std::min(1.0, dt_max);
    if (stopped()) return {.accepted = true, .dt_taken = dt, .dt_next = 1};
    trainer_.step(samples_);
    if (trainer_.steps() % parameters_.validate_every == 0) {
      const std::int64_t before = trainer_.best_step();
      trainer_.validate(samples_);
      if (trainer_.best_step() != before) write("best.h5", trainer_.best(), "best");
      write("last.h5", trainer_.now(), "last");
    }
    return {.accepted = true, .dt_taken = dt, .dt_next = 1};
  }
  [[nodiscard]] std::vector<run::Output> outputs() override { return {}; }
  [[nodiscard]] std::vector<run::Quantity> invariants() override { return {}; }
  [[nodiscard]] std::vector<run::Quantity> diagnostics() override {
    return {{.name = "loss", .unit = "1", .value = trainer_.last_loss()},
            {.name = "validation", .unit = "1", .value = trainer_.validation_loss()},
            {.name = "best_validation", .unit = "1", .value = trainer_.best_loss()},
            {.name = "gradient_steps", .unit = "1", .value = static_cast<double>(trainer_.steps())}};
  }
  [[nodiscard]] double rank_tolerance() const override { return 1e-3; }
  [[nodiscard]] std::vector<std::string> summary() const override {
    return {fmt::format("training {}: {} gradient steps{}, loss {:.6g}, best validation {:.6g} at step {}",
                        parameters_.use, trainer_.steps(), stopped() ? " (stopped early)" : "",
                        trainer_.last_loss(), trainer_.best_loss(), trainer_.best_step())};
  }

 private:
  /// So many validations without a better one.
  [[nodiscard]] bool stopped() const {
    return parameters_.patience > 0 &&
           trainer_.steps() - trainer_.best_step() >= parameters_.patience * parameters_.validate_every;
  }
  void write(const char* name, surrogate::Weights weights, const char* which) const {
    if (context_.folder.empty()) return;
    weights.note =
        fmt::format("{} of {} gradient steps on {} samples", which, trainer_.steps(), samples_.filled());
    run::write_weights(context_.communicator, context_.folder / name, weights);
  }

  Parameters parameters_;
  run::Context context_;
  surrogate::Surrogate* surrogate_;
  grid::Grid grid_;
  surrogate::Samples samples_;
  surrogate::Trainer trainer_;
};

class TrainingCase final : public run::SolverCase {
 public:
  TrainingCase() { parameters_.training.held_out.block = 1; }
  void declare(base::Parameters& parameters) override {
    parameters.group(
        "training", "supervised training of one of the case's `surrogates:`", [this](base::Parameters& p) {
          Parameters& t = parameters_;
          p.text("use", t.use, {.help = "its name", .required = true});
          p.list("data", t.data.entries,
                 {.help = "where the samples are", .required = true, .minimum_size = 1});
          p.texts("targets", t.data.targets,
                  {.help = "datasets that the outputs are to equal; left out, those of their names"});
          p.integer(
              "validate_every", t.validate_every,
              {.help = "gradient steps between validations, which write last.h5 and best.h5", .minimum = 1});
          p.integer("patience", t.patience,
                    {.help = "validations without a better one after which nothing is learned any "
                             "more; 0: never",
                     .minimum = 0});
          t.training.declare(p);
        });
  }
  void validate(const base::Parameters&) const override {}
  [[nodiscard]] run::Plan plan(const base::Communicator& communicator) const override {
    grid::Grid grid = make_grid(points_of(communicator, parameters_.data));
    const grid::LayoutPtr layout = grid::Layout::block(communicator, grid.layout_spec());
    return {.grid = std::move(grid),
            .layout = layout,
            .bytes_per_rank = 8 * layout->owned_size(),
            .notes = {"one step is one gradient step"}};
  }
  [[nodiscard]] std::unique_ptr<run::Solver> build(const run::Context& context) const override {
    return std::make_unique<Training>(parameters_, context);
  }

 private:
  Parameters parameters_;
};

}  // namespace

std::unique_ptr<run::SolverCase> make_case() { return std::make_unique<TrainingCase>(); }

}  // namespace sluice::solvers::training
