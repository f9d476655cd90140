// Memory of each rank that the other ranks of its node read where it is, so that nothing is copied twice.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/parallel.hpp"

namespace sluice::base {

/// One area of POSIX shared memory a rank, mapped by all ranks of a communicator that lives on one node. A
/// round: `reclaim`, write to `mine`, `publish`, `await_all`, read from `of`, `release`. Waiting yields the
/// processor and lets MPI progress. Only making it is collective; the memory is unlinked at once, so that
/// nothing is left behind whatever ends the program.
class NodeMemory {
 public:
  /// Collective. No object if the ranks do not share a node, or the node has no room for it.
  [[nodiscard]] static std::unique_ptr<NodeMemory> make(const Communicator& communicator, std::size_t bytes);
  ~NodeMemory();
  NodeMemory(const NodeMemory&) = delete;
  NodeMemory& operator=(const NodeMemory&) = delete;

  [[nodiscard]] void* mine() const;
  [[nodiscard]] void* of(int rank) const;

  void reclaim();    ///< Waits until every rank has read what was published last.
  void publish();    ///< What this rank wrote is complete.
  void await_all();  ///< Waits until every rank has published as often as this one.
  void release();    ///< This rank has read all it wanted.

 private:
  struct Area;
  NodeMemory(const Communicator& communicator, std::unique_ptr<Area[]> areas);
  template <class Counter>
  void wait(Counter counter, std::uint64_t round) const;
  Communicator communicator_;
  std::unique_ptr<Area[]> areas_;  // of all ranks
  std::uint64_t round_ = 0;
};

}  // namespace sluice::base
