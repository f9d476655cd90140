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

/// The same, table 3, SRKN_11^b: eleven pairs, order 6.
Splitting srkn11b() {
  const double b1 = 0.0414649985182624, b2 = 0.198128671918067, b3 = -0.0400061921041533,
               b4 = 0.0752539843015807, b5 = -0.0115113874206879, b6 = 0.5 - (b1 + b2 + b3 + b4 + b5);
  const double a1 = 0.123229775946271, a2 = 0.290553797799558, a3 = -0.127049212625417,
               a4 = -0.246331761062075, a5 = 0.357208872795928, a6 = 1 - 2 * (a1 + a2 + a3 + a4 + a5);
  return {.order = 6,
          .kicks = {b1, b2, b3, b4, b5, b6, b6, b5, b4, b3, b2, b1},
          .drifts = {a1, a2, a3, a4, a5, a6, a5, a4, a3, a2, a1}};
}

}  // namespace

bool is_splitting(const std::string& name) {
  return name == "strang" || name == "yoshida4" || is_nystroem(name);
}

bool is_nystroem(const std::string& name) { return name == "srkn6b" || name == "srkn11b"; }

Splitting splitting(const std::string& name) {
  if (name == "strang") return strang();
  if (name == "yoshida4") return yoshida4();
  if (name == "srkn6b") return srkn6b();
  if (name == "srkn11b") return srkn11b();
  throw base::AgreedError("integrator " + name + ": strang, yoshida4, srkn6b, srkn11b are allowed");
}

}  // namespace sluice::solvers::nlse
