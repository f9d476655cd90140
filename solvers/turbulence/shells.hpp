// Sums over shells of wavenumbers: spectra, transfers, fluxes.
#pragma once
#include <functional>
#include <vector>

#include "run/curve.hpp"
#include "turbulence/space.hpp"

namespace sluice::solvers::turbulence {

/// Shells of width 2 pi / (longest box length) around its multiples; every mode is in one, mirrored ones
/// counted.
class Shells {
 public:
  explicit Shells(const Space& space);
  [[nodiscard]] const std::vector<double>& wavenumbers() const { return wavenumbers_; }
  /// Sum of value(place, kx, ky, kz) over each shell. Collective.
  [[nodiscard]] std::vector<double> sums(
      const std::function<double(Index, double, double, double)>& value) const;
  /// Minus the running sum: what leaves all shells up to k.
  [[nodiscard]] static std::vector<double> flux(const std::vector<double>& transfer);
  [[nodiscard]] run::Curve curve(const std::string& name, const std::string& long_name,
                                 std::vector<double> values) const;

 private:
  const Space* space_;
  double width_;
  std::vector<double> wavenumbers_;
};

/// Sums over all other axes at every wavenumber 0 <= k < Nyquist along one axis; mirrored ones (k and -k) are
/// one half each, so that value(0) + 2 (the rest) is the whole sum. Collective.
[[nodiscard]] std::vector<double> sums_along(
    const Space& space, int axis, const std::function<double(Index, double, double, double)>& value);

}  // namespace sluice::solvers::turbulence
