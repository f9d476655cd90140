#include "diagnostics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "parameters.hpp"
#include "row_sums.hpp"

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

/// Calls visit(row, area of the row over its width [rad], sums) on every owned row, global index; `sums`
/// makes them from a row's values, the columns' tables and the number of columns. A pole counts once, on the
/// rank with the first column.
template <class Sums, class Visit>
void for_each_row(const numerics::SphereBlock& block, const grid::RealField& field, Sums&& sums,
                  Visit&& visit) {
  const auto n = block.columns(), first = block.first_column();
  const ColumnTables columns{block.d_phi.data() + first, block.cos_phi.data() + first,
                             block.sin_phi.data() + first};
  const auto values = field.view();
  for (grid::Index i = 0; i < block.rows() && n > 0; ++i) {
    const grid::Index j = block.first_row() + i;
    if (!block.is_pole(j)) {
      visit(j, block.sin_theta[at(j)] * block.d_theta[at(j)], sums(values.row(i), columns, n));
    } else if (first == 0) {
      const double width = 1.0;
      visit(j, block.pole_area[j == 0 ? 0 : 1],
            sums(values.row(i), ColumnTables{&width, columns.cosine, columns.sine}, grid::Index{1}));
    }
  }
}

}  // namespace

run::Quantity signed_flux(const numerics::SphereBlock& block, const grid::RealField& field) {
  std::array<base::CompensatedSum, 2> sums;
  const auto flux = [](const double* b, const ColumnTables& columns, grid::Index n) {
    return flux_of_row(b, columns.width, n);
  };
  for_each_row(block, field, flux, [&](auto, double area, const RowFlux& row) {
    sums[0].add(area * row.net);
    sums[1].add(area * row.size);
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
  double ends[2] = {-std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  const double cap = 30 * degree + 1e-10;  // a row at exactly 30 degrees belongs to the cap
  const auto& widths = block.d_phi;
  const auto first = widths.begin() + block.first_column();
  const double owned_width = std::accumulate(first, first + block.columns(), 0.0);
  for_each_row(block, field, sums_of_row, [&](auto j, double area, const RowSums& row) {
    const auto widest = [](double a, double b) { return a > b || std::isnan(a) ? a : b; };
    const bool unknown = std::isnan(row.negative);
    ends[0] = widest(ends[0], unknown ? row.negative : -row.least);
    ends[1] = widest(ends[1], unknown ? row.negative : row.most);
    const double theta = block.theta[at(j)], up = area * row.positive, down = area * row.negative,
                 whole = area * (block.is_pole(j) ? 1.0 : owned_width);
    sums[positive].add(up);
    sums[negative].add(down);
    if (theta <= cap) {
      sums[north].add(up);
      sums[north_negative].add(down);
      sums[north_area].add(whole);
    }
    if (theta >= pi - cap) {
      sums[south].add(up);
      sums[south_negative].add(down);
      sums[south_area].add(whole);
    }
    const double middle = j == 0 ? block.face[1] : block.is_pole(j) ? block.face[at(j)] : theta;
    sums[axial].add(area * row.net * std::cos(middle));
    sums[x_dipole].add(area * row.cosine * std::sin(middle));
    sums[y_dipole].add(area * row.sine * std::sin(middle));
  });
  const auto sum = total(block, sums);
  block.layout()->communicator().max(std::span<double>(ends));
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
          {"br_min", "G", -ends[0]},
          {"br_max", "G", ends[1]}};
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
