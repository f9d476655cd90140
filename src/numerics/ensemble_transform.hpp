// The ensemble transform Kalman filter at one place: the mean moves by a combination of the members'
// deviations, the deviations are mixed with the symmetric square root, which changes them least
// (B. R. Hunt, E. J. Kostelich, I. Szunyogh, Physica D 230 (2007) 112, section 2.3).
#pragma once
#include <cstddef>
#include <vector>

#include "numerics/symmetric_eigen.hpp"

namespace sluice::numerics {

/// Taper of distance over `support`: 1 at 0, falling smoothly to 0 at 1 and beyond (G. Gaspari, S. E. Cohn,
/// Q. J. R. Meteorol. Soc. 125 (1999) 723, eq. 4.10, with support 2 c).
[[nodiscard]] double gaspari_cohn(double distance);

/// For members k and observations p near one place. Not collective; one object a thread.
class EnsembleTransform {
 public:
  explicit EnsembleTransform(std::size_t members);

  /// Forgets the observations.
  void begin();
  /// `deviations` [member]: of what the members say from their mean; `innovation`: datum less mean; `weight`:
  /// localisation over the variance of the datum's error.
  void add(const double* deviations, double innovation, double weight);
  /// Weights from what was added; the prior covariance times `inflation`.
  void solve(double inflation);
  /// Puts the analysis in the place of the members' values of one variable.
  void apply(double* values);

 private:
  std::size_t members_;
  std::vector<double> products_;    ///< Y^T R^-1 Y, upper triangle [member][member].
  std::vector<double> pulled_;      ///< Y^T R^-1 (y - mean).
  std::vector<double> weights_;     ///< [new member][deviation of old member]
  std::vector<double> deviations_;  ///< Work array.
  SymmetricEigen eigen_;
};

}  // namespace sluice::numerics
