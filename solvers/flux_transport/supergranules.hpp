// Supergranular convection: random outflow cells that live their time, are carried by the differential
// rotation, and have a given typical degree. Spectrum and lifetimes as observed: D. H. Hathaway et al.,
// Astrophys. J. 725 (2010) 1082.
#pragma once
#include <algorithm>
#include <array>
#include <vector>

#include "base/random.hpp"
#include "flow_part.hpp"
#include "numerics/sphere_block.hpp"
#include "parameters.hpp"

namespace sluice::solvers::flux_transport {

/// One cell at one time.
struct Supergranule {
  double theta = 0, phi = 0;  ///< Centre [rad].
  double width = 0;           ///< Of its potential exp(-d^2 / 2 width^2) [rad].
  double strength = 0;  ///< Largest speed is 0.61 of it [R_sun h^-1]; rises and falls over the lifetime.
};

/// The cells at time t: a function of key and time alone.
[[nodiscard]] std::vector<Supergranule> supergranules_at(const SupergranuleParameters& parameters,
                                                         const FlowParameters& flow,
                                                         const base::RandomKey& key, double t);

/// Computed at multiples of the interval, linear in time between them. Keeps nothing that a restart needs.
class Supergranules final : public FlowPart {
 public:
  /// `block` must outlive this. Collective.
  Supergranules(const numerics::SphereBlock& block, const FlowParameters& flow, const base::RandomKey& key);

  void begin(double t, const grid::RealField& field) override;
  void add(double t, grid::RealField& north, grid::RealField& west) const override;
  [[nodiscard]] double fastest_rate() const override { return std::max(frames_[0].rate, frames_[1].rate); }
  [[nodiscard]] double next_change() const override { return static_cast<double>(number_ + 1) * interval_; }

 private:
  struct Frame {
    std::int64_t number = std::numeric_limits<std::int64_t>::min();
    grid::RealField north, west;  ///< Velocities on the faces of owned cells, with ghosts [R_sun h^-1].
    double rate = 0;
  };
  void compute(Frame& frame, std::int64_t number);
  /// Columns that a cell can reach in a row, to be wrapped; `sines` is the product of both sines of
  /// colatitude.
  [[nodiscard]] grid::Range columns_near(const Supergranule& cell, double sines) const;
  void add_cell(const Supergranule& cell, Frame& frame) const;
  /// Velocity (theta, phi) of a cell at a point; zero beyond its reach.
  [[nodiscard]] std::array<double, 2> velocity(const Supergranule& cell, double theta, double phi) const;

  const numerics::SphereBlock& block_;
  FlowParameters flow_;
  SupergranuleParameters parameters_;
  base::RandomKey key_;
  double interval_;
  Frame frames_[2];  ///< By parity of their number.
  std::int64_t number_ = std::numeric_limits<std::int64_t>::min();
  grid::HaloExchange exchange_;
};

}  // namespace sluice::solvers::flux_transport
