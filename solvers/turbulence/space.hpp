// The periodic box in which a model lives: transforms, dealiasing, and loops over the modes that are kept.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "numerics/spectral/fourier.hpp"
#include "numerics/spectral/padded.hpp"

namespace sluice::solvers::turbulence {

using grid::Complex;
using grid::ComplexField;
using grid::Index;
using grid::RealField;

/// The evolving fields of a model, as modes: f(x) = (1/points) sum F(k) exp(i k x), F unnormalised.
using Modes = std::vector<ComplexField>;

/// Complex product without the test for NaN that stops vectorisation.
inline Complex times(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}
inline Complex times(double a, Complex b) { return {a * b.real(), a * b.imag()}; }
/// i a z for real a.
inline Complex times_i(double a, Complex z) { return {-a * z.imag(), a * z.real()}; }

enum class Dealiasing {
  none,        ///< every mode but the Nyquist ones
  two_thirds,  ///< modes below 2/3 of the Nyquist one along every axis (Orszag 1971)
  padded,      ///< products on a grid refined by 3/2 (Patterson and Orszag 1971)
  filter       ///< no dealiasing; an exponential filter after every step (pyqg)
};

class Space {
 public:
  /// `wisdom`: what `Space::wisdom` of an earlier run said. Collective: plans.
  Space(const base::Communicator& communicator, numerics::FourierSpec spec, Dealiasing dealiasing,
        const std::string& wisdom);

  [[nodiscard]] const base::Communicator& communicator() const { return transform_.communicator(); }
  [[nodiscard]] numerics::FourierTransform& transform() { return transform_; }
  [[nodiscard]] const numerics::FourierTransform& transform() const { return transform_; }
  [[nodiscard]] Dealiasing dealiasing() const { return dealiasing_; }
  [[nodiscard]] int dimensions() const { return transform_.spec().dimensions; }
  [[nodiscard]] double points() const { return static_cast<double>(transform_.total_points()); }
  [[nodiscard]] double spacing(int axis) const;
  [[nodiscard]] std::string wisdom() const;

  // Products are taken in space on a grid of their own: the refined one if padded, else the solver's.
  [[nodiscard]] const grid::LayoutPtr& product_layout() const;
  [[nodiscard]] double product_points() const;
  /// What modes have to be multiplied with before `to_products`.
  [[nodiscard]] double product_scale() const { return padded_ ? 1.0 : 1.0 / points(); }
  void to_products(ComplexField& modes, RealField& values);  ///< Collective. `modes` is destroyed.
  void from_products(RealField& values,
                     ComplexField& modes);  ///< Collective. Aliases remain beyond the kept.

  [[nodiscard]] ComplexField make_modes(const std::string& name) const;
  [[nodiscard]] RealField make_products(const std::string& name) const;

  /// work(place in memory, kx, ky, kz) for every kept mode of this rank, in memory order.
  template <class Work>
  void each_mode(Work work) const {
    for (const Strip& s : strips_) {
      const double* k = inner_.data() + s.inner;
      if (inner_axis_ == 0)
        for (Index n = 0; n < s.count; ++n) work(s.at + n, k[n], s.outer[1], s.outer[2]);
      else if (inner_axis_ == 1)
        for (Index n = 0; n < s.count; ++n) work(s.at + n, s.outer[0], k[n], s.outer[2]);
      else
        for (Index n = 0; n < s.count; ++n) work(s.at + n, s.outer[0], s.outer[1], k[n]);
    }
  }
  /// The same for work that touches what belongs to its own mode only, by value or pointer, and nothing that
  /// modes share: several are done at a time, whatever the number of fields.
  template <class Work>
  void each_mode_alone(Work work) const {
    for (const Strip& s : strips_) {
      const double* k = inner_.data() + s.inner;
      const auto [kx, ky, kz] = s.outer;
      const Index at = s.at;
      if (inner_axis_ == 0) {
#pragma GCC ivdep
        for (Index n = 0; n < s.count; ++n) work(at + n, k[n], ky, kz);
      } else if (inner_axis_ == 1) {
#pragma GCC ivdep
        for (Index n = 0; n < s.count; ++n) work(at + n, kx, k[n], kz);
      } else {
#pragma GCC ivdep
        for (Index n = 0; n < s.count; ++n) work(at + n, kx, ky, k[n]);
      }
    }
  }
  /// work(place in memory, place among the kept modes, how many) for every contiguous run of them.
  template <class Work>
  void each_strip(Work work) const {
    for (const Strip& s : strips_) work(s.at, s.first, s.count);
  }
  /// work(multiplicity, place in memory, kx, ky, kz): the multiplicity is 2 where the mirrored mode is not
  /// stored.
  template <class Work>
  void each_mode_weighted(Work work) const {
    const double* weight = weights_.data();
    each_mode([&](Index at, double kx, double ky, double kz) { work(*weight++, at, kx, ky, kz); });
  }
  [[nodiscard]] Index kept() const { return kept_; }
  /// Sets the modes that are not kept to zero.
  void clear_rest(ComplexField& modes) const;
  /// The filter of Dealiasing::filter, pyqg's: exp(-strength (k* - 0.65 pi)^4) beyond 0.65 pi, k* = |(kx dx,
  /// ky dy, kz dz)|.
  void make_filter(double strength);
  /// Its factors of the kept modes, in their order; empty if there is none.
  [[nodiscard]] const std::vector<double>& filter() const { return filter_; }
  void apply_filter(Modes& modes) const;
  /// Sum over all modes (mirrored ones included) of value(place, kx, ky, kz), of all ranks. Collective.
  template <class Value>
  [[nodiscard]] double sum_modes(Value value) const {
    base::CompensatedSum sum;
    each_mode_weighted([&](double weight, Index at, double kx, double ky, double kz) {
      sum.add(weight * value(at, kx, ky, kz));
    });
    return communicator().sum(sum.value());
  }
  /// The largest kept wavenumber along the axes (the smallest of them).
  [[nodiscard]] double cutoff() const { return cutoff_; }

 private:
  struct Strip {
    Index at, first, count, inner;
    std::array<double, 3> outer;
  };
  struct Gap {
    Index at, count;
  };
  void find_strips();
  [[nodiscard]] bool keeps(int dimension, Index local) const;

  Dealiasing dealiasing_;
  numerics::FourierTransform transform_;
  std::unique_ptr<numerics::PaddedTransform> padded_;
  int inner_axis_ = 0;
  std::vector<double> inner_;  ///< Wavenumbers along the fastest dimension.
  std::vector<Strip> strips_;
  std::vector<Gap> gaps_;
  std::vector<double> weights_;  ///< Multiplicity of each kept mode.
  std::vector<double> filter_;
  Index kept_ = 0;
  double cutoff_ = 0;
};

/// work(first, count): places of every contiguous row of owned values.
template <class Work>
void each_row(const grid::Layout& layout, Work work) {
  const auto& count = layout.count();
  if (layout.dimensions() == 1) {
    if (count[0] > 0) work(Index{0}, count[0]);
    return;
  }
  const bool flat = layout.dimensions() == 2;
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < (flat ? 1 : count[1]); ++j)
      work(flat ? layout.position(i, 0, 0) : layout.position(i, j, 0), flat ? count[1] : count[2]);
}

}  // namespace sluice::solvers::turbulence
