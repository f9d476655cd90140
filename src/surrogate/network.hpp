// Evaluation of a network on a decomposed field: N ranks give what one rank gives, to rounding.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "grid/field.hpp"
#include "surrogate/weights.hpp"

namespace sluice::surrogate {

enum class Precision { single, real };  ///< float32, float64

/// One component of a field as an input of a network.
struct ChannelView {
  const double* data = nullptr;  ///< First allocated element of that component.
  grid::LayoutPtr layout;
  int stride = 1;  ///< Doubles between neighbours along the fastest axis: the field's components.
};

/// The same decomposition without halo and padding. Collective.
[[nodiscard]] grid::LayoutPtr bare_layout(const grid::Layout& layout);

class Network {
 public:
  virtual ~Network() = default;
  /// Physical values in, physical values out (normalisation is the network's). The inputs have the
  /// decomposition that the network was made for, any halo; the outputs have it too. Collective.
  virtual void evaluate(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs) = 0;
};

/// AgreedError that says both sides if the network is not for a grid of so many points along its axes.
void check_points(const Weights& weights, std::span<const grid::Index> points);

/// AgreedError if the network does not fit the decomposition: an axis that is not periodic under a
/// convolution, more modes than points. Collective.
[[nodiscard]] std::unique_ptr<Network> make_network(const Weights& weights, const grid::LayoutPtr& layout,
                                                    Precision precision);

}  // namespace sluice::surrogate
