// Exact solutions as pure functions of place and time.
#pragma once
#include <complex>
#include <functional>
#include <optional>

#include "nlse/parameters.hpp"
#include "nlse/rows.hpp"

namespace sluice::solvers::nlse {

/// The periodic box: lower ends and lengths.
struct Box {
  int dimensions = 1;
  Point lower{}, length{1, 1, 1};
};
[[nodiscard]] Box box_of(const NlseParameters& parameters);

/// Bright soliton, the image nearest to x: Zakharov and Shabat, Sov. Phys. JETP 34 (1972) 62.
[[nodiscard]] std::complex<double> soliton(const Soliton& soliton, double g, const Box& box, double x,
                                           double t);
/// A exp(i [k x + (g A^2 - k^2/2) t + phase]).
[[nodiscard]] std::complex<double> plane_wave(const PlaneWave& wave, double g, const Box& box, const Point& x,
                                              double t);
/// Breather on exp(i t), background 1, at time t from its peak and distance x from its centre (g = 1).
[[nodiscard]] std::complex<double> breather(const std::string& kind, double a, double x, double t);
/// The same for amplitude and g of a case, t from the start.
[[nodiscard]] std::complex<double> breather(const Breather& breather, double g, double x, double t);
/// Kink of a dark soliton (Zakharov and Shabat, Sov. Phys. JETP 37 (1973) 823), |psi| = 1 far away; from
/// left to right it multiplies psi by -exp(2 i asin(velocity/c)). c: speed of sound.
[[nodiscard]] std::complex<double> dark_soliton(const DarkSoliton& soliton, double c, double x, double t);

/// Shift of soliton j by its collision with soliton l (both of one sign of velocity difference to come).
struct Shift {
  double position = 0, phase = 0;
};
/// dx_j = sgn(v_j - v_l)/A_j ln{[(v_1-v_2)^2 + (A_1+A_2)^2] / [(v_1-v_2)^2 + (A_1-A_2)^2]}, dphi_j = -sgn(v_j
/// - v_l) 2 arg[(lambda_j - lambda_l)/(lambda_j - conj(lambda_l))], lambda = (v + i A)/2 (Zakharov and Shabat
/// 1972; A in units of 1/sqrt(g)). The phase is that at the centre beyond the free carrier there.
[[nodiscard]] Shift collision_shift(const Soliton& j, const Soliton& l, double g);

/// Growth rate of a perturbation exp(i q x) of a plane wave, q sqrt(4 g A^2 - q^2)/2; 0 where there is none.
[[nodiscard]] double modulation_growth(double g, double amplitude, double q);
/// |q| of the perturbation of a plane wave.
[[nodiscard]] double perturbation_wavenumber(const PlaneWave& wave, const Box& box);

[[nodiscard]] Point wave_vector(const std::vector<std::int64_t>& waves, const Box& box);
[[nodiscard]] double dot(const Point& a, const Point& b);

/// psi of a component.
using ExactSolution = std::function<std::complex<double>(std::size_t component, const Point& x, double t)>;
/// One soliton, an unperturbed plane wave or a breather of the plain cubic equation, t counting from the
/// start. Empty otherwise.
[[nodiscard]] std::optional<ExactSolution> exact_solution(const NlseParameters& parameters);

/// Part of each component, a unit vector for solitons.
[[nodiscard]] std::vector<double> unit_share(const Soliton& soliton, std::size_t components);

}  // namespace sluice::solvers::nlse
