// Symmetric splittings of i psi_t = (T + V) psi: coefficients only.
#pragma once
#include <string>
#include <vector>

namespace sluice::solvers::nlse {

/// One step = kick(kicks[0]) drift(drifts[0]) kick(kicks[1]) ... drift(drifts[n-1]) kick(kicks[n]), each for
/// its fraction of the step. A kick is the potential part (pointwise in space), a drift the kinetic one (a
/// pair of transforms).
struct Splitting {
  int order = 2;
  std::vector<double> kicks;   ///< drifts.size() + 1; they add up to 1.
  std::vector<double> drifts;  ///< They add up to 1.
};

[[nodiscard]] bool is_splitting(const std::string& name);
/// Runge-Kutta-Nystroem: holds only if kicks are made by functions of the densities and of place and time.
[[nodiscard]] bool is_nystroem(const std::string& name);
/// Of "strang", "yoshida4", "srkn6b", "srkn11b". AgreedError for another name.
[[nodiscard]] Splitting splitting(const std::string& name);

}  // namespace sluice::solvers::nlse
