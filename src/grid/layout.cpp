#include "grid/layout.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>

#include "base/error.hpp"

namespace sluice::grid {
namespace {

using base::AgreedError;
using Processes = std::array<int, 3>;

void check(const LayoutSpec& spec) {
  if (spec.dimensions < 1 || spec.dimensions > 3)
    throw AgreedError("layout: " + std::to_string(spec.dimensions) + " dimensions; 1 to 3 are allowed");
  Index cells = 1;
  for (std::size_t d = 0; d < 3; ++d) {
    const bool used = static_cast<int>(d) < spec.dimensions;
    const auto where = "layout: dimension " + std::to_string(d) + ": ";
    if (spec.global[d] < 1 || (!used && spec.global[d] != 1))
      throw AgreedError(where + std::to_string(spec.global[d]) + " cells; " +
                        (used ? "at least 1" : "exactly 1") + " is allowed");
    if (spec.halo[d] < 0)
      throw AgreedError(where + "a halo of " + std::to_string(spec.halo[d]) +
                        " cells; at least 0 is allowed");
    if (cells > std::numeric_limits<Index>::max() / 16 / spec.global[d])
      throw AgreedError(where + "the number of all cells does not fit into 64 bits");
    cells *= spec.global[d];
  }
  if (spec.padding < 0)
    throw AgreedError("layout: a padding of " + std::to_string(spec.padding) + "; at least 0 is allowed");
}

/// Cells on the cut sides of the largest block, its volume, then a preference for cutting slow dimensions
/// (long messages in one piece of memory): less is better.
using Cost = std::tuple<double, double, int, int>;

Cost cost(const LayoutSpec& spec, const Processes& processes) {
  std::array<double, 3> block{};
  for (std::size_t d = 0; d < 3; ++d) {
    const Index largest = (spec.global[d] + processes[d] - 1) / processes[d];
    block[d] = static_cast<double>(largest);
  }
  const double volume = block[0] * block[1] * block[2];
  double surface = 0;
  for (std::size_t d = 0; d < 3; ++d)
    if (processes[d] > 1) surface += (processes[d] == 2 && !spec.periodic[d] ? 1 : 2) * volume / block[d];
  return {surface, volume, -processes[0], -processes[1]};
}

/// Whether the chosen numbers are as asked for (0 = any) and leave no rank without cells.
bool fits(const LayoutSpec& spec, const Processes& processes) {
  for (std::size_t d = 0; d < 3; ++d)
    if (processes[d] > spec.global[d] || (spec.processes[d] > 0 && processes[d] != spec.processes[d]))
      return false;
  return true;
}

/// The best process grid of exactly `ranks` ranks, or {0, 0, 0} if none fits.
Processes best_of(const LayoutSpec& spec, int ranks) {
  Processes best{0, 0, 0};
  for (int p0 = 1; p0 <= ranks; ++p0) {
    if (ranks % p0 != 0) continue;
    for (int p1 = 1; p1 <= ranks / p0; ++p1) {
      if (ranks / p0 % p1 != 0) continue;
      const Processes tried{p0, p1, ranks / p0 / p1};
      if (fits(spec, tried) && (best[0] == 0 || cost(spec, tried) < cost(spec, best))) best = tried;
    }
  }
  return best;
}

Processes choose_processes(const LayoutSpec& spec, int size) {
  LayoutSpec asked = spec;
  Index given = 1;
  bool all_given = true;
  for (std::size_t d = 0; d < 3; ++d) {
    if (static_cast<int>(d) >= spec.dimensions) asked.processes[d] = 1;
    const int wanted = asked.processes[d];
    if (wanted < 0 || wanted > spec.global[d])
      throw AgreedError("layout: " + std::to_string(wanted) + " ranks along dimension " + std::to_string(d) +
                        " of " + std::to_string(spec.global[d]) +
                        " cells; 1 to the number of cells are allowed (0 = choose)");
    all_given = all_given && wanted > 0;
    given *= std::max(wanted, 1);
  }
  if (given > size || (all_given && given != size))
    throw AgreedError("layout: a process grid of " + std::to_string(given) + " ranks on a communicator of " +
                      std::to_string(size));
  const Index cells = spec.global[0] * spec.global[1] * spec.global[2];
  for (int ranks = static_cast<int>(std::min<Index>(size, cells)); ranks > 0; --ranks) {
    const Processes best = best_of(asked, ranks);
    if (best[0] > 0) return best;
  }
  throw AgreedError("layout: no process grid fits");  // never: the asked-for grid with ones elsewhere fits
}

std::vector<Index> even_splits(Index cells, int parts) {
  std::vector<Index> splits{0};
  for (int part = 0; part < parts; ++part)
    splits.push_back(splits.back() + cells / parts + (part < cells % parts ? 1 : 0));
  return splits;
}

}  // namespace

LayoutPtr Layout::block(const base::Communicator& communicator, const LayoutSpec& spec) {
  check(spec);
  const Processes processes = choose_processes(spec, communicator.size());
  std::array<std::vector<Index>, 3> splits;
  for (std::size_t d = 0; d < 3; ++d) splits[d] = even_splits(spec.global[d], processes[d]);
  return from_splits(communicator, spec, splits);
}

LayoutPtr Layout::from_splits(const base::Communicator& communicator, const LayoutSpec& spec,
                              const std::array<std::vector<Index>, 3>& splits) {
  check(spec);
  auto whole = splits;
  Index ranks = 1;
  for (std::size_t d = 0; d < 3; ++d) {
    if (whole[d].empty()) whole[d] = {0, spec.global[d]};
    if (whole[d].size() < 2 || whole[d].front() != 0 || whole[d].back() != spec.global[d] ||
        !std::is_sorted(whole[d].begin(), whole[d].end()))
      throw AgreedError("layout: the splits of dimension " + std::to_string(d) + " must ascend from 0 to " +
                        std::to_string(spec.global[d]));
    ranks *= static_cast<Index>(whole[d].size()) - 1;
    if (ranks > communicator.size())
      throw AgreedError("layout: splits for more ranks than the " + std::to_string(communicator.size()) +
                        " of the communicator");
  }
  return LayoutPtr(new Layout(communicator, spec, std::move(whole)));
}

Layout::Layout(const base::Communicator& communicator, const LayoutSpec& spec,
               std::array<std::vector<Index>, 3> splits)
    : communicator_(communicator), spec_(spec), splits_(std::move(splits)) {
  for (std::size_t d = 0; d < 3; ++d) {
    spec_.processes[d] = static_cast<int>(splits_[d].size()) - 1;
    if (static_cast<int>(d) >= spec_.dimensions) spec_.halo[d] = 0;
  }
  const auto [p0, p1, p2] = spec_.processes;
  const int rank = communicator.rank();
  coordinate_ = {rank / (p1 * p2), rank / p2 % p1, rank % p2};
  if (rank >= p0 * p1 * p2) coordinate_ = {-1, -1, -1};
  for (std::size_t d = 0; d < 3 && coordinate_[0] >= 0; ++d) {
    const auto part = static_cast<std::size_t>(coordinate_[d]);
    offset_[d] = splits_[d][part];
    count_[d] = splits_[d][part + 1] - splits_[d][part];
  }
  if (owned_size() == 0) count_ = {0, 0, 0};
  for (std::size_t d = 0; d < 3; ++d) allocated_[d] = count_[d] + 2 * spec_.halo[d];
  allocated_[static_cast<std::size_t>(spec_.dimensions) - 1] += spec_.padding;
}

LayoutPtr Layout::with_halo(const Index3& halo) const {
  LayoutSpec spec = spec_;
  spec.halo = halo;
  return from_splits(communicator_, spec, splits_);
}

int Layout::rank_of(const std::array<int, 3>& coordinate) const {
  return (coordinate[0] * spec_.processes[1] + coordinate[1]) * spec_.processes[2] + coordinate[2];
}

int Layout::owner(int d, Index global_index) const {
  const auto& ends = splits(d);
  return static_cast<int>(std::upper_bound(ends.begin(), ends.end(), global_index) - ends.begin()) - 1;
}

bool Layout::same_decomposition(const Layout& other) const {
  return spec_.global == other.spec_.global && splits_ == other.splits_ &&
         communicator_.size() == other.communicator_.size() &&
         communicator_.rank() == other.communicator_.rank();
}

}  // namespace sluice::grid
