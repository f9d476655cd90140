// The local part of a splitting: what turns (and makes grow) psi where it is, for a time tau.
#pragma once
#include "nlse/terms.hpp"

namespace sluice::solvers::nlse {

/// Exact for terms that only turn phases: then the densities do not change. With growth the densities' own
/// equation is solved by one step of the classical Runge-Kutta method. Adds `change` first if there is one
/// (one component only). Collective if the equation needs the whole psi.
void kick(Equation& equation, double tau, double t, const grid::ComplexField* change, Components& psi);

}  // namespace sluice::solvers::nlse
