// Slabs along one axis become slabs along another: the only communication of a slab transform.
#pragma once
#include <memory>
#include <vector>

#include "base/node_memory.hpp"
#include "base/parallel.hpp"
#include "numerics/spectral/fourier.hpp"

namespace sluice::numerics {

/// First plane of every rank and, last, their number: as even as possible, the first ranks one more.
[[nodiscard]] std::vector<grid::Index> even_splits(grid::Index planes, int ranks);

/// The two axes of an array [a][b][run] that the ranks hold by slabs of one axis and want by slabs of the
/// other. A pass packs the slab piece by piece (each piece still in the cache from the work before),
/// exchanges, and unpacks piece by piece (each for the work after).
class SlabTranspose {
 public:
  /// Collective. `run`: complex numbers that lie together along the axes behind the two.
  SlabTranspose(const base::Communicator& communicator, grid::Index a, grid::Index b, grid::Index run,
                Exchange exchange);

  /// One direction: slabs of `from` become slabs of `to`.
  struct Direction {
    const std::vector<grid::Index>& from;
    const std::vector<grid::Index>& to;
  };
  [[nodiscard]] Direction forth() const { return {a_, b_}; }
  [[nodiscard]] Direction back() const { return {b_, a_}; }

  void begin();  ///< Before the first `pack` of a pass: waits until the others have read the last pass.
  /// `planes` planes of `from`, beginning at this rank's `first`: data [planes][all of to][run].
  void pack(const Direction& direction, grid::Index first, grid::Index planes, const grid::Complex* data);
  void exchange(const Direction& direction);  ///< Collective.
  /// `planes` planes of `to`, beginning at this rank's `first`: data [planes][all of from][run].
  void unpack(const Direction& direction, grid::Index first, grid::Index planes, grid::Complex* data) const;
  // Instead of a pass there and another back: after `exchange`, what `unpack` gave may be put back where it
  // was, and goes home.
  void repack(const Direction& direction, grid::Index first, grid::Index planes, const grid::Complex* data);
  void exchange_back(const Direction& direction);  ///< Collective.
  /// The reverse of `pack`.
  void unpack_home(const Direction& direction, grid::Index first, grid::Index planes,
                   grid::Complex* data) const;
  void end();  ///< After the last `unpack` or `unpack_home` of a pass.

 private:
  [[nodiscard]] grid::Complex* incoming(const Direction& direction, int rank) const;
  template <class Visit>
  void for_each_piece(const Direction& direction, grid::Index first, Visit visit) const;
  void hand_over(const Direction& direction, bool home);
  base::Communicator communicator_;
  std::vector<grid::Index> a_, b_;
  grid::Index run_;
  std::unique_ptr<base::NodeMemory> shared_;
  std::vector<grid::Complex> sent_, received_buffer_;  // without shared memory
  grid::Complex *outgoing_ = nullptr, *received_ = nullptr;
};

}  // namespace sluice::numerics
