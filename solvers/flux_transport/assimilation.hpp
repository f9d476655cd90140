// Maps of data that replace or change the field at their times: B <- B + W (data - B).
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "forcing_parameters.hpp"
#include "numerics/sphere_block.hpp"
#include "observed_maps.hpp"
#include "run/state.hpp"

namespace sluice::solvers::flux_transport {

class Assimilation {
 public:
  /// Reads the list. InputError. Collective.
  Assimilation(const numerics::SphereBlock& block, const AssimilationParameters& parameters);

  [[nodiscard]] bool active() const { return maps_.has_value(); }
  /// The position in the list.
  void state(run::State& state);
  /// Maps before the start are left out.
  void begin(double t);
  /// The way from t to the next map's time; infinite after the last [h].
  [[nodiscard]] double way(double t) const;
  /// Uses the maps whose time has come. Collective.
  void advance(grid::RealField& field, double t);

 private:
  using Entry = ObservedMaps::Entry;
  [[nodiscard]] const Entry* next() const;  ///< Null after the last.
  void use(grid::RealField& field, const Entry& entry) const;
  /// W [row][column] of the whole grid. Collective.
  [[nodiscard]] std::vector<double> weights(const Entry& entry) const;

  const numerics::SphereBlock& block_;
  AssimilationParameters parameters_;
  std::optional<ObservedMaps> maps_;  ///< None if the field is not changed here.
  std::int64_t next_ = 0;             ///< The first that has not been used.
};

}  // namespace sluice::solvers::flux_transport
