#include "numerics/sphere_block.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.hpp"

namespace sluice::numerics {

namespace {

constexpr double pi = std::numbers::pi;

/// Sum in a fixed order with eight independent lanes, so that it vectorises without reordering.
double sum_in_order(const double* values, Index n) {
  double lane[8] = {};
  Index k = 0;
  for (; k + 8 <= n; k += 8)
    for (Index l = 0; l < 8; ++l) lane[l] += values[k + l];
  for (Index l = 0; k < n; ++k, ++l) lane[l] += values[k];
  return ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

}  // namespace

grid::LayoutPtr SphereBlock::make_layout(const base::Communicator& communicator, const grid::Grid& grid,
                                         const std::array<int, 2>& ranks) {
  grid::LayoutSpec spec = grid.layout_spec(halo);
  spec.processes = {ranks[0], ranks[1], 1};
  if (ranks[0] != 0 || ranks[1] != 0) return grid::Layout::block(communicator, spec);
  const Index n_theta = spec.global[0], n_phi = spec.global[1], size = communicator.size();
  double least = std::numeric_limits<double>::max();
  for (Index p = size; p >= 1; --p) {  // ties go to the cut along theta
    const Index q = size / p;
    if (size % p != 0 || p > n_theta || q > n_phi) continue;
    const double block_theta = std::ceil(double(n_theta) / double(p)),
                 block_phi = std::ceil(double(n_phi) / double(q));
    // values sent by the busiest rank a layer, and its cells (imbalance)
    const double sent = double(std::min<Index>(p - 1, 2)) * block_phi + (q > 1 ? 2 * block_theta : 0.0);
    const double cost = 2 * sent + block_theta * block_phi;
    if (cost < least) {
      least = cost;
      spec.processes = {static_cast<int>(p), static_cast<int>(q), 1};
    }
  }
  return grid::Layout::block(communicator, spec);
}

SphereBlock::SphereBlock(const grid::Grid& grid, grid::LayoutPtr layout)
    : layout_(std::move(layout)),
      row_(layout_->communicator().split(layout_->process_coordinate()[0] + 1,
                                         layout_->process_coordinate()[1] + 1)),
      rows_global_(layout_->global()[0]),
      columns_global_(layout_->global()[1]),
      first_row_(layout_->offset()[0]),
      rows_(layout_->count()[0]),
      first_column_(layout_->offset()[1]),
      columns_(layout_->count()[1]) {
  if (grid.geometry != grid::Geometry::sphere || grid.extents() != layout_->global())
    throw base::AgreedError("sphere operators need a sphere grid and a layout of its extents");
  if (layout_->halo()[0] < halo || layout_->halo()[1] < halo)
    throw base::AgreedError("sphere operators need five ghost layers in both directions");
  if (rows_global_ < 5 || columns_global_ < 4)
    throw base::AgreedError(
        "sphere operators need at least 5 colatitudes (with the poles) and 4 longitudes; got " +
        std::to_string(rows_global_) + " x " + std::to_string(columns_global_));
  make_colatitudes(grid);
  make_longitudes(grid);
  const auto& splits = layout_->splits(1);
  for (std::size_t p = 0; p + 1 < splits.size(); ++p) {
    counts_.push_back(static_cast<int>(splits[p + 1] - splits[p]));
    offsets_.push_back(static_cast<int>(splits[p]));
  }
  gathered_.resize(at(columns_global_));
  local_.resize(at(columns_));
  waves.assign(at(rows_global_), columns_global_ / 2);
}

void SphereBlock::keep_waves(double share) {
  if (!uniform_phi)
    throw base::AgreedError("a polar filter needs equally spaced longitudes; this grid allows none");
  for (Index j = 1; j < rows_global_ - 1; ++j)
    waves[at(j)] = std::clamp(static_cast<Index>(share * sin_theta[at(j)] * double(columns_global_) / 2),
                              Index{1}, columns_global_ / 2);
}

double SphereBlock::wave_share(Index row) const {
  const Index kept = waves[at(row)];
  return kept >= columns_global_ / 2 ? 1.0 : std::sin(pi * double(kept) / double(columns_global_));
}

void SphereBlock::make_colatitudes(const grid::Grid& grid) {
  theta = grid.axes[0].points;
  const std::size_t n = theta.size();
  face.resize(n + 1);
  spacing_theta.resize(n + 1);
  for (std::size_t j = 1; j < n; ++j) {
    face[j] = 0.5 * (theta[j - 1] + theta[j]);
    spacing_theta[j] = theta[j] - theta[j - 1];
  }
  face[0] = -face[1];
  face[n] = 2 * pi - face[n - 1];
  spacing_theta[0] = spacing_theta[1];
  spacing_theta[n] = spacing_theta[n - 1];
  for (std::size_t j = 0; j < n; ++j) {
    d_theta.push_back(face[j + 1] - face[j]);
    sin_theta.push_back(j == 0 || j + 1 == n ? 0.0 : std::sin(theta[j]));
    cos_theta.push_back(j == 0 ? 1.0 : j + 1 == n ? -1.0 : std::cos(theta[j]));
  }
  for (const double f : face) sin_face.push_back(std::sin(f));
  // Half of the cap's edge times half a spacing: exact balance of fluxes with the small-angle area
  // 2 pi (1/4) sin(D/2) D of a cap of radius D/2.
  pole_area[0] = 2 * pi * 0.25 * sin_face[1] * spacing_theta[1];
  pole_area[1] = 2 * pi * 0.25 * sin_face[n - 1] * spacing_theta[n - 1];
}

void SphereBlock::make_longitudes(const grid::Grid& grid) {
  phi = grid.axes[1].points;
  const std::size_t n = phi.size();
  const double equal = 2 * pi / double(n);
  face_phi.resize(n + 1);
  for (std::size_t k = 1; k < n; ++k) {
    face_phi[k] = 0.5 * (phi[k - 1] + phi[k]);
    uniform_phi = uniform_phi && std::abs(phi[k] - phi[k - 1] - equal) < 1e-13;
  }
  face_phi[0] = 0.5 * (phi[n - 1] - 2 * pi + phi[0]);
  face_phi[n] = face_phi[0] + 2 * pi;
  for (std::size_t k = 0; k < n; ++k) {
    d_phi.push_back(uniform_phi ? equal : face_phi[k + 1] - face_phi[k]);
    sin_phi.push_back(std::sin(phi[k]));
    cos_phi.push_back(std::cos(phi[k]));
  }
}

grid::Range SphereBlock::inner_rows() const {
  const Index begin = std::max<Index>(first_row_, 1);
  return {begin, std::max(begin, std::min(first_row_ + rows_, rows_global_ - 1))};
}

double SphereBlock::spacing_phi(Index k) const {
  if (uniform_phi) return d_phi[0];
  const Index east = wrap(k), west = wrap(k - 1);
  const double difference = phi[at(east)] - phi[at(west)];
  return difference > 0 ? difference : difference + 2 * pi;
}

double SphereBlock::face_longitude(Index k) const {
  const Index inside = wrap(k), turns = (k - inside) / columns_global_;
  return face_phi[at(inside)] + 2 * pi * static_cast<double>(turns);
}

double SphereBlock::summation_area(Index row, Index column) const {
  if (!is_pole(row)) return area(row, column);
  return column == 0 ? pole_area[row == 0 ? 0 : 1] : 0.0;
}

double SphereBlock::sum_row(const double* values) const {
  if (row_.size() == 1) return sum_in_order(values, columns_global_);
  return sum_in_order(gather_row(values).data(), columns_global_);
}

const std::vector<double>& SphereBlock::gather_row(const double* values) const {
  if (row_.size() == 1)
    std::copy_n(values, columns_, gathered_.begin());
  else
    MPI_Allgatherv(values, static_cast<int>(columns_), MPI_DOUBLE, gathered_.data(), counts_.data(),
                   offsets_.data(), MPI_DOUBLE, row_.handle());
  return gathered_;
}

void SphereBlock::close_poles(grid::RealField& field) const {
  const auto values = field.view();
  for (const bool north : {true, false}) {
    if (!(north ? owns_north() : owns_south())) continue;
    double* row = values.row(north ? 0 : rows_ - 1);
    double low = std::numeric_limits<double>::max(), high = -low;
    for (Index k = 0; k < columns_; ++k) {
      low = std::min(low, row[k]);
      high = std::max(high, row[k]);
      local_[at(k)] = row[k] * d_phi[at(first_column_ + k)];
    }
    if (row_.size() > 1) {
      double ends[2] = {-low, high};
      MPI_Allreduce(MPI_IN_PLACE, ends, 2, MPI_DOUBLE, MPI_MAX, row_.handle());
      low = -ends[0];
      high = ends[1];
    }
    if (low == high) continue;
    const double mean = sum_row(local_.data()) / (2 * pi);
    for (Index k = 0; k < columns_; ++k) row[k] = mean;
  }
}

}  // namespace sluice::numerics
