// Bipolar active regions that emerge in time, from a catalogue or by a synthetic solar cycle.
#pragma once
#include <map>
#include <vector>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "forcing_parameters.hpp"
#include "regions.hpp"

namespace sluice::solvers::flux_transport {

struct EmergingRegion {
  double time = 0;  ///< [h]
  Region region;
};

/// Regions of cycle `number` (0 is the first), by their times. Depends on the key and the number alone.
[[nodiscard]] std::vector<EmergingRegion> cycle_regions(const RegionCycleParameters& parameters,
                                                        const base::RandomKey& key, std::int64_t number);
/// Regions of a catalogue, by their times. InputError that names file, line and column. Collective.
[[nodiscard]] std::vector<EmergingRegion> read_catalogue(const base::Communicator& communicator,
                                                         const EmergenceParameters& parameters);

/// All regions, whatever they come from. Keeps no position: what emerges in a time depends on that time
/// alone.
class Emergence {
 public:
  /// Collective.
  Emergence(const base::Communicator& communicator, const EmergenceParameters& parameters,
            const base::RandomKey& key);
  /// A region and the share of it that emerges in the time asked for.
  struct Share {
    Region region;
    double share = 0;
    bool begins = false;  ///< Its emergence begins in that time.
  };
  /// What emerges in [t0, t1).
  [[nodiscard]] std::vector<Share> between(double t0, double t1);

 private:
  void collect(const std::vector<EmergingRegion>& regions, double t0, double t1,
               std::vector<Share>& shares) const;
  EmergenceParameters parameters_;
  base::RandomKey key_;
  std::vector<EmergingRegion> catalogue_;
  std::map<std::int64_t, std::vector<EmergingRegion>> cycles_;  ///< Drawn so far.
};

}  // namespace sluice::solvers::flux_transport
