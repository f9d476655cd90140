// What drives and bounds the relaxed jet of two layers (Lutsko, Held and Zurita-Gotor, J. Atmos. Sci. 72
// (2015) 3161; Mojgani et al., J. Adv. Model. Earth Syst. 16 (2024) e2023MS004033):
//   q_1,t = ... + rate F1 (psi_1 - psi_2 - psi_R) - s(y) (q_1 - <q_1>_x)
//   q_2,t = ... - rate F2 (psi_1 - psi_2 - psi_R) - s(y) (q_2 - <q_2>_x)
//   -psi_R,y = sech^2(y1/sigma) - sech^2(y2/sigma),  s(y) = sponge sech^2(y2/sigma)
// y1 from the middle, y2 from the nearer end in y: the box is periodic, the sponges are the channel's walls.
#pragma once
#include "base/parameters.hpp"
#include "turbulence/space.hpp"

namespace sluice::solvers::turbulence {

struct RelaxedJetParameters {
  double rate = 0, width = 3.5, speed = 1, sponge = 0;
  void declare(base::Parameters& parameters);
  [[nodiscard]] bool active() const { return rate > 0 || sponge > 0; }
};

class RelaxedJet {
 public:
  /// Collective.
  RelaxedJet(const RelaxedJetParameters& parameters, Space& space);
  /// n_1 -= rate F1 psi_R, n_2 += rate F2 psi_R.
  void add_forcing(double f1, double f2, Modes& n) const;
  /// n -= s(y) (q - <q>_x), `q` on the product grid; destroys it. Collective.
  void add_sponge(RealField& q, ComplexField& n);
  [[nodiscard]] const ComplexField& equilibrium() const { return equilibrium_; }
  [[nodiscard]] bool has_sponge() const { return parameters_.sponge > 0; }
  [[nodiscard]] double rate() const { return parameters_.rate; }

 private:
  /// Of the distance d: sech^2(d/width).
  [[nodiscard]] double profile(double d) const;
  void make_equilibrium();
  RelaxedJetParameters parameters_;
  Space* space_;
  ComplexField equilibrium_, scratch_;
  std::vector<double> sponge_;  ///< At the rank's columns of the product grid.
};

}  // namespace sluice::solvers::turbulence
