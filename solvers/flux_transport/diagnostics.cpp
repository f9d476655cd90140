#include "diagnostics.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "parameters.hpp"

namespace sluice::solvers::flux_transport {

namespace {

constexpr double pi = std::numbers::pi;
constexpr std::size_t at(grid::Index i) { return static_cast<std::size_t>(i); }

/// Calls visit(row, column, value) on every owned point, global indices.
template <class Visit>
void for_each_point(const numerics::SphereBlock& block, const grid::RealField& field, Visit&& visit) {
  const auto values = field.view();
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k)
      visit(block.first_row() + i, block.first_column() + k, values(i, k));
}

/// Adds up over ranks; the same bits for the same rank count.
template <std::size_t n>
std::array<double, n> total(const numerics::SphereBlock& block,
                            const std::array<base::CompensatedSum, n>& sums) {
  std::array<double, n> values{};
  for (std::size_t i = 0; i < n; ++i) values[i] = sums[i].value();
  block.layout()->communicator().sum(std::span<double>(values));
  return values;
}

}  // namespace

run::Quantity signed_flux(const numerics::SphereBlock& block, const grid::RealField& field) {
  std::array<base::CompensatedSum, 2> sums;
  for_each_point(block, field, [&](auto j, auto k, double b) {
    const double flux = b * block.summation_area(j, k);
    sums[0].add(flux);
    sums[1].add(std::abs(flux));
  });
  const auto sum = total(block, sums);
  return {.name = "signed_flux", .unit = "Mx", .value = flux_unit * sum[0], .scale = flux_unit * sum[1]};
}

std::vector<run::Quantity> field_diagnostics(const numerics::SphereBlock& block,
                                             const grid::RealField& field) {
  enum {
    positive,
    negative,
    north,
    north_negative,
    south,
    south_negative,
    north_area,
    south_area,
    axial,
    x_dipole,
    y_dipole,
    count
  };
  std::array<base::CompensatedSum, count> sums;
  double least = std::numeric_limits<double>::infinity(), most = -least;
  const double cap = 30 * degree + 1e-10;  // a row at exactly 30 degrees belongs to the cap
  for_each_point(block, field, [&](auto j, auto k, double b) {
    least = b < least || std::isnan(b) ? b : least;
    most = b > most || std::isnan(b) ? b : most;
    const double flux = b * block.summation_area(j, k), theta = block.theta[at(j)];
    sums[b > 0 ? positive : negative].add(flux);
    if (theta <= cap) {
      sums[b > 0 ? north : north_negative].add(flux);
      sums[north_area].add(block.summation_area(j, k));
    }
    if (theta >= pi - cap) {
      sums[b > 0 ? south : south_negative].add(flux);
      sums[south_area].add(block.summation_area(j, k));
    }
    const double middle = j == 0 ? block.face[1] : block.is_pole(j) ? block.face[at(j)] : theta;
    sums[axial].add(flux * std::cos(middle));
    sums[x_dipole].add(flux * std::sin(middle) * std::cos(block.phi[at(k)]));
    sums[y_dipole].add(flux * std::sin(middle) * std::sin(block.phi[at(k)]));
  });
  const auto sum = total(block, sums);
  const auto& communicator = block.layout()->communicator();
  const double dipole = 3 / (4 * pi);
  return {{"unsigned_flux", "Mx", flux_unit * (sum[positive] - sum[negative])},
          {"positive_flux", "Mx", flux_unit * sum[positive]},
          {"negative_flux", "Mx", flux_unit * sum[negative]},
          {"polar_flux_north", "Mx", flux_unit * (sum[north] + sum[north_negative])},
          {"polar_flux_south", "Mx", flux_unit * (sum[south] + sum[south_negative])},
          {"polar_positive_north", "Mx", flux_unit * sum[north]},
          {"polar_negative_north", "Mx", flux_unit * sum[north_negative]},
          {"polar_positive_south", "Mx", flux_unit * sum[south]},
          {"polar_negative_south", "Mx", flux_unit * sum[south_negative]},
          {"polar_area_north", "cm^2", flux_unit * sum[north_area]},
          {"polar_area_south", "cm^2", flux_unit * sum[south_area]},
          {"axial_dipole", "G", dipole * sum[axial]},
          {"equatorial_dipole", "G", dipole * std::hypot(sum[x_dipole], sum[y_dipole])},
          {"br_min", "G", communicator.min(least)},
          {"br_max", "G", communicator.max(most)}};
}

std::vector<run::Quantity> error_diagnostics(const numerics::SphereBlock& block, const grid::RealField& field,
                                             const std::function<double(double, double)>& exact) {
  enum { difference, product, area_difference, area_exact, count };
  std::array<base::CompensatedSum, count> sums;
  for_each_point(block, field, [&](auto j, auto k, double f) {
    const double g = exact(block.theta[at(j)], block.is_pole(j) ? 0.0 : block.phi[at(k)]);
    const double area = block.summation_area(j, k), square = (f - g) * (f - g);
    sums[difference].add(square);
    sums[product].add(std::abs(f) * std::abs(g));
    sums[area_difference].add(area * square);
    sums[area_exact].add(area * g * g);
  });
  const auto sum = total(block, sums);
  return {{"error_hh", "1", std::sqrt(sum[difference] / sum[product])},
          {"error_l2", "1", std::sqrt(sum[area_difference] / sum[area_exact])}};
}

}  // namespace sluice::solvers::flux_transport
