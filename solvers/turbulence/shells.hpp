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

/// One-dimensional enstrophy spectrum of the modes of a plane, mean of x and y, as arXiv 2312.00907 has it:
/// sum over (m, n) of |w|^2/2 at |m| = k, one of k and -k. `count` wavenumbers from 0. Collective.
[[nodiscard]] std::vector<double> enstrophy_spectrum(const Space& space, const ComplexField& w,
                                                     std::size_t count);

/// Values at the wavenumbers first to last from a text file with a wavenumber and a value a line. InputError
/// that begins with `key` if one is missing or not positive. Collective.
[[nodiscard]] std::vector<double> read_spectrum(const base::Communicator& communicator,
                                                const std::string& key, const std::string& file,
                                                std::int64_t first, std::int64_t last);

}  // namespace sluice::solvers::turbulence
