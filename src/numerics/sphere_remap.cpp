#include "numerics/sphere_remap.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::numerics {

namespace {

constexpr double pi = std::numbers::pi;

/// A line of cells with means, reconstructed linearly. Periodic lines are one turn long.
struct Line {
  const std::vector<double>& edges;
  bool periodic;

  [[nodiscard]] std::size_t size() const { return edges.size() - 1; }
  [[nodiscard]] double width(std::size_t i) const { return edges[i + 1] - edges[i]; }

  /// Slope by the monotonized central limiter: B. van Leer, J. Comput. Phys. 23 (1977) 276.
  [[nodiscard]] double slope(const std::vector<double>& mean, std::size_t i) const {
    const std::size_t n = size();
    if (!periodic && (i == 0 || i + 1 == n)) return 0;
    const std::size_t before = (i + n - 1) % n, after = (i + 1) % n;
    const double left = mean[i] - mean[before], right = mean[after] - mean[i];
    if (!(left * right > 0)) return 0;
    const double h = width(i), h_left = 0.5 * (width(before) + h), h_right = 0.5 * (h + width(after));
    const double central = std::abs((left + right) / (h_left + h_right));
    return std::copysign(std::min({central, 2 * std::abs(left) / h, 2 * std::abs(right) / h}), left);
  }

  /// Integral over [a, b], which lies within one turn above edges.front() (or within the line).
  template <class Value>
  double integral(double a, double b, std::size_t& cell, Value&& value) const {
    double sum = 0;
    while (cell + 1 < size() && edges[cell + 1] <= a) ++cell;
    for (; cell < size(); ++cell) {
      const double low = std::max(a, edges[cell]), high = std::min(b, edges[cell + 1]);
      if (high > low) sum += (high - low) * value(cell, 0.5 * (low + high));
      if (edges[cell + 1] >= b) break;
    }
    return sum;
  }
};

/// Means over the cells of `to`. Both lines have the same length to round-off.
void remap_line(const Line& from, const std::vector<double>& mean, const std::vector<double>& to,
                std::vector<double>& result) {
  const std::size_t n = from.size();
  std::vector<double> slope(n);
  for (std::size_t i = 0; i < n; ++i) slope[i] = from.slope(mean, i);
  const auto value = [&](std::size_t i, double x) {
    return mean[i] + slope[i] * (x - 0.5 * (from.edges[i] + from.edges[i + 1]));
  };
  const double first = from.edges.front(), last = from.edges.back(), turn = last - first;
  for (std::size_t j = 0; j + 1 < to.size(); ++j) {
    double a = to[j], b = to[j + 1];
    const double width = b - a;
    if (!from.periodic) {
      std::size_t cell = 0;
      result[j] = from.integral(a, b, cell, value) / width;
      continue;
    }
    const double shift = std::floor((a - first) / turn) * turn;
    a -= shift;
    b -= shift;
    std::size_t cell = 0;
    double sum = from.integral(a, std::min(b, last), cell, value);
    if (b > last) {
      cell = 0;
      sum += from.integral(first, b - turn, cell, value);
    }
    result[j] = sum / width;
  }
}

}  // namespace

SphereCells sphere_cells(const std::vector<double>& theta, const std::vector<double>& phi) {
  const std::size_t n = theta.size(), m = phi.size();
  SphereCells cells;
  // Areas of SphereBlock: sin(theta) d_theta between the poles, sin(h/2) h/4 of a cap.
  const double north = theta[1] - theta[0], south = theta[n - 1] - theta[n - 2];
  cells.rows = {0.0, 0.25 * std::sin(0.5 * north) * north};
  for (std::size_t j = 1; j + 1 < n; ++j)
    cells.rows.push_back(cells.rows.back() + std::sin(theta[j]) * 0.5 * (theta[j + 1] - theta[j - 1]));
  cells.rows.push_back(cells.rows.back() + 0.25 * std::sin(0.5 * south) * south);
  cells.columns.push_back(0.5 * (phi[m - 1] - 2 * pi + phi[0]));
  for (std::size_t k = 1; k < m; ++k) cells.columns.push_back(0.5 * (phi[k - 1] + phi[k]));
  cells.columns.push_back(cells.columns.front() + 2 * pi);
  return cells;
}

SphereCells sphere_cells(const SphereBlock& block) { return sphere_cells(block.theta, block.phi); }

std::vector<double> remap(const SphereCells& from, const std::vector<double>& values, const SphereCells& to) {
  const std::size_t rows = from.n_rows(), columns = from.n_columns();
  std::vector<double> wide(rows * to.n_columns());  // [from's row][to's column]
  std::vector<double> line, mean;
  line.resize(to.n_columns());
  for (std::size_t j = 0; j < rows; ++j) {
    mean.assign(&values[j * columns], &values[j * columns] + columns);
    remap_line({from.columns, true}, mean, to.columns, line);
    std::copy(line.begin(), line.end(), &wide[j * to.n_columns()]);
  }
  // The two totals of the areas differ by the grids' errors: stretched to the same.
  std::vector<double> edges = to.rows;
  const double stretch = from.rows.back() / to.rows.back();
  for (double& edge : edges) edge *= stretch;
  edges.back() = from.rows.back();
  std::vector<double> result(to.n_rows() * to.n_columns());
  mean.resize(rows);
  line.resize(to.n_rows());
  for (std::size_t k = 0; k < to.n_columns(); ++k) {
    for (std::size_t j = 0; j < rows; ++j) mean[j] = wide[j * to.n_columns() + k];
    remap_line({from.rows, false}, mean, edges, line);
    for (std::size_t j = 0; j < to.n_rows(); ++j) result[j * to.n_columns() + k] = stretch * line[j];
  }
  return result;
}

}  // namespace sluice::numerics
