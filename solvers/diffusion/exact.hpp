// Exact solutions: point functions with the derivatives from which sources and boundary values are made (the
// method of manufactured solutions: P. J. Roache, J. Fluids Eng. 124, 4, 2002).
#pragma once
#include "diffusion/conductivity.hpp"

namespace sluice::solvers::diffusion {

struct ExactPoint {
  double u = 0, u_t = 0, laplacian = 0;
  Point gradient{};
};

class Exact {
 public:
  explicit Exact(const DiffusionParameters& parameters);

  [[nodiscard]] bool known() const { return family_ != Family::none; }
  [[nodiscard]] bool steady() const { return family_ != Family::sine_product || decay_ == 0; }
  [[nodiscard]] bool needs_source() const { return needs_source_; }
  [[nodiscard]] ExactPoint at(const Point& x, double t) const;
  /// f = c u_t - div(k grad u) = c u_t - r (grad k . grad u + k lap u) - k r' |grad u|^2, with k(x, u) = k(x)
  /// r(u).
  [[nodiscard]] double source(const Point& x, double t) const;

 private:
  enum class Family { none, sine_product, kirchhoff };
  [[nodiscard]] ExactPoint sine_product(const Point& x, double t) const;
  [[nodiscard]] ExactPoint kirchhoff(const Point& x) const;

  Family family_ = Family::none;
  Conductivity conductivity_;
  double capacity_;
  std::size_t dimensions_;
  bool needs_source_ = false;
  double amplitude_ = 0, offset_ = 0, decay_ = 0;
  Point lower_{}, length_{1, 1, 1}, wavenumber_{}, phase_{};
  double left_ = 0, right_ = 0;
  std::int64_t exponent_ = 1;
};

}  // namespace sluice::solvers::diffusion
