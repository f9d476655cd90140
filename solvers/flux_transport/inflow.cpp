#include "inflow.hpp"

#include <algorithm>
#include <cmath>

#include "numerics/sphere_advection.hpp"

namespace sluice::solvers::flux_transport {

namespace {

constexpr std::size_t at(grid::Index i) { return static_cast<std::size_t>(i); }

/// A diffusivity of 1 R_sun^2 h^-1, so that time is the square of a length.
DiffusionParameters unit_diffusion() {
  DiffusionParameters parameters;
  parameters.coefficient = 1 / diffusivity_unit;
  parameters.scheme = "rkg2";
  parameters.subcycles = 16;  // of equal length: one super step would hardly damp what is narrow
  return parameters;
}

grid::RealField make_field(const numerics::SphereBlock& block) {
  return {{"smoothed", "G", "smoothed unsigned radial field"}, block.layout()};
}

/// cos(30 degrees), the latitude at which the factor sin(theta) is 1.
const double norm = std::sqrt(0.75);

}  // namespace

Inflow::Inflow(const numerics::SphereBlock& block, const InflowParameters& parameters)
    : block_(block),
      parameters_(parameters),
      smoother_(block, unit_diffusion(), 0.95),
      scratch_{make_field(block), make_field(block), make_field(block)},
      exchange_(block.layout()),
      smooth_(make_field(block)) {}

void Inflow::begin(double t, const grid::RealField& field) {
  const double tolerance = 1e-9 * parameters_.interval;
  if (t >= next_look_ - tolerance) {
    for (std::size_t i = 0; i < field.span().size(); ++i) smooth_.span()[i] = std::abs(field.span()[i]);
    // exp(-r^2 / 2 sigma^2) is what diffusion makes of a point after D t = sigma^2 / 2.
    const double sigma = parameters_.width * degree / std::sqrt(8 * std::log(2.0));
    smoother_.advance(smooth_, 0.5 * sigma * sigma, scratch_, exchange_);
    next_look_ = t + parameters_.interval;
    current_ = false;
  }
  if (current_) return;
  exchange_(smooth_);
  for (auto* work : {&scratch_.a, &scratch_.b}) std::fill(work->span().begin(), work->span().end(), 0.0);
  add(t, scratch_.a, scratch_.b);
  exchange_(scratch_.a);
  exchange_(scratch_.b);
  fastest_rate_ = numerics::fastest_rate(block_, scratch_.a, scratch_.b);
  current_ = true;
}

double Inflow::north_velocity(grid::Index i, grid::Index k) const {
  const grid::Index j = block_.first_row() + i;
  const auto s = smooth_.view();
  const double gradient = (block_.sin_theta[at(j)] * s(i, k) - block_.sin_theta[at(j) - 1] * s(i - 1, k)) /
                          (norm * block_.spacing_theta[at(j)]);
  return parameters_.strength / (0.01 * solar_radius_cm) * gradient * speed_unit;
}

double Inflow::west_velocity(grid::Index i, grid::Index k) const {
  const auto s = smooth_.view();
  const double gradient = (s(i, k) - s(i, k - 1)) / (norm * block_.spacing_phi(block_.first_column() + k));
  return parameters_.strength / (0.01 * solar_radius_cm) * gradient * speed_unit;
}

void Inflow::add(double, grid::RealField& north, grid::RealField& west) const {
  for (grid::Index i = 0; i < block_.rows(); ++i) {
    const grid::Index j = block_.first_row() + i;
    for (grid::Index k = 0; k < block_.columns(); ++k) {
      if (j > 0) north.view()(i, k) += north_velocity(i, k);
      if (!block_.is_pole(j)) west.view()(i, k) += west_velocity(i, k);
    }
  }
}

void Inflow::state(run::State& state) {
  state.field(smooth_);
  state.real("next_look", next_look_);
  current_ = false;
}

}  // namespace sluice::solvers::flux_transport
