#include "turbulence/closures/closure.hpp"

#include <array>
#include <cmath>

namespace sluice::solvers::turbulence {
namespace {

struct ClosureEntry {
  const char *name, *help;
  std::unique_ptr<Closure> (*make)(const ClosureParameters&, Space&);
};

constexpr std::array<ClosureEntry, 7> closure_entries{
    {{"none", "no closure", make_no_closure},
     {"smagorinsky", "eddy viscosity (C Delta)^2 |S| (Smagorinsky 1963)", make_smagorinsky},
     {"leith", "eddy viscosity (C Delta)^3 |grad w| (Leith 1968)", make_leith},
     {"dynamic_smagorinsky", "the same, its coefficient from the resolved stress (Germano 1991, Lilly 1992)",
      make_dynamic},
     {"dynamic_leith", "the same for Leith's", make_dynamic},
     {"backscatter",
      "biharmonic viscosity, a part of whose energy comes back at large scales (Jansen and Held 2014)",
      make_backscatter},
     {"given_field", "eddy viscosity from a file or from a corrector: the seat of a learned one",
      make_given_field}}};

constexpr const char* learned = "surrogate";

class NoClosure final : public Closure {};

}  // namespace

void ClosureParameters::declare(base::Parameters& p) {
  std::vector<base::Option> options;
  for (const auto& entry : closure_entries) options.push_back({entry.name, entry.help});
  const std::vector<base::Option> classical(options.begin(), options.end() - 1);
  options.push_back({learned, "one of the case's `surrogates:`, under guard"});
  p.choice("type", type, options, {.help = "closure"});
  p.text("use", use, {.help = "of surrogate: its name under `surrogates:`"});
  p.choice("fallback", fallback, classical,
           {.help = "of surrogate: the closure of the steps in which the guard refuses it, with the numbers "
                    "of this group"});
  p.integer("every_steps", every_steps,
            {.help = "of surrogate: asked at the beginning of every so many steps, and held between; 0: at "
                     "every stage",
             .minimum = 0});
  p.integers(
      "agents", agents,
      {.help = "of surrogate with leith_factor or eddy_viscosity: so many agents along each axis are asked, "
               "each with the means of the inputs about it, and what they say is spread over the plane by "
               "cubic B-splines; empty: every point is asked",
       .minimum = 1,
       .maximum_size = 2});
  p.real("coefficient", coefficient,
         {.help = "C: of smagorinsky in (C Delta)^2 |S|, of leith in (C Delta)^3 |grad w|, of backscatter in "
                  "(C Delta)^4 |S| "
                  "or (C Delta)^5 |grad w|",
          .unit = "1",
          .minimum = 0});
  p.choice("scope", coefficient_scope,
           {{"global", "one eddy viscosity: |S| as root mean square, |grad w| as mean over the box"},
            {"local", "an eddy viscosity at every point"}},
           {.help = "of smagorinsky and leith"});
  p.real("filter_width", filter_width,
         {.help = "Delta in grid spacings", .unit = "1", .minimum = 0, .exclusive_minimum = true});
  p.choice("magnitude", magnitude,
           {{"smagorinsky", "root mean square of |S|"}, {"leith", "mean of |grad w|"}},
           {.help = "of backscatter: what the biharmonic viscosity is proportional to"});
  p.real("backscatter", backscatter,
         {.help = "of backscatter: fraction of the energy that is returned",
          .unit = "1",
          .minimum = 0,
          .maximum = 1});
  p.file("file", file,
         {.help = "of given_field: HDF5 file with a dataset eddy_viscosity of the grid's shape; none: 0"});
}

void ClosureParameters::validate(const base::Parameters& parameters) const {
  if (agents.empty()) return;
  if (agents.size() != 2)
    base::refuse(parameters, "closure.agents", "1 value; a number along each of two axes is needed");
  if (type != learned)
    base::refuse(parameters, "closure.agents", "agents act with closure.type: surrogate only; it is " + type);
  if (every_steps == 0)
    base::refuse(parameters, "closure.agents",
                 "agents act at the beginning of steps: closure.every_steps of at least 1 is needed");
}

std::unique_ptr<Closure> make_closure(const ClosureParameters& parameters, Space& space,
                                      run::Surrogates* surrogates) {
  if (parameters.type == learned) return make_learned(parameters, space, surrogates);
  for (const auto& entry : closure_entries)
    if (parameters.type == entry.name) return entry.make(parameters, space);
  throw base::InputError("closure.type: " + parameters.type + " is unknown");
}

std::unique_ptr<Closure> make_no_closure(const ClosureParameters&, Space&) {
  return std::make_unique<NoClosure>();
}

double filter_width(const ClosureParameters& parameters, const Space& space) {
  return parameters.filter_width * std::max(space.spacing(0), space.spacing(1));
}

Gradients::Gradients(Space& space)
    : s11(space.make_products("S11")),
      s12(space.make_products("S12")),
      size(space.make_products("size")),
      space_(&space),
      scratch_(space.make_modes("scratch")),
      other_(space.make_products("other")) {}

void Gradients::strain(const ComplexField& w) {
  make_modes(*space_, w, scratch_,
             [](double kx, double ky, Complex z) { return times(-kx * ky * inverse_square(kx, ky), z); });
  space_->to_products(scratch_, s11);
  make_modes(*space_, w, scratch_, [](double kx, double ky, Complex z) {
    return times(0.5 * (kx * kx - ky * ky) * inverse_square(kx, ky), z);
  });
  space_->to_products(scratch_, s12);
}

void Gradients::slope(const ComplexField& w) {
  make_modes(*space_, w, scratch_, [](double kx, double, Complex z) { return times_i(kx, z); });
  space_->to_products(scratch_, size);
  make_modes(*space_, w, scratch_, [](double, double ky, Complex z) { return times_i(ky, z); });
  space_->to_products(scratch_, other_);
  each_row(size.layout(), [&](Index first, Index count) {
    double *a = size.data() + first, *b = other_.data() + first;
    for (Index i = 0; i < count; ++i) a[i] = std::sqrt(a[i] * a[i] + b[i] * b[i]);
  });
}

void Gradients::size_of_strain() {
  each_row(size.layout(), [&](Index first, Index count) {
    const double *a = s11.data() + first, *b = s12.data() + first;
    double* to = size.data() + first;
    for (Index i = 0; i < count; ++i) to[i] = 2 * std::sqrt(a[i] * a[i] + b[i] * b[i]);
  });
}

void add_eddy_stress(const Gradients& gradients, double factor, RealField& p, RealField& q) {
  each_row(p.layout(), [&](Index first, Index count) {
    const double *a = gradients.s11.data() + first, *b = gradients.s12.data() + first,
                 *size = gradients.size.data() + first;
    double *to_p = p.data() + first, *to_q = q.data() + first;
    for (Index i = 0; i < count; ++i) {
      const double nu = factor * size[i];
      to_p[i] -= 2 * nu * b[i];
      to_q[i] += 4 * nu * a[i];
    }
  });
}

}  // namespace sluice::solvers::turbulence
