// Cell-centred finite volumes for div(k(x,u) grad u) + f in a box (R. J. LeVeque, "Finite Volume Methods for
// Hyperbolic Problems", 2002, section 4.2; flux form, second order on equal cells).
#pragma once
#include <array>
#include <vector>

#include "diffusion/conductivity.hpp"
#include "diffusion/exact.hpp"
#include "diffusion/wall.hpp"
#include "numerics/petsc/implicit.hpp"

namespace sluice::solvers::diffusion {

class Operator : public numerics::petsc::RateEquation {
 public:
  Operator(const DiffusionParameters& parameters, const grid::Grid& grid, grid::LayoutPtr layout);

  [[nodiscard]] double mass() const override { return parameters_.capacity; }
  [[nodiscard]] bool linear() const override { return parameters_.linear(); }
  [[nodiscard]] bool symmetric() const override { return parameters_.linear(); }
  [[nodiscard]] bool singular() const override { return parameters_.floating(); }
  void rate(double t, const grid::RealField& u, grid::RealField& result) override;
  void jacobian(double t, const grid::RealField& u, std::span<double> coefficients) override;

  [[nodiscard]] double cell_volume() const;
  [[nodiscard]] const Exact& exact() const { return exact_; }
  [[nodiscard]] const Conductivity& conductivity() const { return conductivity_; }
  /// Centre of an owned cell.
  [[nodiscard]] Point centre(const grid::Index3& cell) const;
  /// Calls work(cell, number) for each owned cell in memory order.
  template <class Work>
  void for_each_cell(Work work) const {
    const auto& count = layout_->count();
    std::size_t number = 0;
    for (grid::Index i = 0; i < count[0]; ++i)
      for (grid::Index j = 0; j < count[1]; ++j)
        for (grid::Index k = 0; k < count[2]; ++k) work(grid::Index3{i, j, k}, number++);
  }

 private:
  /// One axis: k / h^2 of faces, [cell + 1 along the axis], owned; 0 on bounded sides.
  struct Faces {
    std::vector<double> value;
    grid::Index3 extent{};
    grid::Index stride = 0;  ///< From a cell's lower face to its upper one.
    [[nodiscard]] grid::Index position(const grid::Index3& c) const {
      return (c[0] * extent[1] + c[1]) * extent[2] + c[2];
    }
  };
  void make_faces(std::size_t axis);
  void update_source(double t);
  [[nodiscard]] double face_conductivity(Point x, std::size_t axis, grid::Index upper_cell) const;
  [[nodiscard]] WallCondition condition(std::size_t axis, std::size_t side, const Point& x, double t) const;
  template <class Work>
  void for_each_row(Work work) const;
  template <class Work>
  void for_each_wall_cell(double t, Work work) const;
  void add_fluxes(std::size_t axis, const grid::RealField& u, grid::RealField& result) const;
  void add_nonlinear_fluxes(std::size_t axis, const grid::RealField& u, grid::RealField& result) const;

  DiffusionParameters parameters_;
  grid::Grid grid_;
  grid::LayoutPtr layout_;
  Conductivity conductivity_;
  Exact exact_;
  std::array<double, 3> width_{1, 1, 1};
  std::array<Faces, 3> faces_;
  std::vector<double> source_;  ///< f of owned cells at source_time_.
  double source_time_ = 0;
  bool source_known_ = false;
};

}  // namespace sluice::solvers::diffusion
