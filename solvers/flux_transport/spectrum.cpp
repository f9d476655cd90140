#include "spectrum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "parameters.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using grid::Index;
constexpr double pi = std::numbers::pi;
constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }
constexpr std::size_t place(Index l, Index m) { return at(l * (l + 1) / 2 + m); }

/// Where a cell's moments are taken: a pole's at the edge of its cap, as the dipoles of the history.
double middle(const numerics::SphereBlock& block, Index j) {
  return j == 0 ? block.face[1] : block.is_pole(j) ? block.face[at(j)] : block.theta[at(j)];
}

}  // namespace

// Recurrence of the Schmidt functions: R. A. Langel, in Geomagnetism 1 (1987) 249, eq. (27).
std::vector<double> schmidt_functions(int highest, double cos_theta, double sin_theta) {
  std::vector<double> p(place(highest, highest) + 1, 0.0);
  p[0] = 1;
  for (int m = 0; m <= highest; ++m) {
    if (m > 0) p[place(m, m)] = p[place(m - 1, m - 1)] * sin_theta * (m == 1 ? 1 : std::sqrt(1 - 0.5 / m));
    for (int l = m + 1; l <= highest; ++l) {
      const double before = l - 1 > m ? std::sqrt(double((l - 1) * (l - 1) - m * m)) * p[place(l - 2, m)] : 0;
      p[place(l, m)] =
          ((2 * l - 1) * cos_theta * p[place(l - 1, m)] - before) / std::sqrt(double(l * l - m * m));
    }
  }
  return p;
}

// Source surface: K. H. Schatten, J. M. Wilcox, N. F. Ness, Solar Phys. 6 (1969) 442; radial field matched at
// the photosphere: Y.-M. Wang, N. R. Sheeley, Astrophys. J. 392 (1992) 310, eq. (3).
double open_flux(const base::Communicator& communicator, const Multipoles& multipoles, double radius) {
  const int highest = multipoles.degree, rows = std::max(120, 8 * highest), columns = 2 * rows;
  std::vector<double> factor(static_cast<std::size_t>(highest) + 1, 0.0);
  for (int l = 1; l <= highest; ++l)
    factor[at(l)] = (2 * l + 1) * std::pow(radius, -l - 2) / (l + 1 + l * std::pow(radius, -2 * l - 1));
  std::vector<double> turn(at(columns));  // cos; sin is a quarter turn behind
  for (int k = 0; k < columns; ++k) turn[at(k)] = std::cos(2 * pi * k / columns);
  base::CompensatedSum sum;
  for (int j = communicator.rank(); j < rows; j += communicator.size()) {  // rows of equal area
    const double mu = -1 + (2 * j + 1) / double(rows);
    const auto p = schmidt_functions(highest, mu, std::sqrt(1 - mu * mu));
    std::vector<double> c(at(highest) + 1, 0.0), s(at(highest) + 1, 0.0);
    for (int l = 1; l <= highest; ++l)
      for (int m = 0; m <= l; ++m) {
        c[at(m)] += factor[at(l)] * p[place(l, m)] * multipoles.g[place(l, m)];
        s[at(m)] += factor[at(l)] * p[place(l, m)] * multipoles.h[place(l, m)];
      }
    for (int k = 0; k < columns; ++k) {
      double b = 0;
      for (int m = 0; m <= highest; ++m)
        b += c[at(m)] * turn[at(m * k % columns)] + s[at(m)] * turn[at((m * k + 3 * columns / 4) % columns)];
      sum.add(std::abs(b));
    }
  }
  return radius * radius * 4 * pi / (double(rows) * columns) * communicator.sum(sum.value());
}

Spectrum::Spectrum(const numerics::SphereBlock& block, const DiagnosticsParameters& parameters)
    : block_(block),
      parameters_(parameters),
      degree_(static_cast<int>(std::max(parameters.harmonics, parameters.open_flux))) {
  if (degree_ == 0) return;
  for (Index i = 0; i < block.rows(); ++i) {
    const double theta = middle(block, block.first_row() + i);
    const auto p = schmidt_functions(degree_, std::cos(theta), std::sin(theta));
    legendre_.insert(legendre_.end(), p.begin(), p.end());
  }
  for (int m = 0; m <= degree_; ++m)
    for (Index k = 0; k < block.columns(); ++k) {
      cos_.push_back(std::cos(m * block.phi[at(block.first_column() + k)]));
      sin_.push_back(std::sin(m * block.phi[at(block.first_column() + k)]));
    }
}

Multipoles Spectrum::multipoles(const grid::RealField& field) const {
  const std::size_t count = place(degree_, degree_) + 1;
  std::vector<double> sums(2 * count, 0.0);
  const auto b = field.view();
  std::vector<double> flux(at(block_.columns()));
  for (Index i = 0; i < block_.rows(); ++i) {
    for (Index k = 0; k < block_.columns(); ++k)
      flux[at(k)] = b(i, k) * block_.summation_area(block_.first_row() + i, block_.first_column() + k);
    const double* p = &legendre_[at(i) * count];
    for (int m = 0; m <= degree_; ++m) {
      double c = 0, s = 0;
      for (std::size_t k = 0; k < flux.size(); ++k) {
        c += flux[k] * cos_[at(m) * flux.size() + k];
        s += flux[k] * sin_[at(m) * flux.size() + k];
      }
      for (int l = m; l <= degree_; ++l) {
        sums[place(l, m)] += p[place(l, m)] * c;
        sums[count + place(l, m)] += p[place(l, m)] * s;
      }
    }
  }
  block_.layout()->communicator().sum(std::span<double>(sums));
  Multipoles result{.degree = degree_, .g = {}, .h = {}};
  for (int l = 0; l <= degree_; ++l)
    for (int m = 0; m <= l; ++m) {
      result.g.push_back((2 * l + 1) / (4 * pi) * sums[place(l, m)]);
      result.h.push_back((2 * l + 1) / (4 * pi) * sums[count + place(l, m)]);
    }
  return result;
}

std::vector<run::Quantity> Spectrum::quantities(const grid::RealField& field) const {
  std::vector<run::Quantity> list;
  if (degree_ == 0) return list;
  Multipoles all = multipoles(field);
  for (int l = 1; l <= parameters_.harmonics; ++l)
    for (int m = 0; m <= l; ++m) {
      list.push_back({fmt::format("g_{}_{}", l, m), "G", all.g[place(l, m)]});
      if (m > 0) list.push_back({fmt::format("h_{}_{}", l, m), "G", all.h[place(l, m)]});
    }
  if (parameters_.open_flux == 0) return list;
  all.degree = static_cast<int>(parameters_.open_flux);
  list.push_back({"open_flux", "Mx",
                  flux_unit * open_flux(block_.layout()->communicator(), all, parameters_.source_surface)});
  return list;
}

}  // namespace sluice::solvers::flux_transport
