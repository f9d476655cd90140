#include "supergranules.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "flow.hpp"
#include "numerics/sphere_advection.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using grid::Index;
constexpr double pi = std::numbers::pi;
constexpr double reach = 5;          // widths beyond which a cell is nothing (4e-6 of its largest speed)
constexpr double size_spread = 0.3;  // of the logarithm of the widths: the observed spectrum is broad
constexpr double cells_a_degree2 = 0.7;
constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Cells on the Sun at any time: about one within a wavelength's square.
std::uint64_t cell_count(double degree_of_peak) {
  return static_cast<std::uint64_t>(
      std::llround(std::max(8.0, cells_a_degree2 * degree_of_peak * degree_of_peak)));
}

grid::RealField face_field(const numerics::SphereBlock& block) {
  return {{"supergranules", "R_sun h^-1", "supergranular velocity"}, block.layout()};
}

}  // namespace

// A cell's velocity is V w grad exp(-d^2 / 2 w^2): its power by degree l goes as l^3 exp(-l^2 w^2), largest
// at l = sqrt(3/2) / w. Mean square of the sum of N cells: N V^2 w^2 / 4 times the mean square of the
// envelope, 1/2.
std::vector<Supergranule> supergranules_at(const SupergranuleParameters& p, const FlowParameters& flow,
                                           const base::RandomKey& key, double t) {
  const std::uint64_t count = cell_count(p.degree);
  const double width = std::sqrt(1.5) / p.degree;
  const double mean_square_width = width * width * std::exp(2 * size_spread * size_spread);
  const double strength =
      p.speed * speed_unit * std::sqrt(8 / (static_cast<double>(count) * mean_square_width));
  std::vector<Supergranule> cells;
  cells.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    // Each place in the list is taken by one cell after the other, all out of phase.
    const double age_in_lives = t / p.lifetime + base::random_uniform(key, i, 0);
    const double generation = std::floor(age_in_lives), age = age_in_lives - generation;
    // 1 + 4 g is never 0, and differs for generations before and after time 0.
    const auto step = 1 + 4 * static_cast<std::uint64_t>(static_cast<std::int64_t>(generation));
    Supergranule cell;
    cell.theta = std::acos(1 - 2 * base::random_uniform(key, i, step));
    cell.phi = 2 * pi * base::random_uniform(key, i, step + 1);
    // sin(theta) of the angular rate is the linear speed.
    const double sine = std::max(std::sin(cell.theta), 1e-6);
    cell.phi += velocity_phi(flow, cell.theta, t) / sine * (age - 0.5) * p.lifetime;
    cell.phi -= 2 * pi * std::floor(cell.phi / (2 * pi));
    cell.width = width * std::exp(size_spread * base::random_normal(key, i, step + 2)[0]);
    cell.strength = strength * std::sin(pi * age);
    cells.push_back(cell);
  }
  return cells;
}

Supergranules::Supergranules(const numerics::SphereBlock& block, const FlowParameters& flow,
                             const base::RandomKey& key)
    : block_(block),
      flow_(flow),
      parameters_(flow.supergranules),
      key_(key),
      interval_(flow.supergranules.lifetime / 16),
      exchange_(block.layout()) {
  for (Frame& frame : frames_) {
    frame.north = face_field(block);
    frame.west = face_field(block);
  }
}

void Supergranules::begin(double t, const grid::RealField&) {
  number_ = static_cast<std::int64_t>(std::floor(t / interval_ + 1e-9));
  for (const std::int64_t n : {number_, number_ + 1})
    if (Frame& frame = frames_[static_cast<std::size_t>(n & 1)]; frame.number != n) compute(frame, n);
}

