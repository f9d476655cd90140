#include "nlse/initial.hpp"

#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "base/random.hpp"
#include "run/hdf5.hpp"

namespace sluice::solvers::nlse {
namespace {

using grid::Index;
using Complex = std::complex<double>;
using State = std::function<Complex(std::size_t component, const Point& x)>;

constexpr std::uint32_t initial_stream = 0x696e6974;

Complex gaussian(const Gaussian& packet, int dimensions, const Point& x) {
  double exponent = 0, phase = packet.phase;
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(dimensions); ++axis) {
    const double y = (x[axis] - of_axis(packet.centre, axis)) / of_axis(packet.width, axis);
    exponent -= 0.5 * y * y;
    phase += of_axis(packet.velocity, axis) * x[axis];
  }
  return packet.amplitude * std::exp(exponent) * std::polar(1.0, phase);
}

/// With `eigenmode` the growing solution of u_t = (q^2/2) v, v_t = (2 g A^2 - q^2/2) u for the perturbation
/// u + i v (Benjamin and Feir, J. Fluid Mech. 27 (1967) 417): v/u = rate / (q^2/2).
Complex perturbed_wave(const PlaneWave& wave, double g, const Box& box, const Point& x) {
  PlaneWave unit = wave;
  unit.amplitude = 1;
  Complex direction = 1;
  if (wave.eigenmode) {
    const double q = perturbation_wavenumber(wave, box);
    direction = {1, modulation_growth(g, wave.amplitude, q) / (0.5 * q * q)};
    direction /= std::abs(direction);
  }
  const Complex amplitude = wave.amplitude + wave.perturbation * direction *
                                                 std::cos(dot(wave_vector(wave.perturbation_waves, box), x));
  return amplitude * plane_wave(unit, 0, box, x, 0);
}

State solitons(const NlseParameters& p) {
  std::vector<std::vector<double>> shares;
  for (const auto& one : p.initial.solitons) shares.push_back(unit_share(one, p.components()));
  return [box = box_of(p), g = p.equation.g[0], all = p.initial.solitons, shares](std::size_t a,
                                                                                  const Point& x) {
    Complex sum = 0;
    for (std::size_t j = 0; j < all.size(); ++j) sum += shares[j][a] * soliton(all[j], g, box, x[0], 0);
    return sum;
  };
}

State dark_solitons(const NlseParameters& p) {
  const double c = p.initial.background * std::sqrt(-p.equation.g[0]);
  return [c, box = box_of(p), background = p.initial.background, all = p.initial.dark_solitons](
             std::size_t, const Point& x) {
    Complex product = background;
    for (const auto& one : all) product *= dark_soliton(one, c, x[0], 0);
    return product;
  };
}

State formulas(const NlseParameters& p) {
  auto names = space_time_variables(p.dimensions());
  names.pop_back();
  const auto parse = [&](const std::vector<std::string>& texts) {
    auto all = std::make_shared<std::vector<base::Expression>>();  // shared: a std::function is copied
    for (const auto& text : texts) all->emplace_back(text, names);
    return all;
  };
  return [re = parse(p.initial.real), im = parse(p.initial.imaginary), n = names.size()](std::size_t a,
                                                                                         const Point& x) {
    const auto value = [&](const std::vector<base::Expression>& all) {
      return all.empty() ? 0.0 : all[all.size() == 1 ? 0 : a](std::span(x).first(n));
    };
    return Complex(value(*re), value(*im));
  };
}

State state_of(const NlseParameters& p) {
  const auto& i = p.initial;
  if (i.type == "solitons") return solitons(p);
  if (i.type == "expression") return formulas(p);
  State one;
  if (i.type == "dark_solitons") one = dark_solitons(p);
  if (i.type == "breather")
    one = [g = p.equation.g[0], all = i.breather](std::size_t, const Point& x) {
      return breather(all, g, x[0], 0);
    };
  if (i.type == "plane_wave")
    one = [g = p.equation.g[0], box = box_of(p), wave = i.plane_wave](std::size_t, const Point& x) {
      return perturbed_wave(wave, g, box, x);
    };
  if (i.type == "gaussian")
    one = [dimensions = p.dimensions(), packet = i.gaussian](std::size_t, const Point& x) {
      return gaussian(packet, dimensions, x);
    };
  return [one, share = i.share](std::size_t a, const Point& x) { return of_axis(share, a) * one(a, x); };
}

/// |psi|^2 = (mu - V)/(-g) where that is positive: the kinetic energy left out.
void set_thomas_fermi(const NlseParameters& p, Equation& equation, Components& psi) {
  for (auto& one : psi) std::fill_n(one.data(), one.layout().owned_size(), Complex{});
  equation.prepare(psi, 0);
  for_each_block(equation.coordinates().rows(), psi, [&](const Block& block) {
    alignas(64) double frequency[block_size], growth[block_size];
    for (std::size_t a = 0; a < psi.size(); ++a) {
      equation.local(block, a, frequency, growth);  // without density: -V
      for (Index k = 0; k < block.size; ++k) {
        const double n = (p.initial.chemical_potential + frequency[k]) / -p.equation.pair(a, a);
        psi[a].data()[block.first + k] = of_axis(p.initial.share, a) * std::sqrt(std::max(0.0, n));
      }
    }
  });
}

/// Collective.
void read_file(const NlseParameters& p, Components& psi) {
  const auto& layout = psi[0].layout_pointer();
  auto file = run::Hdf5File::open(layout->communicator(), p.initial.file);
  grid::RealField part({"part", "1", "real or imaginary part of psi"}, layout);
  for (std::size_t a = 0; a < psi.size(); ++a)
    for (const bool imaginary : {false, true}) {
      const std::string name = "/" + component_name("psi", a, psi.size()) + (imaginary ? "_imag" : "_real");
      if (!file.has(name))
        throw base::AgreedError("initial.file: " + p.initial.file + " has no dataset " + name +
                                " (a snapshot of nlse has)");
      file.read_field(name, layout, part.data(), 1);
      for (Index i = 0; i < layout->owned_size(); ++i)
        as_doubles(psi[a].data())[2 * i + (imaginary ? 1 : 0)] = part.data()[i];
    }
}

/// A hole r / sqrt(r^2 + 2 core^2) with `charge` turns of the phase (Pade form: Berloff, J. Phys. A 37 (2004)
/// 1617), nearest image.
Complex vortex(const Vortex& v, const Box& box, const Point& x) {
  const double dx = std::remainder(x[0] - v.x, box.length[0]), dy = std::remainder(x[1] - v.y, box.length[1]);
  const double r = std::hypot(dx, dy);
  if (r == 0) return v.charge == 0 ? 1 : 0;
  return std::pow(r / std::sqrt(r * r + 2 * v.core * v.core), std::abs(static_cast<double>(v.charge))) *
         std::polar(1.0, static_cast<double>(v.charge) * std::atan2(dy, dx));
}

void change_phase_and_holes(const NlseParameters& p, const Coordinates& coordinates, Components& psi) {
  const Box box = box_of(p);
  auto names = space_time_variables(p.dimensions());
  names.pop_back();
  const base::Expression phase(p.initial.phase.empty() ? "0" : p.initial.phase, names);
  if (p.initial.phase.empty() && p.initial.vortices.empty()) return;
  coordinates.for_each([&](const Point& x, Index place) {
    Complex factor = std::polar(1.0, phase(std::span(x).first(names.size())));
    for (const auto& one : p.initial.vortices) factor *= vortex(one, box, x);
    for (auto& one : psi) one.data()[place] *= factor;
  });
}

void add_noise(const NlseParameters& p, const run::Context& context, Components& psi) {
  if (p.initial.noise == 0) return;
  for (std::size_t a = 0; a < psi.size(); ++a) {
    const base::RandomKey key{.seed = context.seed,
                              .member = context.member,
                              .stream = initial_stream + static_cast<std::uint32_t>(a)};
    const auto& layout = psi[a].layout();
    const Index first = layout.offset()[0] * layout.global()[1] * layout.global()[2];  // slabs
    for (Index i = 0; i < layout.owned_size(); ++i) {
      const auto both = base::random_normal(key, static_cast<std::uint64_t>(first + i), 0);
      psi[a].data()[i] += p.initial.noise * Complex(both[0], both[1]);
    }
  }
}

/// Collective.
void scale_to_mass(const NlseParameters& p, Components& psi) {
  if (!p.initial.mass) return;
  double volume = 1;
  const Box box = box_of(p);
  for (std::size_t d = 0; d < p.points.size(); ++d)
    volume *= box.length[d] / static_cast<double>(p.points[d]);
  for (auto& one : psi) {
    const double norm = grid::norm2(one.erased());
    if (norm == 0)
      throw base::AgreedError("initial.mass: a component is zero everywhere and cannot be scaled");
    const double factor = std::sqrt(*p.initial.mass / volume) / norm;
    for (Index i = 0; i < one.layout().owned_size(); ++i) one.data()[i] *= factor;
  }
}

}  // namespace

