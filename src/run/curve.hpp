// Curves of a solver's state: spectra, fluxes, profiles.
#pragma once
#include <string>
#include <vector>

namespace sluice::run {

/// Values over an abscissa, replicated on every rank.
struct Curve {
  std::string name, unit, long_name;
  std::string abscissa, abscissa_unit;  ///< Name and unit of what it is over.
  std::vector<double> at, values;
};

/// What a solver that has curves derives from beside Solver.
class CurveSource {
 public:
  virtual ~CurveSource() = default;
  /// Of this state, always of the same names and sizes. Collective.
  [[nodiscard]] virtual std::vector<Curve> curves() = 0;
};

}  // namespace sluice::run
