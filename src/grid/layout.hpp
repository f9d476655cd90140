// Who owns what: a block decomposition of a 1-, 2- or 3-D index space over the ranks of a communicator.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/parallel.hpp"

namespace sluice::grid {

using Index = std::int64_t;
using Index3 = std::array<Index, 3>;

class Layout;
using LayoutPtr = std::shared_ptr<const Layout>;  // shared: many fields have one layout, which is immutable

/// Half-open index range.
struct Range {
  Index begin = 0, end = 0;
  [[nodiscard]] Index size() const { return end - begin; }
};

/// What a layout is made from. Dimension 0 is the slowest in memory, the last the fastest; unused ones have
/// extent 1 (a halo asked for there is dropped).
struct LayoutSpec {
  int dimensions = 1;
  Index3 global{1, 1, 1};
  std::array<bool, 3> periodic{false, false, false};
  Index3 halo{0, 0, 0};                   ///< Ghost layers on both sides.
  std::array<int, 3> processes{0, 0, 0};  ///< Ranks along each dimension; 0 = choose (least surface).
  Index padding = 0;  ///< Extra elements at the end of each fastest row (FFTW's real transforms).
};

/// Immutable. The process grid is row-major in rank. It may use fewer ranks than the communicator has: those
/// beyond it own nothing (count 0, coordinate -1) but take part in every collective call. A rank inside the
/// process grid may be empty as well (`from_splits`); then all its counts are 0.
class Layout {
 public:
  /// Blocks as even as possible (first ones one larger). AgreedError if a given process grid does not
  /// multiply to the communicator's size or asks for more ranks than cells; with entries of `processes` left
  /// to choose, as many ranks are used as fit (never more along a dimension than it has cells), then the
  /// surface between blocks is least.
  static LayoutPtr block(const base::Communicator& communicator, const LayoutSpec& spec);
  /// Splits given: rank p along d owns [splits[d][p], splits[d][p+1]) (what a transform library dictates). An
  /// empty list leaves a dimension whole; `spec.processes` is not looked at. AgreedError if they do not cover
  /// the extents.
  static LayoutPtr from_splits(const base::Communicator& communicator, const LayoutSpec& spec,
                               const std::array<std::vector<Index>, 3>& splits);
  /// The same decomposition with another halo.
  [[nodiscard]] LayoutPtr with_halo(const Index3& halo) const;

  [[nodiscard]] int dimensions() const { return spec_.dimensions; }
  [[nodiscard]] const Index3& global() const { return spec_.global; }
  [[nodiscard]] Index global_size() const { return spec_.global[0] * spec_.global[1] * spec_.global[2]; }
  [[nodiscard]] const Index3& offset() const { return offset_; }  ///< Global index of the first owned cell.
  [[nodiscard]] const Index3& count() const {
    return count_;
  }  ///< Owned cells along each dimension; 0 if empty.
  [[nodiscard]] Index owned_size() const { return count_[0] * count_[1] * count_[2]; }
  [[nodiscard]] const Index3& halo() const { return spec_.halo; }
  [[nodiscard]] bool periodic(int d) const { return spec_.periodic[static_cast<std::size_t>(d)]; }
  [[nodiscard]] const Index3& allocated() const { return allocated_; }  ///< Owned + halos + padding.
  [[nodiscard]] Index allocated_size() const { return allocated_[0] * allocated_[1] * allocated_[2]; }
  [[nodiscard]] const LayoutSpec& spec() const { return spec_; }

  [[nodiscard]] const base::Communicator& communicator() const { return communicator_; }
  [[nodiscard]] const std::array<int, 3>& processes() const { return spec_.processes; }
  [[nodiscard]] const std::array<int, 3>& process_coordinate() const { return coordinate_; }
  [[nodiscard]] int rank_of(const std::array<int, 3>& coordinate) const;
  [[nodiscard]] const std::vector<Index>& splits(int d) const { return splits_[static_cast<std::size_t>(d)]; }
  [[nodiscard]] int owner(int d,
                          Index global_index) const;  ///< Process coordinate along d of 0 <= index < global.

  /// Position in memory of owned cell (i, j, k), 0 <= i < count; ghosts have i in [-halo, count + halo).
  [[nodiscard]] Index position(Index i, Index j = 0, Index k = 0) const {
    return ((i + spec_.halo[0]) * allocated_[1] + (j + spec_.halo[1])) * allocated_[2] + (k + spec_.halo[2]);
  }
  /// Same extents and same cells on every rank; halo and padding may differ.
  [[nodiscard]] bool same_decomposition(const Layout& other) const;
  [[nodiscard]] bool has_halo() const { return spec_.halo[0] + spec_.halo[1] + spec_.halo[2] > 0; }

 private:
  Layout(const base::Communicator& communicator, const LayoutSpec& spec,
         std::array<std::vector<Index>, 3> splits);
  base::Communicator communicator_;
  LayoutSpec spec_;
  std::array<std::vector<Index>, 3> splits_;
  std::array<int, 3> coordinate_{};
  Index3 offset_{}, count_{}, allocated_{};
};

}  // namespace sluice::grid
