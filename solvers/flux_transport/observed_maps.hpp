// A list of maps with the times at which they were observed, their values on a grid and how they were seen.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "forcing_parameters.hpp"
#include "numerics/sphere_block.hpp"

namespace sluice::solvers::flux_transport {

class ObservedMaps {
 public:
  struct Entry {
    double time = 0;  ///< [h]
    std::filesystem::path file;
    double longitude = 0, latitude = 0;  ///< Below the observer [rad].
  };

  /// Reads the list. InputError. Collective over the block's communicator, as all that follows.
  ObservedMaps(const numerics::SphereBlock& block, const AssimilationParameters& parameters);

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  /// Of the whole grid [row][column], times the case's factor [G].
  [[nodiscard]] std::vector<double> data(const Entry& entry) const;
  /// Cosine of the viewing angle [row][column]: the file's third layer if it has one, else from the place of
  /// the observer.
  [[nodiscard]] std::vector<double> cosines(const Entry& entry) const;
  /// The file's second layer.
  [[nodiscard]] std::vector<double> weights(const Entry& entry) const;
  /// Within the latitudes that count.
  [[nodiscard]] bool counts(grid::Index row) const;

 private:
  [[nodiscard]] std::int64_t layers(const Entry& entry) const;
  const numerics::SphereBlock& block_;
  AssimilationParameters parameters_;
  std::vector<Entry> entries_;
};

/// What two times may differ by and still be the same [h].
[[nodiscard]] double time_tolerance(double t);

}  // namespace sluice::solvers::flux_transport
