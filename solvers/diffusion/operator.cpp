#include "diffusion/operator.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::solvers::diffusion {

using grid::Index;
using grid::Index3;
using grid::RealField;

Operator::Operator(const DiffusionParameters& parameters, const grid::Grid& grid, grid::LayoutPtr layout)
    : parameters_(parameters),
      grid_(grid),
      layout_(std::move(layout)),
      conductivity_(parameters),
      exact_(parameters),
      source_(static_cast<std::size_t>(layout_->owned_size())) {
  for (std::size_t d = 0; d < grid_.axes.size(); ++d) {
    width_[d] = grid_.axes[d].length() / static_cast<double>(grid_.axes[d].size());
    make_faces(d);
  }
}

double Operator::cell_volume() const { return width_[0] * width_[1] * width_[2]; }

Point Operator::centre(const Index3& cell) const {
  Point x{};
  for (std::size_t d = 0; d < grid_.axes.size(); ++d)
    x[d] = grid_.axes[d].points[static_cast<std::size_t>(layout_->offset()[d] + cell[d])];
  return x;
}

/// k of the face below global cell `upper_cell` along the axis; `x` is the centre of any cell of that row.
double Operator::face_conductivity(Point x, std::size_t axis, Index upper_cell) const {
  const auto& points = grid_.axes[axis].points;
  const Index cells = grid_.axes[axis].size();
  x[axis] = points[static_cast<std::size_t>((upper_cell - 1 + cells) % cells)];
  const double below = conductivity_.at(x);
  x[axis] = points[static_cast<std::size_t>(upper_cell % cells)];
  return harmonic_mean(below, conductivity_.at(x));
}

void Operator::make_faces(std::size_t axis) {
  auto& faces = faces_[axis];
  faces.extent = layout_->count();
  if (layout_->owned_size() == 0) return;
  ++faces.extent[axis];
  faces.stride = 1;
  for (std::size_t d = axis + 1; d < 3; ++d) faces.stride *= faces.extent[d];
  faces.value.resize(static_cast<std::size_t>(faces.extent[0] * faces.extent[1] * faces.extent[2]));
  const Index cells = grid_.axes[axis].size();
  for (Index i = 0; i < faces.extent[0]; ++i)
    for (Index j = 0; j < faces.extent[1]; ++j)
      for (Index k = 0; k < faces.extent[2]; ++k) {
        Index3 cell{i, j, k};
        const Index upper_cell = layout_->offset()[axis] + cell[axis];
        if (!grid_.axes[axis].periodic && (upper_cell == 0 || upper_cell == cells)) continue;
        const auto at = static_cast<std::size_t>(faces.position(cell));
        cell[axis] = 0;
        faces.value[at] = face_conductivity(centre(cell), axis, upper_cell) / (width_[axis] * width_[axis]);
      }
}

void Operator::update_source(double t) {
  const auto& given = parameters_.source;
  if (source_known_ && (t == source_time_ || !exact_.needs_source() || exact_.steady())) return;
  for_each_cell([&](const Index3& cell, std::size_t n) {
    const Point x = centre(cell);
    source_[n] = exact_.source(x, t) + shape_value(given, x, grid_.axes.size());
  });
  source_known_ = true;
  source_time_ = t;
}

/// Rows of cells along the last axis, which are contiguous: work(first cell, number of the first cell,
/// length).
template <class Work>
void Operator::for_each_row(Work work) const {
  Index3 rows = layout_->count();
  const auto last = grid_.axes.size() - 1;
  const Index length = rows[last];
  rows[last] = std::min<Index>(length, 1);
  std::size_t number = 0;
  for (Index i = 0; i < rows[0]; ++i)
    for (Index j = 0; j < rows[1]; ++j)
      for (Index k = 0; k < rows[2]; ++k, number += static_cast<std::size_t>(length))
        work(Index3{i, j, k}, number, length);
}

WallCondition Operator::condition(std::size_t axis, std::size_t side, const Point& x, double t) const {
  const auto& given = parameters_.sides[axis][side];
  WallCondition wall{.flux = given.type == "neumann", .a = 1, .b = 0, .g = given.value};
  if (given.type == "robin") {
    wall.a = given.a;
    wall.b = given.b;
  }
  if (!exact_.known()) return wall;
  const ExactPoint p = exact_.at(x, t);
  const double outward = side == 0 ? -p.gradient[axis] : p.gradient[axis];
  wall.g = wall.flux ? conductivity_.at(x) * conductivity_.response(p.u) * outward
                     : wall.a * p.u + wall.b * outward;
  return wall;
}

