#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diffusion/conductivity.hpp"
#include "diffusion/parameters.hpp"

namespace sluice::solvers::diffusion {
namespace {

using base::Parameters;
using base::refuse;

constexpr std::array side_names{"x_lower", "x_upper", "y_lower", "y_upper", "z_lower", "z_upper"};

void check_length(const Parameters& p, const std::string& path, std::size_t size, int dimensions) {
  if (size != 1 && size != static_cast<std::size_t>(dimensions))
    refuse(p, path,
           fmt::format("{} values; 1 (for all axes) or {} (one an axis) are allowed", size, dimensions));
}

void check_box(const Parameters& p, const DiffusionParameters& c) {
  const int dimensions = c.dimensions();
  check_length(p, "grid.lower", c.grid.lower.size(), dimensions);
  check_length(p, "grid.upper", c.grid.upper.size(), dimensions);
  for (std::size_t d = 0; d < c.grid.points.size(); ++d)
    if (!(along(c.grid.lower, d) < along(c.grid.upper, d)))
      refuse(p, "grid.upper",
             fmt::format("axis {} ends at {} and begins at {}; an end above the beginning is allowed", d,
                         along(c.grid.upper, d), along(c.grid.lower, d)));
}

void check_sides(const Parameters& p, const DiffusionParameters& c) {
  for (std::size_t n = 0; n < side_names.size(); ++n) {
    const auto& side = c.sides[n / 2][n % 2];
    const std::string path = fmt::format("boundary.{}", side_names[n]);
    if (static_cast<int>(n / 2) >= c.dimensions() && side != SideParameters{})
      refuse(p, path + ".type",
             fmt::format("a side of axis {} in a box of {} dimensions", n / 2, c.dimensions()));
    if ((side.type == "periodic") != (c.sides[n / 2][1 - n % 2].type == "periodic"))
      refuse(p, path + ".type",
             fmt::format("{} opposite to {}; periodic sides come in pairs", side.type,
                         c.sides[n / 2][1 - n % 2].type));
    if (side.type == "robin" && side.a + side.b == 0)
      refuse(p, path + ".a", "a = b = 0; one of them above 0 is allowed");
  }
}

void check_conductivity(const Parameters& p, const DiffusionParameters& c) {
  const auto& k = c.conductivity;
  check_length(p, "conductivity.modes", k.modes.size(), c.dimensions());
  if (k.form != "layered") return;
  if (k.axis >= c.dimensions())
    refuse(p, "conductivity.axis", fmt::format("{}; at most {} is allowed", k.axis, c.dimensions() - 1));
  if (k.factors.size() != k.interfaces.size() + 1)
    refuse(p, "conductivity.factors",
           fmt::format("{} factors for {} interfaces; {} are allowed", k.factors.size(), k.interfaces.size(),
                       k.interfaces.size() + 1));
  if (!std::is_sorted(k.interfaces.begin(), k.interfaces.end()))
    refuse(p, "conductivity.interfaces", "they must ascend");
}

void check_sine(const Parameters& p, const DiffusionParameters& c) {
  check_length(p, "exact.modes", c.exact.modes.size(), c.dimensions());
  check_length(p, "exact.phases", c.exact.phases.size(), c.dimensions());
  if (c.conductivity.form == "layered")
    refuse(p, "exact.type",
           "sine_product in a layered medium, where u has kinks; constant and sine conductivity are allowed");
  for (std::size_t d = 0; d < c.grid.points.size(); ++d)
    if (c.periodic(d) && std::fmod(along(c.exact.modes, d), 2.0) != 0)
      refuse(p, "exact.modes",
             fmt::format("{} half waves along periodic axis {}; an even number is allowed",
                         along(c.exact.modes, d), d));
  if (c.stationary() && c.exact.decay != 0.0)
    refuse(p, "exact.decay", "a stationary problem has a steady exact solution; 0 is allowed");
}

void check_kirchhoff(const Parameters& p, const DiffusionParameters& c) {
  if (c.conductivity.form != "constant" || c.periodic(0))
    refuse(p, "exact.type", "kirchhoff needs conductivity.form constant and an x axis that is not periodic");
  const Conductivity k(c);
  for (const double u : {c.exact.left, c.exact.right, 0.5 * (c.exact.left + c.exact.right)})
    if (k.response(u) <= 0)
      refuse(p, "exact.type",
             fmt::format("1 + s u^p = {} at u = {}; a positive conductivity is allowed", k.response(u), u));
}

void check_shapes(const Parameters& p, const DiffusionParameters& c) {
  check_length(p, "source.centre", c.source.centre.size(), c.dimensions());
  check_length(p, "initial.centre", c.initial.centre.size(), c.dimensions());
  if (c.exact.type == "none" && c.initial.type == "exact")
    refuse(p, "initial.type", "exact, but exact.type is none");
  if (c.exact.type != "none" && c.source.type != "none")
    refuse(p, "source.type",
           fmt::format("{}; with an exact solution, whose source is added by itself, none is allowed",
                       c.source.type));
}

void check_singular(const Parameters& p, const DiffusionParameters& c) {
  if (c.stationary() && !c.linear() && c.floating())
    refuse(p, "time.scheme",
           "stationary with k(u), and no side that fixes u: no unique solution; a dirichlet or robin side is "
           "allowed");
}

}  // namespace

bool DiffusionParameters::floating() const {
  for (std::size_t d = 0; d < grid.points.size(); ++d)
    for (const auto& side : sides[d])
      if (side.type == "dirichlet" || (side.type == "robin" && side.a > 0)) return false;
  return true;
}

void DiffusionParameters::validate(const Parameters& p) const {
  check_box(p, *this);
  check_sides(p, *this);
  check_conductivity(p, *this);
  check_shapes(p, *this);
  if (exact.type == "sine_product") check_sine(p, *this);
  if (exact.type == "kirchhoff") check_kirchhoff(p, *this);
  check_singular(p, *this);
}

}  // namespace sluice::solvers::diffusion
