// Normalised inputs on the owned block with a halo around it, as networks with a receptive field read them.
#pragma once
#include <span>
#include <vector>

#include "grid/field.hpp"
#include "surrogate/layers.hpp"

namespace sluice::surrogate {

class HaloedInputs {
 public:
  HaloedInputs(const std::vector<Channel>& channels, const grid::LayoutPtr& layout, Index reach);
  /// Takes the owned cells and exchanges the halo. Collective.
  void fill(std::span<const ChannelView> inputs);
  /// Points of the block with its halo, the axes in use last.
  [[nodiscard]] Index3 extents() const;
  [[nodiscard]] bool empty() const { return layout_->owned_size() == 0; }
  /// All channels one after the other.
  template <class Real>
  void copy_to(Real* planar) const {
    for (const grid::RealField& field : fields_)
      planar = std::ranges::transform(field.span(), planar, [](double value) {
                 return static_cast<Real>(value);
               }).out;
  }

 private:
  std::vector<Channel> channels_;
  grid::LayoutPtr layout_;
  grid::HaloExchange exchange_;
  std::vector<grid::RealField> fields_;
};

}  // namespace sluice::surrogate