void set_initial(const NlseParameters& p, Equation& equation, const run::Context& context,
                 const std::function<void(Components&)>& relax, Components& psi) {
  if (p.initial.type == "file") {
    read_file(p, psi);
  } else if (p.initial.type == "thomas_fermi") {
    set_thomas_fermi(p, equation, psi);
  } else {
    const State state = state_of(p);
    equation.coordinates().for_each([&](const Point& x, Index place) {
      for (std::size_t a = 0; a < psi.size(); ++a) psi[a].data()[place] = state(a, x);
    });
  }
  if (relax) {
    scale_to_mass(p, psi);
    relax(psi);
  }
  change_phase_and_holes(p, equation.coordinates(), psi);
  add_noise(p, context, psi);
  scale_to_mass(p, psi);
}

std::optional<double> overlap_of_images(const NlseParameters& p) {
  const Box box = box_of(p);
  double most = 0;
  if (p.initial.type == "solitons") {  // nearest images: they meet half a box away
    for (const auto& one : p.initial.solitons)
      most = std::max(most, 1 / std::cosh(one.amplitude * std::sqrt(p.equation.g[0]) * box.length[0] / 2));
    return most;
  }
  if (p.initial.type != "gaussian") return std::nullopt;
  for (std::size_t d = 0; d < p.points.size(); ++d) {
    const double c = of_axis(p.initial.gaussian.centre, d), w = of_axis(p.initial.gaussian.width, d);
    const double near = std::min(c - box.lower[d], box.lower[d] + box.length[d] - c) / w;
    most = std::max(most, std::exp(-0.5 * near * near));
  }
  return most;
}

}  // namespace sluice::solvers::nlse
