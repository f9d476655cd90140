// Windows into planar arrays whose cells are spread over the ranks.
#pragma once
#include <array>
#include <cstddef>
#include <vector>

#include "surrogate/layers.hpp"

namespace sluice::surrogate {

/// Along one axis of a periodic grid: who owns what and who wants what, by process coordinate.
struct AxisParts {
  std::vector<Index> splits;        ///< p owns [splits[p], splits[p + 1]), perhaps nothing.
  std::vector<grid::Range> wanted;  ///< p wants these; what lies beyond the ends is some turns round.
  int own = 0;                      ///< This rank's coordinate; -1: takes part in nothing.
  [[nodiscard]] grid::Range owned() const;
};

/// Every rank gets the cells that it wants from their owners, all channels in one message a pair of ranks.
/// Whoever wants cells need not own any, and whoever owns cells need not want any.
class WindowExchange {
 public:
  /// The axes in use are the last of three; `layout` says which rank has which coordinates.
  WindowExchange(const grid::Layout& layout, const std::array<AxisParts, 3>& axes);
  [[nodiscard]] const Index3& window() const { return window_; }  ///< Points of what this rank wants.
  /// Planar arrays: `from` begins with the owned cells and may go on beyond them along every axis.
  /// Collective.
  template <class Real>
  void operator()(const Real* from, const Index3& extents, Index channels, Real* to);

 private:
  /// Cells from `source` of the owned ones to `target` of the window, or one of the two for another rank.
  struct Piece {
    Index3 source{}, target{}, size{};
  };
  struct Message {
    int rank = 0;
    std::vector<Piece> pieces;
    Index cells = 0;
    std::vector<std::byte> buffer{};
  };
  void plan(const grid::Layout& layout, const std::array<AxisParts, 3>& axes, const std::array<int, 3>& of);

  base::Communicator communicator_;
  Index3 window_{};
  std::vector<Piece> local_;
  std::vector<Message> sent_, received_;
};

}  // namespace sluice::surrogate
