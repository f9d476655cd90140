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

namespace {

/// Wavenumbers of whole numbers of waves in the box.
Point wave_vector(const std::vector<std::int64_t>& waves, const Box& box) {
  Point k{};
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(box.dimensions); ++axis)
    k[axis] = 2 * std::numbers::pi * static_cast<double>(of_axis(waves, axis)) / box.length[axis];
  return k;
}

double dot(const Point& a, const Point& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Complex gaussian(const Gaussian& packet, int dimensions, const Point& x) {
  double exponent = 0, phase = packet.phase;
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(dimensions); ++axis) {
    const double y = (x[axis] - of_axis(packet.centre, axis)) / of_axis(packet.width, axis);
    exponent -= 0.5 * y * y;
    phase += of_axis(packet.velocity, axis) * x[axis];
  }
  return packet.amplitude * std::exp(exponent) * std::polar(1.0, phase);
}

}  // namespace

Complex plane_wave(const PlaneWave& wave, double g, const Box& box, const Point& x, double t) {
  const Point k = wave_vector(wave.waves, box);
  const double a = wave.amplitude;
  return std::polar(1.0, dot(k, x) + (g * a * a - 0.5 * dot(k, k)) * t + wave.phase) * a;
}

WaveFunction initial_state(const NlseParameters& parameters) {
  const Box box = box_of(parameters);
  if (parameters.initial == "solitons")
    return [box, g = parameters.g, all = parameters.solitons](const Point& x) {
      Complex sum = 0;
      for (const auto& one : all) sum += soliton(one, g, box, x[0], 0);
      return sum;
    };
  if (parameters.initial == "plane_wave")
    return [box, wave = parameters.plane_wave](const Point& x) {
      PlaneWave unit = wave;
      unit.amplitude = 1;
      const double amplitude =
          wave.amplitude + wave.perturbation * std::cos(dot(wave_vector(wave.perturbation_waves, box), x));
      return amplitude * plane_wave(unit, 0, box, x, 0);
    };
  return [dimensions = box.dimensions, packet = parameters.gaussian](const Point& x) {
    return gaussian(packet, dimensions, x);
  };
}

std::optional<ExactSolution> exact_solution(const NlseParameters& parameters) {
  if (parameters.potential != "none") return std::nullopt;
  const Box box = box_of(parameters);
  const double g = parameters.g;
  if (parameters.initial == "solitons" && parameters.solitons.size() == 1)
    return [box, g, one = parameters.solitons[0]](const Point& x, double t) {
      return soliton(one, g, box, x[0], t);
    };
  if (parameters.initial == "plane_wave" && parameters.plane_wave.perturbation == 0)
    return [box, g, wave = parameters.plane_wave](const Point& x, double t) {
      return plane_wave(wave, g, box, x, t);
    };
  return std::nullopt;
}

}  // namespace sluice::solvers::nlse
