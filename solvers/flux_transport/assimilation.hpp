// Maps of data that replace or change the field at their times: B <- B + W (data - B).
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "forcing_parameters.hpp"
#include "numerics/sphere_block.hpp"
#include "run/state.hpp"

namespace sluice::solvers::flux_transport {

class Assimilation {
 public:
  /// Reads the list. InputError. Collective.
  Assimilation(const numerics::SphereBlock& block, const AssimilationParameters& parameters);

  [[nodiscard]] bool active() const { return !entries_.empty(); }
  /// The position in the list.
  void state(run::State& state);
  /// Maps before the start are left out.
  void begin(double t);
  /// The way from t to the next map's time; infinite after the last [h].
  [[nodiscard]] double way(double t) const;
  /// Uses the maps whose time has come. Collective.
  void advance(grid::RealField& field, double t);

 private:
  struct Entry {
    double time = 0;
    std::filesystem::path file;
    double longitude = 0, latitude = 0;  ///< Below the observer [rad].
  };
  void read_list();
  void use(grid::RealField& field, const Entry& entry) const;
  /// W [row][column] of the whole grid. Collective.
  [[nodiscard]] std::vector<double> weights(const Entry& entry) const;
  [[nodiscard]] std::vector<double> cosines(const Entry& entry, std::int64_t layers) const;

  const numerics::SphereBlock& block_;
  AssimilationParameters parameters_;
  std::vector<Entry> entries_;
  std::int64_t next_ = 0;  ///< The first that has not been used.
};

}  // namespace sluice::solvers::flux_transport
