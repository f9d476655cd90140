// Takes short waves along longitude out of the rows near the poles, where they are far shorter than a cell is
// wide elsewhere and would dictate the step: an orthogonal projection of each row, which keeps its sum.
#pragma once
#include <memory>
#include <vector>

#include "numerics/sphere_block.hpp"

namespace sluice::numerics {

class PolarFilter {
 public:
  /// Keeps `block.waves` (SphereBlock::keep_waves). `block` must outlive this.
  explicit PolarFilter(const SphereBlock& block);
  ~PolarFilter();
  PolarFilter(const PolarFilter&) = delete;
  PolarFilter& operator=(const PolarFilter&) = delete;

  /// The same bits on any number of ranks. Collective over the ranks that share rows.
  void operator()(grid::RealField& field) const;

 private:
  struct Transform;
  const SphereBlock& block_;
  std::vector<Index> rows_;  ///< Local indices of the owned rows to filter.
  std::unique_ptr<Transform> transform_;
};

}  // namespace sluice::numerics
