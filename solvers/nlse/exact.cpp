#include "nlse/exact.hpp"

#include <cmath>
#include <numbers>

namespace sluice::solvers::nlse {

using Complex = std::complex<double>;

Box box_of(const NlseParameters& parameters) {
  Box box{.dimensions = parameters.dimensions()};
  for (std::size_t axis = 0; axis < parameters.points.size(); ++axis) {
    box.lower[axis] = of_axis(parameters.lower, axis);
    box.length[axis] = of_axis(parameters.upper, axis) - box.lower[axis];
  }
  return box;
}

Complex soliton(const Soliton& s, double g, const Box& box, double x, double t) {
  const double eta = s.amplitude * std::sqrt(g), v = s.velocity;
  const double centre = s.position + v * t;
  const double y = std::remainder(x - centre, box.length[0]);  // the carrier goes with the nearest image
  return std::polar(s.amplitude / std::cosh(eta * y),
                    v * (y + centre) + 0.5 * (eta * eta - v * v) * t + s.phase);
}

Point wave_vector(const std::vector<std::int64_t>& waves, const Box& box) {
  Point k{};
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(box.dimensions); ++axis)
    k[axis] = 2 * std::numbers::pi * static_cast<double>(of_axis(waves, axis)) / box.length[axis];
  return k;
}

double dot(const Point& a, const Point& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Complex plane_wave(const PlaneWave& wave, double g, const Box& box, const Point& x, double t) {
  const Point k = wave_vector(wave.waves, box);
  const double a = wave.amplitude;
  return std::polar(1.0, dot(k, x) + (g * a * a - 0.5 * dot(k, k)) * t + wave.phase) * a;
}

// Akhmediev and Korneev, Theor. Math. Phys. 69 (1986) 1089; with a > 1/2 Kuznetsov, Sov. Phys. Dokl. 22
// (1977) 507, and Ma, Stud. Appl. Math. 60 (1979) 43; Peregrine, J. Aust. Math. Soc. B 25 (1983) 16.
Complex breather(const std::string& kind, double a, double x, double t) {
  const Complex carrier = std::polar(1.0, t);
  if (kind == "peregrine") return carrier * (4.0 * Complex(1, 2 * t) / (1 + 4 * x * x + 4 * t * t) - 1.0);
  const double s = std::sqrt(2 * a);
  if (kind == "akhmediev") {
    const double b = std::sqrt(8 * a * (1 - 2 * a)), wave = 2 * std::sqrt(1 - 2 * a);
    const double c = s * std::cos(wave * x);
    return carrier * Complex((1 - 4 * a) * std::cosh(b * t) + c, b * std::sinh(b * t)) /
           (c - std::cosh(b * t));
  }
  const double b = std::sqrt(8 * a * (2 * a - 1)), wave = 2 * std::sqrt(2 * a - 1);
  // Divided by the hyperbolic cosine, which overflows far away.
  const double sech = 1 / std::cosh(wave * x);
  return carrier * Complex((1 - 4 * a) * std::cos(b * t) * sech + s, -b * std::sin(b * t) * sech) /
         (s - std::cos(b * t) * sech);
}

Complex breather(const Breather& p, double g, double x, double t) {
  const double scale = p.amplitude * std::sqrt(g);
  return p.amplitude * breather(p.kind, p.a, scale * (x - p.centre), p.time + scale * scale * t);
}

Complex dark_soliton(const DarkSoliton& s, double c, double x, double t) {
  const double sine = s.velocity / c, cosine = std::sqrt(1 - sine * sine);
  return {cosine * std::tanh(c * cosine * (x - s.position - s.velocity * t)), sine};
}

Shift collision_shift(const Soliton& j, const Soliton& l, double g) {
  const double aj = j.amplitude * std::sqrt(g), al = l.amplitude * std::sqrt(g), v = j.velocity - l.velocity;
  const double sign = v > 0 ? 1 : v < 0 ? -1 : 0;
  const Complex lambda_j(0.5 * j.velocity, 0.5 * aj), lambda_l(0.5 * l.velocity, 0.5 * al);
  return {.position = sign / aj * std::log((v * v + (aj + al) * (aj + al)) / (v * v + (aj - al) * (aj - al))),
          .phase = -sign * 2 * std::arg((lambda_j - lambda_l) / (lambda_j - std::conj(lambda_l)))};
}

double modulation_growth(double g, double amplitude, double q) {
  const double squared = 4 * g * amplitude * amplitude - q * q;
  return squared > 0 ? 0.5 * q * std::sqrt(squared) : 0;
}

double perturbation_wavenumber(const PlaneWave& wave, const Box& box) {
  const Point q = wave_vector(wave.perturbation_waves, box);
  return std::sqrt(dot(q, q));
}

std::vector<double> unit_share(const Soliton& soliton, std::size_t components) {
  std::vector<double> share;
  double size = 0;
  for (std::size_t a = 0; a < components; ++a) {
    share.push_back(of_axis(soliton.share, a));
    size += share.back() * share.back();
  }
  for (double& one : share) one /= std::sqrt(size);
  return share;
}

std::optional<ExactSolution> exact_solution(const NlseParameters& p) {
  const auto& e = p.equation;
  const bool plain = !e.has_potential() && !e.has_loss() && e.nonlinearity == "cubic" && e.g.size() == 1 &&
                     e.rotation == 0 && e.rabi == 0 && e.nonlocal == "none" && p.noise.type == "none" &&
                     p.integrator() != "ground_state";
  const auto& i = p.initial;
  if (!plain || !i.vortices.empty() || !i.phase.empty() || i.noise != 0 || i.mass) return std::nullopt;
  const Box box = box_of(p);
  const double g = e.g[0];
  if (i.type == "solitons" && i.solitons.size() == 1)
    return [box, g, one = i.solitons[0], share = unit_share(i.solitons[0], p.components())](
               std::size_t a, const Point& x, double t) { return share[a] * soliton(one, g, box, x[0], t); };
  if (p.components() > 1) return std::nullopt;
  if (i.type == "breather")
    return [g, one = i.breather](std::size_t, const Point& x, double t) { return breather(one, g, x[0], t); };
  if (i.type == "plane_wave" && i.plane_wave.perturbation == 0)
    return [box, g, wave = i.plane_wave](std::size_t, const Point& x, double t) {
      return plane_wave(wave, g, box, x, t);
    };
  return std::nullopt;
}

}  // namespace sluice::solvers::nlse
