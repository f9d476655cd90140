// A TorchScript module as a network: pointwise on all owned cells in one call, or on the owned block with the
// halo that it declares.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <type_traits>

#include "base/error.hpp"
#include "surrogate/haloed_inputs.hpp"
#include "surrogate/layers.hpp"
#include "surrogate/torch_library.hpp"

namespace sluice::surrogate {

namespace {

template <class Real>
class TorchScript : public Network {
 public:
  TorchScript(const Weights& weights, const grid::LayoutPtr& layout)
      : inputs_(weights.inputs),
        outputs_(weights.outputs),
        script_(weights.script),
        layout_(layout),
        haloed_(inputs_, layout, script_.reach) {
    base::agree(layout->communicator(),
                [&] { module_.reset(TorchLibrary::get().load(script_.file, std::is_same_v<Real, float>)); });
  }

  void evaluate(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs) override {
    haloed_.fill(inputs);
    base::agree(layout_->communicator(), [&] {
      if (layout_->owned_size() > 0) forward(outputs);
    });
  }

 private:
  void forward(std::span<grid::RealField> outputs) {
    const int d = layout_->dimensions();
    const Index3 block = haloed_.extents();
    const auto points = static_cast<std::size_t>(block[0] * block[1] * block[2]);
    std::vector<std::int64_t> shape{1, static_cast<std::int64_t>(inputs_.size())};
    for (int axis = 0; axis < d; ++axis) shape.push_back(block[static_cast<std::size_t>(3 - d + axis)]);
    in_.resize(inputs_.size() * points);
    haloed_.copy_to(in_.data());
    if (script_.pointwise) {
      in_ = turned(in_, inputs_.size());
      shape = {static_cast<std::int64_t>(points), static_cast<std::int64_t>(inputs_.size())};
    }
    out_.resize(outputs_.size() * points);
    const torch_plugin::Array in{.data = in_.data(),
                                 .shape = shape.data(),
                                 .axes = static_cast<int>(shape.size()),
                                 .single = std::is_same_v<Real, float> ? 1 : 0};
    const std::vector<std::int64_t> got =
        TorchLibrary::get().forward(module_.get(), in, out_.data(), static_cast<std::int64_t>(out_.size()));
    take(got, shape, outputs);
  }

  /// [channels, points] to [points, channels].
  static std::vector<Real> turned(const std::vector<Real>& planar, std::size_t channels) {
    const std::size_t points = planar.size() / channels;
    std::vector<Real> rows(planar.size());
    for (std::size_t n = 0; n < points; ++n)
      for (std::size_t c = 0; c < channels; ++c) rows[n * channels + c] = planar[c * points + n];
    return rows;
  }

  /// The module's result to the outputs: [points, channels], or [1, channels, block] with or without the
  /// margin.
  void take(const std::vector<std::int64_t>& got, const std::vector<std::int64_t>& given,
            std::span<grid::RealField> outputs) {
    std::vector<std::int64_t> same = given, cut = given;
    same[1] = cut[1] = static_cast<std::int64_t>(outputs_.size());
    for (std::size_t axis = 2; axis < cut.size(); ++axis) cut[axis] -= 2 * script_.reach;
    if (got != same && got != cut)
      throw base::Error(fmt::format("{}: given [{}] the module returns [{}]; {} output channels need [{}]{}",
                                    script_.file, fmt::join(given, ", "), fmt::join(got, ", "),
                                    outputs_.size(), fmt::join(cut, ", "),
                                    script_.reach > 0 ? fmt::format(" or [{}]", fmt::join(same, ", ")) : ""));
    const Index cells = layout_->owned_size();
    if (script_.pointwise) {
      planar_ = turned(out_, static_cast<std::size_t>(cells));
    } else {
      planar_.resize(outputs_.size() * static_cast<std::size_t>(cells));
      cut_block(got == cut ? 0 : script_.reach, got);
    }
    scatter(planar_.data(), cells, outputs_, outputs);
  }

  void cut_block(Index margin, const std::vector<std::int64_t>& got) {
    const int d = layout_->dimensions();
    const Index3 from = right_aligned({got[2], d > 1 ? got[3] : 1, d > 2 ? got[4] : 1}, d, 1);
    const Index3 to = right_aligned(layout_->count(), d, 1),
                 shift = right_aligned({margin, margin, margin}, d, 0);
    Real* target = planar_.data();
    for (Index c = 0; c < static_cast<Index>(outputs_.size()); ++c)
      for (Index i = 0; i < to[0]; ++i)
        for (Index j = 0; j < to[1]; ++j, target += to[2]) {
          const Index row = (c * from[0] + i + shift[0]) * from[1] + j + shift[1];
          std::copy_n(out_.data() + row * from[2] + shift[2], to[2], target);
        }
  }

  std::vector<Channel> inputs_, outputs_;
  Script script_;
  grid::LayoutPtr layout_;
  HaloedInputs haloed_;
  std::unique_ptr<torch_plugin::Module, TorchLibrary::Unload> module_;
  std::vector<Real> in_, out_, planar_;
};

}  // namespace

std::unique_ptr<Network> make_torchscript(const Weights& weights, const grid::LayoutPtr& layout,
                                          Precision precision) {
  for (int d = 0; weights.script.reach > 0 && d < layout->dimensions(); ++d)
    if (!layout->periodic(d))
      throw base::AgreedError(fmt::format(
          "a TorchScript module with a reach of {} points needs a grid that is periodic along every axis; "
          "axis {} is not",
          weights.script.reach, d));
  if (precision == Precision::single) return std::make_unique<TorchScript<float>>(weights, layout);
  return std::make_unique<TorchScript<double>>(weights, layout);
}

}  // namespace sluice::surrogate
