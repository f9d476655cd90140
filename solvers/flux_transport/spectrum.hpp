// Multipoles of the radial field, and its open flux by the potential-field source-surface model.
#pragma once
#include <vector>

#include "forcing_parameters.hpp"
#include "numerics/sphere_block.hpp"
#include "run/solver.hpp"

namespace sluice::solvers::flux_transport {

/// Schmidt semi-normalised associated Legendre functions without Condon-Shortley phase, P_l^m at l(l+1)/2 +
/// m.
[[nodiscard]] std::vector<double> schmidt_functions(int degree, double cos_theta, double sin_theta);

/// B_r = sum_lm P_l^m(cos theta) (g_lm cos(m phi) + h_lm sin(m phi)), so that g_10 is the axial dipole.
struct Multipoles {
  int degree = 0;
  std::vector<double> g, h;  ///< [G], at l(l+1)/2 + m.
};

/// Open flux: unsigned flux through the source surface r = `radius` [R_sun] of the potential field that
/// matches the multipoles at r = 1, the monopole left out [G R_sun^2]. Collective.
[[nodiscard]] double open_flux(const base::Communicator& communicator, const Multipoles& multipoles,
                               double radius);

class Spectrum {
 public:
  Spectrum(const numerics::SphereBlock& block, const DiagnosticsParameters& parameters);
  /// Collective.
  [[nodiscard]] Multipoles multipoles(const grid::RealField& field) const;
  /// g_l_m, h_l_m [G] up to the degree asked for, open_flux [Mx]; none if neither is asked for. Collective.
  [[nodiscard]] std::vector<run::Quantity> quantities(const grid::RealField& field) const;

 private:
  const numerics::SphereBlock& block_;
  DiagnosticsParameters parameters_;
  int degree_;                     ///< The larger of the two degrees.
  std::vector<double> legendre_;   ///< [owned row][l(l+1)/2 + m]
  std::vector<double> cos_, sin_;  ///< [m][owned column]
};

}  // namespace sluice::solvers::flux_transport
