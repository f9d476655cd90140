#include "surrogate/haloed_inputs.hpp"

namespace sluice::surrogate {

HaloedInputs::HaloedInputs(const std::vector<Channel>& channels, const grid::LayoutPtr& layout, Index reach)
    : channels_(channels),
      layout_(layout->with_halo(
          {reach, layout->dimensions() > 1 ? reach : 0, layout->dimensions() > 2 ? reach : 0})),
      exchange_(layout_) {
  for (const Channel& channel : channels_)
    fields_.emplace_back(grid::FieldInfo{.name = channel.field, .unit = "1", .long_name = ""}, layout_);
}

Index3 HaloedInputs::extents() const { return right_aligned(layout_->allocated(), layout_->dimensions(), 1); }

void HaloedInputs::fill(std::span<const ChannelView> inputs) {
  std::vector<Index> from;
  for (std::size_t c = 0; c < fields_.size(); ++c) {
    const ChannelView& input = inputs[c];
    from.clear();
    for_each_row(*input.layout, [&](Index position, Index, Index) { from.push_back(position); });
    std::size_t row = 0;
    for_each_row(*layout_, [&](Index position, Index, Index length) {
      const double* in = input.data + from[row++] * input.stride;
      double* out = fields_[c].data() + position;
      for (Index n = 0; n < length; ++n)
        out[n] = (in[n * input.stride] - channels_[c].shift) / channels_[c].scale;
    });
  }
  for (grid::RealField& field : fields_) exchange_(field);
}

}  // namespace sluice::surrogate
