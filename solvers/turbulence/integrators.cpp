#include "turbulence/integrators.hpp"

#include <algorithm>
#include <array>

namespace sluice::solvers::turbulence {
namespace {

struct IntegratorEntry {
  const char *name, *help;
  std::unique_ptr<Integrator> (*make)(const Space&, std::size_t);
};

constexpr std::array<IntegratorEntry, 5> integrator_entries{
    {{"etdrk4", "exponential time differencing, order 4, stiff linear terms exact (Cox and Matthews 2002)",
      make_etdrk4},
     {"ifrk3", "integrating factor, Heun's order 3: least work and memory a step of the exact ones",
      make_ifrk3},
     {"ifrk4", "integrating factor, classical order 4", make_ifrk4},
     {"ab2cn", "Adams-Bashforth 2 with Crank-Nicolson, one evaluation a step (published beta-plane runs)",
      make_ab2cn},
     {"ab3", "Adams-Bashforth 3 for everything, one evaluation a step (pyqg)", make_ab3}}};

}  // namespace

std::vector<base::Option> integrator_options() {
  std::vector<base::Option> options;
  for (const auto& entry : integrator_entries) options.push_back({entry.name, entry.help});
  return options;
}

std::unique_ptr<Integrator> make_integrator(const std::string& name, const Space& space, std::size_t fields) {
  for (const auto& entry : integrator_entries)
    if (name == entry.name) return entry.make(space, fields);
  throw base::InputError("time.integrator: " + name + " is unknown");
}

std::vector<Complex> symbols(const Space& space, const Model& model, std::size_t field) {
  std::vector<Complex> result;
  result.reserve(static_cast<std::size_t>(space.kept()));
  space.each_mode(
      [&](Index, double kx, double ky, double kz) { result.push_back(model.symbol(field, kx, ky, kz)); });
  return result;
}

std::vector<Matrix2> couplings(const Space& space, const Model& model) {
  std::vector<Matrix2> result;
  result.reserve(static_cast<std::size_t>(space.kept()));
  space.each_mode([&](Index, double kx, double ky, double) { result.push_back(model.coupling(kx, ky)); });
  return result;
}

bool is_real(const std::vector<Complex>& symbols) {
  return std::all_of(symbols.begin(), symbols.end(), [](const Complex& one) { return one.imag() == 0; });
}

Modes make_all(const Space& space, std::size_t fields, const std::string& name) {
  Modes result;
  for (std::size_t f = 0; f < fields; ++f) result.push_back(space.make_modes(name + "_" + std::to_string(f)));
  return result;
}

}  // namespace sluice::solvers::turbulence
