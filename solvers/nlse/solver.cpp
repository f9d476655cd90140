#include "nlse/solver.hpp"

#include "base/error.hpp"
#include "base/timer.hpp"
#include "run/hdf5.hpp"

namespace sluice::solvers::nlse {
namespace {

using grid::Index;

numerics::FourierSpec spec_with(const NlseParameters& parameters, const run::Context& context) {
  auto spec = parameters.fourier_spec();
  spec.wisdom = context.fingerprint;
  return spec;
}

Equation equation_of(const NlseParameters& parameters, const grid::Grid& grid) {
  Equation equation{.g = parameters.g, .potential = {}};
  if (parameters.potential == "harmonic")
    for (std::size_t axis = 0; axis < grid.axes.size(); ++axis)
      for (const double x : grid.axes[axis].points) {
        const double y = of_axis(parameters.frequency, axis) * (x - of_axis(parameters.centre, axis));
        equation.potential[axis].push_back(0.5 * y * y);
      }
  return equation;
}

/// A potential pushes: then the momentum is no invariant, but still of interest.
bool is_momentum(const run::Quantity& quantity) { return quantity.name.starts_with("momentum"); }

}  // namespace

NlseSolver::NlseSolver(const NlseParameters& parameters, const run::Context& context)
    : NlseSolver(parameters, context, splitting(parameters.integrator)) {}

NlseSolver::NlseSolver(const NlseParameters& parameters, const run::Context& context,
                       const Splitting& splitting)
    : parameters_(parameters),
      grid_(parameters.make_grid()),
      transform_(context.communicator, spec_with(parameters, context)),
      equation_(equation_of(parameters, grid_)),
      split_step_(transform_, equation_, splitting, parameters.increment_form),
      psi_({"psi", "1", "wave function"}, transform_.physical()),
      exact_(exact_solution(parameters)) {}

void NlseSolver::initialize() {
  if (parameters_.initial == "file") return read_initial();
  const auto psi = initial_state(parameters_);
  const auto& layout = psi_.layout();
  const auto view = psi_.view();
  const auto coordinate = [&](std::size_t axis, Index local) {
    return axis < grid_.axes.size()
               ? grid_.axes[axis].points[static_cast<std::size_t>(layout.offset()[axis] + local)]
               : 0.0;
  };
  for (Index i = 0; i < layout.count()[0]; ++i)
    for (Index j = 0; j < layout.count()[1]; ++j)
      for (Index k = 0; k < layout.count()[2]; ++k)
        view(i, j, k) = psi({coordinate(0, i), coordinate(1, j), coordinate(2, k)});
}

void NlseSolver::read_initial() {
  auto file = run::Hdf5File::open(transform_.communicator(), parameters_.file);
  const auto& layout = psi_.layout_pointer();
  grid::RealField part({"part", "1", "real or imaginary part of psi"}, layout);
  for (const bool imaginary : {false, true}) {
    const std::string name = imaginary ? "/psi_imag" : "/psi_real";
    if (!file.has(name))
      throw base::AgreedError("initial.file: " + parameters_.file + " has no dataset " + name +
                              " (a snapshot of nlse has)");
    file.read_field(name, layout, part.data(), 1);
    for (Index i = 0; i < layout->owned_size(); ++i)
      reinterpret_cast<double*>(psi_.data())[2 * i + (imaginary ? 1 : 0)] = part.data()[i];
  }
}

void NlseSolver::state(run::State& state) {
  state.field(psi_);
  state.real("segment_end", steps_.segment_end);
  state.real("dt", steps_.dt);
  state.real("start", start_);
  state.real("time", time_);
  state.integer("steps", taken_);
}

run::StepResult NlseSolver::advance(double t, double dt_max) {
  const double dt = steps_.next(t, dt_max, parameters_.dt);
  if (taken_ == 0) start_ = t;
  split_step_.advance(psi_, dt);
  time_ = t + dt;
  ++taken_;
  return {.accepted = true, .dt_taken = dt, .dt_next = steps_.dt};
}

std::vector<run::Output> NlseSolver::outputs() {
  const grid::FieldInfo density{"density", "1", "|psi|^2"};
  return {{.info = psi_.info(), .components = 2, .compute = [this] { return psi_.erased(); }},
          {.info = density, .components = 1, .compute = [this, density] {
             if (!density_.data()) density_ = grid::RealField(density, psi_.layout_pointer());
             for (Index i = 0; i < psi_.layout().owned_size(); ++i)
               density_.data()[i] = std::norm(psi_.data()[i]);
             return density_.erased();
           }}};
}

std::vector<run::Quantity> NlseSolver::invariants() {
  auto result = nlse::invariants(scene(), equation_, psi_, split_step_.modes());
  if (parameters_.potential != "none") std::erase_if(result, is_momentum);
  return result;
}

std::vector<run::Quantity> NlseSolver::diagnostics() {
  std::vector<run::Quantity> result;
  if (parameters_.potential != "none") {
    result = nlse::invariants(scene(), equation_, psi_, split_step_.modes());
    std::erase_if(result, [](const run::Quantity& one) { return !is_momentum(one); });
  }
  for (auto& one : moments(scene(), psi_)) result.push_back(std::move(one));
  if (grid_.dimensions() == 1) result.push_back(peak_position(scene(), psi_));
  if (exact_) result.push_back(error_l2(scene(), *exact_, time_ - start_, psi_));
  if (parameters_.initial == "plane_wave" && parameters_.plane_wave.perturbation != 0)
    result.push_back(sideband(scene(), psi_));
  return result;
}

std::vector<std::string> NlseSolver::summary() const {
  const auto pairs = static_cast<std::int64_t>(split_step_.splitting().drifts.size());
  return {"splitting " + parameters_.integrator + ": " + std::to_string(taken_) + " steps, " +
          std::to_string(2 * pairs * taken_) + " transforms"};
}

}  // namespace sluice::solvers::nlse
