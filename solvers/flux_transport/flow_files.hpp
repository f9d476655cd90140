// Flows from a series of files, interpolated in time and to the faces of the grid.
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "flow_part.hpp"
#include "numerics/sphere_block.hpp"
#include "parameters.hpp"

namespace sluice::solvers::flux_transport {

/// One line of the list.
struct FlowFrame {
  double time = 0;  ///< [h]
  std::filesystem::path v_theta, v_phi;
};

/// Reads a list; file names are relative to its folder. InputError that names the line. Not collective.
[[nodiscard]] std::vector<FlowFrame> read_flow_list(const FlowFileParameters& parameters);

/// The frames around a time, and where it lies between them.
struct FlowBracket {
  std::size_t first = 0, second = 0;
  double begin = 0, end = 0;  ///< Times of the two on the run's clock; infinite where one frame stays [h].
};
/// `period` > 0 repeats the list. A time at a frame (within 1e-9 of the spacing) belongs to the interval that
/// begins there.
[[nodiscard]] FlowBracket bracket(const std::vector<FlowFrame>& frames, double period, double t);

class FlowFiles final : public FlowPart {
 public:
  /// `block` must outlive this. InputError. Collective.
  FlowFiles(const numerics::SphereBlock& block, const FlowFileParameters& parameters);

  void begin(double t, const grid::RealField& field) override;
  void add(double t, grid::RealField& north, grid::RealField& west) const override;
  [[nodiscard]] double fastest_rate() const override;
  [[nodiscard]] double next_change() const override { return bracket_.end; }

 private:
  struct Loaded {  ///< A frame on the faces of owned cells.
    std::size_t frame = ~std::size_t{0};
    std::vector<double> north, west;
    double rate = 0;
  };
  void load(Loaded& into, std::size_t frame);
  [[nodiscard]] double rate(const Loaded& loaded);

  const numerics::SphereBlock& block_;
  FlowFileParameters parameters_;
  std::vector<FlowFrame> frames_;
  double period_ = 0;
  FlowBracket bracket_;
  Loaded first_, second_;
  grid::RealField work_north_, work_west_;  ///< With ghosts, for the rate.
  grid::HaloExchange exchange_;
};

}  // namespace sluice::solvers::flux_transport
