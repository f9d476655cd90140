// Pairs to learn closures from: what a coarse grid would see of a solver's state, and exactly what it would
// miss.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"

namespace sluice::run {

/// How a fine state becomes a coarse one: a filter, then the points of a coarse grid of the same box.
struct SubgridSpec {
  std::vector<std::int64_t> points;  ///< Of the coarse grid.
  std::string filter = "cut";        ///< cut, gaussian, box
  double width = 1;                  ///< Of the filter in coarse spacings; `cut` has none.
  bool staggered = false;            ///< Components of vectors as means over the faces of the coarse cells.
};

/// One field of a pair on the coarse grid.
struct SubgridField {
  grid::FieldInfo info;
  bool target = false;         ///< What the coarse grid misses; else what it sees.
  std::string place = "node";  ///< Or the axis normal to the face that it is the mean over.
};

/// The coarse companion of a solver. With G the filter, R the rates of change on the fine and r on the coarse
/// grid, both without a closure of the coarse one, the exact subgrid term of a state u is G R(u) - r(G u).
class SubgridCompanion {
 public:
  virtual ~SubgridCompanion() = default;
  [[nodiscard]] virtual const grid::Grid& grid() const = 0;
  [[nodiscard]] virtual std::vector<SubgridField> fields() const = 0;
  /// The fields of the solver's present state, which stays as it is; they are valid until the next call.
  /// Collective.
  [[nodiscard]] virtual std::vector<grid::FieldView> evaluate() = 0;
};

/// What a solver that can make pairs derives from beside Solver.
class SubgridSource {
 public:
  virtual ~SubgridSource() = default;
  /// InputError where it cannot be. The solver must outlive it. Collective.
  [[nodiscard]] virtual std::unique_ptr<SubgridCompanion> subgrid_companion(const SubgridSpec& spec) = 0;
};

}  // namespace sluice::run
