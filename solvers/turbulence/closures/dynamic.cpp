// The coefficient of Smagorinsky's or Leith's closure from the resolved flow: Germano et al., Phys. Fluids A
// 3 (1991) 1760, by least squares as in Lilly, Phys. Fluids A 4 (1992) 633, eq. (11), with a sharp test
// filter of twice the width. One coefficient for the box, <(L:M)+>/<M:M>: where the product is negative it
// counts as nothing.
#include <cmath>
#include <numbers>

#include "turbulence/closures/closure.hpp"

namespace sluice::solvers::turbulence {
namespace {

/// Two independent components of a symmetric tensor without trace.
struct Stress {
  RealField a11, a12;
  explicit Stress(const Space& space) : a11(space.make_products("a11")), a12(space.make_products("a12")) {}
};

class Dynamic final : public Closure {
 public:
  Dynamic(const ClosureParameters& parameters, Space& space)
      : space_(&space),
        leith_(parameters.type == "dynamic_leith"),
        power_(leith_ ? 3 : 2),
        width_(filter_width(parameters, space)),
        grid_(space),
        test_(space),
        resolved_(space),
        model_(space),
        u_(space.make_products("u")),
        v_(space.make_products("v")),
        filtered_(space.make_modes("filtered")),
        scratch_(space.make_modes("scratch")) {
    for (int axis = 0; axis < 2; ++axis) cut_[axis] = 0.5 * std::numbers::pi / space.spacing(axis);
  }

  void add_stress(const ComplexField& w, RealField& p, RealField& q) override {
    evaluate(grid_, w);
    find_coefficient(w);
    add_eddy_stress(grid_, coefficient_ * std::pow(width_, power_), p, q);
  }
  [[nodiscard]] bool has_stress() const override { return true; }
  [[nodiscard]] std::vector<run::Quantity> quantities() const override {
    const double mean = mean_of(*space_, grid_.size, [](double s) { return s; });
    return {{.name = "coefficient", .unit = "1", .value = coefficient_},
            {.name = "eddy_viscosity", .unit = "1", .value = coefficient_ * std::pow(width_, power_) * mean}};
  }

 private:
  void evaluate(Gradients& gradients, const ComplexField& w) {
    gradients.strain(w);
    if (leith_)
      gradients.slope(w);
    else
      gradients.size_of_strain();
  }
  /// Sharp in both directions, at half the grid's Nyquist wavenumber.
  void keep_low(ComplexField& modes, double scale) {
    space_->each_mode([&](Index at, double kx, double ky, double) {
      const bool low = std::abs(kx) < cut_[0] && std::abs(ky) < cut_[1];
      modes.data()[at] = low ? scale * modes.data()[at] : Complex{};
    });
    space_->clear_rest(modes);
  }
  void test_filter(RealField& values) {
    space_->from_products(values, scratch_);
    keep_low(scratch_, space_->product_scale());
    space_->to_products(scratch_, values);
  }
  /// to = function(i) at every point.
  template <class Function>
  static void fill(RealField& to, Function function) {
    each_row(to.layout(), [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) to.data()[i] = function(i);
    });
  }
  /// L = filtered(u u) - filtered(u) filtered(u), without trace.
  void resolved_stress(const ComplexField& w) {
    velocity(*space_, w, scratch_, u_, v_);
    const double *u = u_.data(), *v = v_.data();
    fill(resolved_.a11, [&](Index i) { return 0.5 * (u[i] * u[i] - v[i] * v[i]); });
    fill(resolved_.a12, [&](Index i) { return u[i] * v[i]; });
    test_filter(resolved_.a11);
    test_filter(resolved_.a12);
    velocity(*space_, filtered_, scratch_, u_, v_);
    double *l11 = resolved_.a11.data(), *l12 = resolved_.a12.data();
    fill(resolved_.a11, [&](Index i) { return l11[i] - 0.5 * (u[i] * u[i] - v[i] * v[i]); });
    fill(resolved_.a12, [&](Index i) { return l12[i] - u[i] * v[i]; });
  }
  /// M = 2 Delta^n filtered(size S) - 2 (2 Delta)^n size(filtered) S(filtered).
  void model_stress() {
    const double fine = 2 * std::pow(width_, power_), coarse = 2 * std::pow(2 * width_, power_);
    const auto make = [&](RealField& m, const RealField& on_grid, const RealField& on_test) {
      fill(m, [&](Index i) { return fine * grid_.size.data()[i] * on_grid.data()[i]; });
      test_filter(m);
      fill(m, [&](Index i) { return m.data()[i] - coarse * test_.size.data()[i] * on_test.data()[i]; });
    };
    make(model_.a11, grid_.s11, test_.s11);
    make(model_.a12, grid_.s12, test_.s12);
  }
  void find_coefficient(const ComplexField& w) {
    for (Index i = 0; i < w.layout().owned_size(); ++i) filtered_.data()[i] = w.data()[i];
    keep_low(filtered_, 1);
    evaluate(test_, filtered_);
    resolved_stress(w);
    model_stress();
    std::array<base::CompensatedSum, 2> sums;
    each_row(u_.layout(), [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) {
        const double m11 = model_.a11.data()[i], m12 = model_.a12.data()[i];
        sums[0].add(std::max(0.0, resolved_.a11.data()[i] * m11 + resolved_.a12.data()[i] * m12));
        sums[1].add(m11 * m11 + m12 * m12);
      }
    });
    std::array<double, 2> total{sums[0].value(), sums[1].value()};
    space_->communicator().sum(total);
    coefficient_ = total[1] > 0 ? total[0] / total[1] : 0.0;
  }

  Space* space_;
  bool leith_;
  int power_;
  double width_, coefficient_ = 0;
  std::array<double, 2> cut_{};
  Gradients grid_, test_;
  Stress resolved_, model_;
  RealField u_, v_;
  ComplexField filtered_, scratch_;
};

}  // namespace

std::unique_ptr<Closure> make_dynamic(const ClosureParameters& parameters, Space& space) {
  return std::make_unique<Dynamic>(parameters, space);
}

}  // namespace sluice::solvers::turbulence
