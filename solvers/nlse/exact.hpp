// Initial states as pure functions, and exact solutions where there are any.
#pragma once
#include <array>
#include <complex>
#include <functional>
#include <optional>

#include "nlse/parameters.hpp"

namespace sluice::solvers::nlse {

using Point = std::array<double, 3>;

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

using WaveFunction = std::function<std::complex<double>(const Point& x)>;
/// psi at the start for every type but `file`.
[[nodiscard]] WaveFunction initial_state(const NlseParameters& parameters);

using ExactSolution = std::function<std::complex<double>(const Point& x, double t)>;
/// One soliton, or an unperturbed plane wave, without potential; t counts from the start. Empty otherwise.
[[nodiscard]] std::optional<ExactSolution> exact_solution(const NlseParameters& parameters);

}  // namespace sluice::solvers::nlse
