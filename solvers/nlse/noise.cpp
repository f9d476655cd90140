#include "nlse/noise.hpp"

#include <cmath>

#include "nlse/drift.hpp"
#include "nlse/kernels.hpp"

namespace sluice::solvers::nlse {
namespace {

using grid::Complex;
using grid::Index;

constexpr std::uint32_t noise_stream = 0x6e6f6973;

}  // namespace

Noise::Noise(const Tools& tools, std::uint64_t seed, std::uint32_t member)
    : tools_(tools), parameters_(tools.parameters->noise), seed_(seed), member_(member) {
  for (const auto& axis : tools.grid->axes) volume_ *= axis.length() / static_cast<double>(axis.size());
  force_ = grid::ComplexField({"force", "1", "random force"}, tools.transform->physical());
  const std::size_t n = tools.parameters->components();
  if (parameters_.time > 0)
    for (std::size_t a = 0; a < n; ++a)
      memory_.emplace_back(grid::FieldInfo{component_name("noise", a, n), "1", "random force"},
                           tools.transform->physical());
}

void Noise::state(run::State& state) {
  for (auto& one : memory_) state.field(one);
}

void Noise::draw(std::size_t component, std::int64_t step, grid::ComplexField& modes) {
  const base::RandomKey key{
      .seed = seed_, .member = member_, .stream = noise_stream + static_cast<std::uint32_t>(component)};
  const auto& layout = force_.layout();
  const Index first = layout.offset()[0] * layout.global()[1] * layout.global()[2];  // slabs
  const double size = std::sqrt(0.5 / volume_);
  for (Index i = 0; i < layout.owned_size(); ++i) {
    const auto both =
        base::random_normal(key, static_cast<std::uint64_t>(first + i), static_cast<std::uint64_t>(step));
    force_.data()[i] = {size * both[0], size * both[1]};
  }
  if (parameters_.length == 0) return;
  auto& transform = *tools_.transform;
  transform.forward(force_, modes);
  const double l2 = parameters_.length * parameters_.length;
  ModeFactors factors;
  for (int d = 0; d < 3; ++d)
    for (const double k : transform.wavenumbers(d))
      factors[static_cast<std::size_t>(d)].push_back(std::exp(-0.5 * l2 * k * k));
  for (double& factor : factors[0]) factor /= static_cast<double>(transform.total_points());
  multiply(transform, factors, modes);
  transform.inverse(modes, force_);
}

/// Ornstein-Uhlenbeck, exact over a step: correlation exp(-|s|/time) / (2 time), white as time goes to 0
/// (Gillespie, Phys. Rev. E 54 (1996) 2084, eq. (1.9)).
void Noise::remember(std::size_t component, std::int64_t step, double dt, grid::ComplexField& modes) {
  const double time = parameters_.time, keep = std::exp(-dt / time);
  const double fresh = std::sqrt((step == 0 ? 1 : 1 - keep * keep) / (2 * time));
  draw(component, step, modes);
  Complex* memory = memory_[component].data();
  for (Index i = 0; i < force_.layout().owned_size(); ++i)
    memory[i] = (step == 0 ? 0.0 : keep) * memory[i] + fresh * force_.data()[i];
}

void Noise::act(Components& psi, std::int64_t step, double dt, grid::ComplexField& modes) {
  for (std::size_t a = 0; a < psi.size(); ++a) {
    const bool coloured = parameters_.time > 0;
    coloured ? remember(a, step, dt, modes) : draw(a, step, modes);
    const Complex* xi = coloured ? memory_[a].data() : force_.data();
    const double strength = parameters_.amplitude * (coloured ? dt : std::sqrt(dt));
    Complex* u = psi[a].data();
    for (Index i = 0; i < psi[a].layout().owned_size(); ++i)
      u[i] += parameters_.type == "additive"
                  ? Complex(0, strength) * xi[i]
                  : u[i] * phase_factor_minus_one(std::sqrt(2.0) * strength * xi[i].real());
  }
}

}  // namespace sluice::solvers::nlse