/// work(cell, number of the cell, condition, k at the wall, axis) for each owned cell at a bounded side.
template <class Work>
void Operator::for_each_wall_cell(double t, Work work) const {
  const auto &count = layout_->count(), &offset = layout_->offset();
  if (layout_->owned_size() == 0) return;
  for (std::size_t axis = 0; axis < grid_.axes.size(); ++axis) {
    if (grid_.axes[axis].periodic) continue;
    for (std::size_t side = 0; side < 2; ++side) {
      const Index at = side == 0 ? 0 : count[axis] - 1;
      if (offset[axis] + at != (side == 0 ? 0 : grid_.axes[axis].size() - 1)) continue;
      Index3 begin{0, 0, 0}, end = count;
      begin[axis] = at;
      end[axis] = at + 1;
      for (Index i = begin[0]; i < end[0]; ++i)
        for (Index j = begin[1]; j < end[1]; ++j)
          for (Index k = begin[2]; k < end[2]; ++k) {
            const Index3 cell{i, j, k};
            Point x = centre(cell);
            x[axis] = side == 0 ? grid_.axes[axis].faces.front() : grid_.axes[axis].faces.back();
            const auto number = static_cast<std::size_t>((i * count[1] + j) * count[2] + k);
            work(cell, number, condition(axis, side, x, t), conductivity_.at(x), axis);
          }
    }
  }
}

void Operator::add_fluxes(std::size_t axis, const RealField& u, RealField& result) const {
  const auto& faces = faces_[axis];
  const Index stride = u.view().stride(static_cast<int>(axis));
  for_each_row([&](const Index3& first, std::size_t number, Index length) {
    const double* v = u.data() + u.layout().position(first[0], first[1], first[2]);
    const double* lower = faces.value.data() + faces.position(first);
    const double* upper = lower + faces.stride;
    double* r = result.data() + number;
    for (Index n = 0; n < length; ++n)
      r[n] += upper[n] * (v[n + stride] - v[n]) - lower[n] * (v[n] - v[n - stride]);
  });
}

void Operator::add_nonlinear_fluxes(std::size_t axis, const RealField& u, RealField& result) const {
  const auto& faces = faces_[axis];
  const Index stride = u.view().stride(static_cast<int>(axis));
  for_each_row([&](const Index3& first, std::size_t number, Index length) {
    const double* v = u.data() + u.layout().position(first[0], first[1], first[2]);
    const double* lower = faces.value.data() + faces.position(first);
    const double* upper = lower + faces.stride;
    double* r = result.data() + number;
    for (Index n = 0; n < length; ++n) {
      const double below = v[n - stride], here = v[n], above = v[n + stride];
      const double at = conductivity_.response(here);
      r[n] += upper[n] * 0.5 * (at + conductivity_.response(above)) * (above - here) -
              lower[n] * 0.5 * (conductivity_.response(below) + at) * (here - below);
    }
  });
}

void Operator::rate(double t, const RealField& u, RealField& result) {
  update_source(t);
  std::copy(source_.begin(), source_.end(), result.data());
  for (std::size_t axis = 0; axis < grid_.axes.size(); ++axis)
    linear() ? add_fluxes(axis, u, result) : add_nonlinear_fluxes(axis, u, result);
  const auto v = u.view();
  for_each_wall_cell(
      t, [&](const Index3& c, std::size_t number, const WallCondition& wall, double k, std::size_t axis) {
        result.data()[number] +=
            wall_flux(wall, conductivity_, k, width_[axis], v(c[0], c[1], c[2])).flux / width_[axis];
      });
}

void Operator::jacobian(double t, const RealField& u, std::span<double> coefficients) {
  const std::size_t entries = 1 + 2 * grid_.axes.size();
  std::fill(coefficients.begin(), coefficients.end(), 0.0);
  for (std::size_t axis = 0; axis < grid_.axes.size(); ++axis) {
    const auto& faces = faces_[axis];
    const Index stride = u.view().stride(static_cast<int>(axis));
    for_each_cell([&](const Index3& c, std::size_t number) {
      const double* v = u.data() + u.layout().position(c[0], c[1], c[2]);
      const double below = v[-stride], here = v[0], above = v[stride];
      const double lower = faces.value[static_cast<std::size_t>(faces.position(c))];
      const double upper = faces.value[static_cast<std::size_t>(faces.position(c) + faces.stride)];
      const auto mean = [&](double p, double q) {
        return 0.5 * (conductivity_.response(p) + conductivity_.response(q));
      };
      const auto bend = [&](double at, double difference) {
        return 0.5 * conductivity_.response_derivative(at) * difference;
      };
      double* row = &coefficients[number * entries];
      if (upper != 0) {
        row[0] += upper * (bend(here, above - here) - mean(here, above));
        row[2 + 2 * axis] += upper * (bend(above, above - here) + mean(here, above));
      }
      if (lower != 0) {
        row[0] -= lower * (bend(here, here - below) + mean(here, below));
        row[1 + 2 * axis] -= lower * (bend(below, here - below) - mean(here, below));
      }
    });
  }
  const auto v = u.view();
  for_each_wall_cell(
      t, [&](const Index3& c, std::size_t number, const WallCondition& wall, double k, std::size_t axis) {
        coefficients[number * entries] +=
            wall_flux(wall, conductivity_, k, width_[axis], v(c[0], c[1], c[2])).derivative / width_[axis];
      });
}

}  // namespace sluice::solvers::diffusion
