// Things in a state that can be counted: vortices, particles, extrema. A table whose length changes.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace sluice::run {

/// A table of the same columns at every state, with a row for every thing; the same on every rank.
struct PointTable {
  std::vector<std::pair<std::string, std::string>> columns;  ///< Name and unit.
  std::vector<double> values;                                ///< Row by row.
};

/// What a solver that finds such things derives from beside Solver.
class PointSource {
 public:
  virtual ~PointSource() = default;
  /// Why this case has none; empty if it has.
  [[nodiscard]] virtual std::string no_points() const { return {}; }
  /// Of this state, in an order that does not hang on the number of ranks. Collective.
  [[nodiscard]] virtual PointTable points() = 0;
};

}  // namespace sluice::run
