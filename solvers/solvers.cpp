#include "solvers.hpp"

#include "diffusion/diffusion.hpp"
#include "flux_transport/flux_transport.hpp"
#include "nlse/nlse.hpp"
#include "training/training.hpp"
#include "turbulence/turbulence.hpp"

namespace sluice::solvers {

std::vector<run::SolverEntry> all() {
  return {
      {"diffusion", "c u_t = div(k(x,u) grad u) + f in a box, implicit, on PETSc", diffusion::make_case},
      {"flux_transport", "surface flux transport of B_r on the Sun's sphere", flux_transport::make_case},
      {"nlse", "i psi_t + 1/2 lap psi + g |psi|^2 psi - V psi = 0, pseudo-spectral", nlse::make_case},
      {"training", "supervised training of a surrogate from files: one step is one gradient step",
       training::make_case},
      {"turbulence",
       "u_t = L u + N(u): vorticity on the beta plane with closures, Kuramoto-Sivashinsky, pseudo-spectral",
       turbulence::make_case},
  };
}

}  // namespace sluice::solvers
