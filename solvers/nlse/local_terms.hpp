// The terms that an equation is made of.
#pragma once
#include "nlse/terms.hpp"

namespace sluice::solvers::nlse {

/// f_a = sum over b of g_ab n_b (+ quintic n^2, n the whole density).
[[nodiscard]] std::unique_ptr<Term> make_cubic(const EquationParameters& parameters);
[[nodiscard]] std::unique_ptr<Term> make_quintic(double quintic);
/// f = g n / (1 + n / n_s), the response of a two-level medium.
[[nodiscard]] std::unique_ptr<Term> make_saturable(double g, double saturation);
/// f = formula of n.
[[nodiscard]] std::unique_ptr<Term> make_formula(const std::string& text);

[[nodiscard]] std::unique_ptr<Term> make_separable(std::shared_ptr<const SeparablePotential> potential,
                                                   const Rows& rows);
/// Values at the owned points, the same for all components.
[[nodiscard]] std::unique_ptr<Term> make_sampled(std::vector<double> values);
/// Formula of place and time, for one component or for all (component < 0).
[[nodiscard]] std::unique_ptr<Term> make_potential_formula(const std::string& text, int component,
                                                           int dimensions, const Coordinates& coordinates);
/// growth = -(linear + two_body n + three_body n^2).
[[nodiscard]] std::unique_ptr<Term> make_loss(const EquationParameters& parameters);
/// growth = -strength sum over axes of sin^2(pi d / 2), d the depth in the layer in parts of its width.
[[nodiscard]] std::unique_ptr<Term> make_absorber(const EquationParameters& parameters,
                                                  const grid::Grid& grid, const Coordinates& coordinates);
/// V = strength * (kernel convolved with n), by the kernel's symbol.
[[nodiscard]] std::unique_ptr<Term> make_nonlocal(const EquationParameters& parameters,
                                                  numerics::FourierTransform& transform);

}  // namespace sluice::solvers::nlse
