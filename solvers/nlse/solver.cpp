#include "nlse/solver.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "nlse/ground_state.hpp"
#include "nlse/initial.hpp"
#include "nlse/splitting_integrators.hpp"
#include "numerics/spectral/spectrum.hpp"

namespace sluice::solvers::nlse {
namespace {

using grid::Index;

numerics::FourierSpec spec_with(const NlseParameters& parameters, const run::Context& context) {
  auto spec = parameters.fourier_spec();
  spec.wisdom = context.fingerprint;
  return spec;
}

Components wave_functions(std::size_t count, const grid::LayoutPtr& layout) {
  Components psi;
  for (std::size_t a = 0; a < count; ++a)
    psi.emplace_back(
        grid::FieldInfo{component_name("psi", a, count), "1",
                        count == 1 ? "wave function" : "wave function of component " + std::to_string(a + 1)},
        layout);
  return psi;
}

}  // namespace

NlseSolver::NlseSolver(const NlseParameters& parameters, const run::Context& context)
    : parameters_(parameters),
      grid_(parameters.make_grid()),
      transform_(context.communicator, spec_with(parameters, context)),
      equation_(parameters_, grid_, transform_),
      psi_(wave_functions(parameters.components(), transform_.physical())),
      context_(context),
      integrator_(make_integrator({&parameters_, &grid_, &transform_, &equation_})),
      monitor_(scene()),
      exact_(exact_solution(parameters)) {
  if (parameters.noise.type != "none")
    noise_.emplace(Tools{&parameters_, &grid_, &transform_, &equation_}, context.seed, context.member);
}

NlseSolver::NlseSolver(const NlseParameters& parameters, const run::Context& context,
                       const Splitting& splitting)
    : NlseSolver(parameters, context) {
  integrator_ =
      std::make_unique<FixedSplitting>(Tools{&parameters_, &grid_, &transform_, &equation_}, splitting);
}

void NlseSolver::initialize() {
  std::function<void(Components&)> relax;
  if (parameters_.initial.relax_residual)
    relax = [this](Components& psi) {
      relax_to_ground_state({&parameters_, &grid_, &transform_, &equation_}, psi);
    };
  set_initial(parameters_, equation_, context_, relax, psi_);
  budget_.reset();
  first_.clear();
  for (const auto& one : invariants()) first_.push_back(one.value);
  monitor_.look_at_start(psi_);
  monitor_.look(psi_, 0, parameters_.time.dt, integrator_->modes());
}

void NlseSolver::state(run::State& state) {
  for (auto& one : psi_) state.field(one);
  integrator_->state(state);
  if (noise_) noise_->state(state);
  state.real("start", start_);
  state.real("time", time_);
  state.integer("steps", taken_);
  state.reals("first_invariants", first_);
}

void NlseSolver::restored() {
  integrator_->restored();
  budget_.reset();
}

run::StepResult NlseSolver::advance(double t, double dt_max) {
  if (taken_ == 0) start_ = t;
  const auto result = integrator_->advance(psi_, t, dt_max);
  if (noise_) noise_->act(psi_, taken_, result.dt_taken, integrator_->modes());
  time_ = t + result.dt_taken;
  ++taken_;
  budget_.reset();
  if (taken_ % parameters_.space.check_every == 0)
    monitor_.look(psi_, time_, result.dt_taken, integrator_->modes());
  return result;
}

std::vector<run::Output> NlseSolver::outputs() {
  std::vector<run::Output> all;
  density_.resize(psi_.size());
  for (std::size_t a = 0; a < psi_.size(); ++a) {
    all.push_back(
        {.info = psi_[a].info(), .components = 2, .compute = [this, a] { return psi_[a].erased(); }});
    const grid::FieldInfo density{component_name("density", a, psi_.size()), "1", "|psi|^2"};
    all.push_back({.info = density, .components = 1, .compute = [this, a, density] {
                     if (!density_[a].data())
                       density_[a] = grid::RealField(density, psi_[a].layout_pointer());
                     for (Index i = 0; i < psi_[a].layout().owned_size(); ++i)
                       density_[a].data()[i] = std::norm(psi_[a].data()[i]);
                     return density_[a].erased();
                   }});
  }
  return all;
}

void NlseSolver::apply(std::span<const run::Increment> increments) {
  for (const run::Increment& increment : increments) {
    const auto psi = std::find_if(psi_.begin(), psi_.end(), [&](const grid::ComplexField& one) {
      return one.info().name == increment.output;
    });
    if (psi == psi_.end())
      throw base::AgreedError("a corrector wants to change '" + increment.output + "'; allowed: " +
                              psi_.front().info().name + (psi_.size() > 1 ? " and its fellows" : ""));
    grid::add(increment.change, *psi);
  }
  integrator_->changed();
  budget_.reset();
}

const Budget& NlseSolver::budget() {
  if (!budget_) budget_ = nlse::budget(scene(), psi_, time_, integrator_->modes());
  return *budget_;
}

NlseSolver::Sorted NlseSolver::integrals() {
  const auto& e = parameters_.equation;
  const Budget& b = budget();
  const bool open = e.has_loss() || parameters_.noise.type != "none";
  const bool still = parameters_.integrator() != "ground_state";
  const bool keeps_mass = !e.has_loss() && parameters_.noise.type != "additive";
  const bool keeps_momentum = !open && still && !e.has_potential() && e.rotation == 0;
  const bool keeps_energy = !open && still && !e.changes_in_time();
  Sorted sorted;
  const auto add = [&](bool conserved, const std::string& name, double value) {
    (conserved ? sorted.conserved : sorted.others).push_back({name, "1", value});
  };
  add(keeps_mass, "mass", b.mass);
  if (psi_.size() > 1)
    for (std::size_t a = 0; a < psi_.size(); ++a)
      add(keeps_mass && e.rabi == 0, "mass_" + std::to_string(a + 1), b.component_mass[a]);
  for (std::size_t axis = 0; axis < grid_.axes.size(); ++axis)
    add(keeps_momentum, "momentum_" + grid_.axes[axis].name, b.momentum[axis]);
  add(keeps_energy, "energy", b.energy());
  if (parameters_.wants_angular_momentum()) add(false, "angular_momentum", b.angular_momentum);
  return sorted;
}

std::vector<run::Curve> NlseSolver::curves() {
  run::Curve spectrum{.name = "spectrum",
                      .unit = "1",
                      .long_name = "mass in shells of wavenumbers",
                      .abscissa = "k",
                      .abscissa_unit = "1",
                      .at = {},
                      .values = {}};
  double box = 1;
  for (const auto& axis : grid_.axes) box *= axis.length();
  for (auto& one : psi_) {
    transform_.forward(one, integrator_->modes());
    const auto shells = numerics::shell_spectrum(transform_, integrator_->modes());
    spectrum.values.resize(shells.power.size(), 0.0);
    spectrum.at.clear();
    for (std::size_t n = 0; n < shells.power.size(); ++n) {
      spectrum.at.push_back(static_cast<double>(n) * shells.width);
      spectrum.values[n] += box * shells.power[n];
    }
  }
  return {spectrum};
}

std::string NlseSolver::no_points() const {
  return grid_.dimensions() == 2
             ? std::string()
             : "vortices are found on two axes; this case has " + std::to_string(grid_.dimensions());
}

run::PointTable NlseSolver::points() {
  run::PointTable table{.columns = {{"x", "1"}, {"y", "1"}, {"charge", "1"}, {"component", "1"}},
                        .values = {}};
  for (std::size_t a = 0; a < psi_.size(); ++a)
    for (const auto& one : find_vortices(scene(), psi_[a]))
      table.values.insert(table.values.end(),
                          {one.x, one.y, static_cast<double>(one.charge), static_cast<double>(a + 1)});
  return table;
}

std::vector<run::Quantity> NlseSolver::invariants() { return integrals().conserved; }

std::vector<run::Quantity> NlseSolver::changes() {
  auto result = invariants();
  for (std::size_t i = 0; i < result.size(); ++i) {
    // A momentum that was zero is judged by the mass that could carry it.
    const bool momentum = result[i].name.starts_with("momentum");
    const double scale = momentum ? std::max(std::abs(first_[i]), budget().mass) : std::abs(first_[i]);
    result[i].name += "_change";
    result[i].value = (result[i].value - first_[i]) / (scale > 0 ? scale : 1);
  }
  return result;
}

std::vector<run::Quantity> NlseSolver::diagnostics() {
  auto result = integrals().others;
  for (auto& one : moments(scene(), psi_)) result.push_back(std::move(one));
  if (grid_.dimensions() == 1 && psi_.size() == 1) result.push_back(peak_position(scene(), psi_[0]));
  const Budget& b = budget();
  for (auto& one : changes()) result.push_back(std::move(one));
  result.push_back({"kinetic_energy", "1", b.kinetic});
  result.push_back({"spectral_tail", "1", b.tail});
  if (parameters_.equation.has_potential())
    result.push_back({"chemical_potential", "1", b.chemical_potential()});
  for (auto& one : integrator_->diagnostics()) result.push_back(std::move(one));
  add_state_measures(result);
  return result;
}

void NlseSolver::add_state_measures(std::vector<run::Quantity>& to) {
  const auto& initial = parameters_.initial;
  const auto& e = parameters_.equation;
  const auto append = [&](std::vector<run::Quantity> more) {
    for (auto& one : more) to.push_back(std::move(one));
  };
  const double t = time_ - start_;
  if (exact_) append(errors(scene(), *exact_, t, psi_));
  if (e.potential == "harmonic" && e.nonlinearity == "cubic" && e.nonlocal == "none") {
    // Virial relation of a stationary state: 2 T - 2 V + d E_int = 0, in parts of the energy.
    const Budget& b = budget();
    const double interaction = b.local - b.trap;
    to.push_back(
        {"virial", "1", (2 * b.kinetic - 2 * b.trap + grid_.dimensions() * interaction) / b.energy()});
  }
  if (initial.type == "solitons") append(soliton_positions(scene(), t, psi_, integrator_->modes()));
  if (initial.type == "plane_wave" && initial.plane_wave.perturbation != 0) {
    const auto found = sideband(scene(), psi_[0]);
    to.push_back(found);
    const double first = 0.5 * std::abs(initial.plane_wave.perturbation * of_axis(initial.share, 0));
    if (initial.plane_wave.eigenmode)
      to.push_back({"growth_rate", "1", t > 0 ? std::log(found.value / first) / t : 0});
  }
  if (parameters_.entropies) append(entropies(scene(), psi_, integrator_->modes()));
  append(probes(scene(), psi_));
  if (parameters_.vortices && grid_.dimensions() == 2) append(vortices(scene(), psi_[0]));
}

}  // namespace sluice::solvers::nlse
