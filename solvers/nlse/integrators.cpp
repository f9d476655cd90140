#include "nlse/integrators.hpp"

#include <cmath>

#include "base/error.hpp"

namespace sluice::solvers::nlse {
namespace {

/// Strang, SIAM J. Numer. Anal. 5 (1968) 506: one pair of transforms, order 2.
Splitting strang() { return {.order = 2, .kicks = {0.5, 0.5}, .drifts = {1.0}}; }

/// Yoshida, Phys. Lett. A 150 (1990) 262, eq. (2.11), the triple jump: three pairs, order 4.
Splitting yoshida4() {
  const double outer = 1 / (2 - std::cbrt(2.0)), inner = 1 - 2 * outer;
  return {.order = 4,
          .kicks = {outer / 2, (outer + inner) / 2, (outer + inner) / 2, outer / 2},
          .drifts = {outer, inner, outer}};
}

/// Blanes and Moan, J. Comput. Appl. Math. 142 (2002) 313, table 3, SRKN_6^b: six pairs, order 4. For systems
/// with {V,{V,{V,T}}} = 0, which holds for every local V(x, |psi|^2) beside the kinetic energy.
Splitting srkn6b() {
  const double b1 = 0.0829844064174052, b2 = 0.396309801498368, b3 = -0.0390563049223486,
               b4 = 1 - 2 * (b1 + b2 + b3);
  const double a1 = 0.245298957184271, a2 = 0.604872665711080, a3 = 0.5 - (a1 + a2);
  return {.order = 4, .kicks = {b1, b2, b3, b4, b3, b2, b1}, .drifts = {a1, a2, a3, a3, a2, a1}};
}

}  // namespace

Splitting splitting(const std::string& name) {
  if (name == "strang") return strang();
  if (name == "yoshida4") return yoshida4();
  if (name == "srkn6b") return srkn6b();
  throw base::AgreedError("integrator " + name + ": strang, yoshida4, srkn6b are allowed");
}

}  // namespace sluice::solvers::nlse