void Supergranules::add(double t, grid::RealField& north, grid::RealField& west) const {
  const Frame &first = frames_[static_cast<std::size_t>(number_ & 1)],
              &second = frames_[static_cast<std::size_t>((number_ + 1) & 1)];
  const double b = std::clamp(t / interval_ - static_cast<double>(number_), 0.0, 1.0), a = 1 - b;
  const auto north1 = first.north.view(), north2 = second.north.view(), west1 = first.west.view(),
             west2 = second.west.view();
  const auto to_north = north.view(), to_west = west.view();
  for (Index i = 0; i < block_.rows(); ++i)
    for (Index k = 0; k < block_.columns(); ++k) {
      to_north(i, k) += a * north1(i, k) + b * north2(i, k);
      to_west(i, k) += a * west1(i, k) + b * west2(i, k);
    }
}

void Supergranules::compute(Frame& frame, std::int64_t number) {
  frame.number = number;
  for (auto* field : {&frame.north, &frame.west}) std::fill(field->span().begin(), field->span().end(), 0.0);
  for (const Supergranule& cell :
       supergranules_at(parameters_, flow_, key_, static_cast<double>(number) * interval_))
    add_cell(cell, frame);
  exchange_(frame.north);
  exchange_(frame.west);
  frame.rate = numerics::fastest_rate(block_, frame.north, frame.west);
}

std::array<double, 2> Supergranules::velocity(const Supergranule& cell, double theta, double phi) const {
  const double st = std::sin(theta), ct = std::cos(theta), sc = std::sin(cell.theta),
               cc = std::cos(cell.theta);
  const double along = std::cos(phi - cell.phi), across = std::sin(phi - cell.phi);
  // 1 - cos(distance) without cancellation.
  const double half_t = std::sin(0.5 * (theta - cell.theta)), half_p = std::sin(0.5 * (phi - cell.phi));
  const double square = 4 * (half_t * half_t + st * sc * half_p * half_p) / (cell.width * cell.width);
  if (square > reach * reach) return {0, 0};
  const double factor = cell.strength / cell.width * std::exp(-0.5 * square);
  // Away from the centre: minus the centre's direction in the point's tangent plane.
  const double out_theta = factor * (st * cc - ct * sc * along), out_phi = factor * sc * across;
  // The Coriolis force turns outflows clockwise in the north.
  const double turn = parameters_.swirl * ct;
  return {out_theta + turn * out_phi, out_phi - turn * out_theta};
}

// The chord of two points is at least 2 sqrt(sin(theta_1) sin(theta_2)) sin(half their difference in
// longitude).
grid::Range Supergranules::columns_near(const Supergranule& cell, double sines) const {
  const Index n = block_.columns_global();
  const double ratio = sines > 0 ? 0.5 * reach * cell.width / std::sqrt(sines) : 1;
  if (!block_.uniform_phi || ratio >= 1) return {0, n};
  const double step = block_.d_phi[0], half = 2 * std::asin(ratio) + step;
  const auto begin = static_cast<Index>(std::floor((cell.phi - half - block_.phi[0]) / step));
  const auto end = static_cast<Index>(std::ceil((cell.phi + half - block_.phi[0]) / step)) + 1;
  return end - begin >= n ? grid::Range{0, n} : grid::Range{begin, end};
}

void Supergranules::add_cell(const Supergranule& cell, Frame& frame) const {
  const auto north = frame.north.view(), west = frame.west.view();
  const double far = reach * cell.width;
  for (Index i = 0; i < block_.rows(); ++i) {
    const Index j = block_.first_row() + i;
    const double row = block_.theta[at(j)], above = block_.face[at(j)];
    if (std::min(row, above) > cell.theta + far || std::max(row, above) < cell.theta - far) continue;
    const double sine = std::min(block_.sin_theta[at(j)], std::abs(block_.sin_face[at(j)]));
    const grid::Range near = columns_near(cell, sine * std::sin(cell.theta));
    for (Index c = near.begin; c < near.end; ++c) {
      const Index column = block_.wrap(c), k = column - block_.first_column();
      if (k < 0 || k >= block_.columns()) continue;
      if (j > 0) north(i, k) += velocity(cell, above, block_.phi[at(column)])[0];
      if (!block_.is_pole(j)) west(i, k) += velocity(cell, row, block_.face_phi[at(column)])[1];
    }
  }
}

}  // namespace sluice::solvers::flux_transport
