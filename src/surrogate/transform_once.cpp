// Transform Once (Poli, Massaroli et al., NeurIPS 2022, arXiv:2211.14453): one transform, all layers between
// wavenumbers, one transform back. Where the paper has the cosine transform this has the Fourier transform of
// the solver's periodic grids, on the kept wavenumbers only.
#include <fmt/format.h>

#include <cmath>
#include <complex>

#include "base/error.hpp"
#include "surrogate/layers.hpp"
#include "surrogate/spectral_layer.hpp"

namespace sluice::surrogate {

namespace {

using Complex = std::complex<double>;

std::vector<Complex> complex_values(const Tensor& tensor) {
  std::vector<Complex> values;
  for (std::size_t n = 0; n < tensor.values.size(); n += 2)
    values.emplace_back(tensor.values[n], tensor.values[n + 1]);
  return values;
}

/// The layers are few numbers, all of which every rank has: in double precision, whatever the case asks for.
class TransformOnce : public Network {
 public:
  TransformOnce(const Weights& weights, const grid::LayoutPtr& layout)
      : inputs_(weights.inputs),
        outputs_(weights.outputs),
        activation_(activation_of(weights.architecture.activation)),
        communicator_(layout->communicator()),
        cells_(layout->owned_size()),
        width_(static_cast<std::size_t>(weights.architecture.width)),
        transform_(*layout, weights.architecture.modes_of(layout->dimensions())),
        lift_(make_dense<double>(weights, "lift")),
        first_(make_dense<double>(weights, "project.0")),
        second_(make_dense<double>(weights, "project.1")) {
    for (Index l = 0; l < weights.architecture.blocks; ++l) {
      Block block{.channels = complex_values(weights.tensor(fmt::format("blocks.{}.spectral", l)))};
      for (int d = 0; d < layout->dimensions(); ++d)
        block.modes.push_back(complex_values(weights.tensor(fmt::format("blocks.{}.mix.{}", l, d))));
      blocks_.push_back(std::move(block));
    }
    const auto points = static_cast<double>(layout->global_size()), kept = static_cast<double>(count());
    scale_ = std::sqrt(2 * kept) / points;
    lift_constant_ = points * scale_;
    planes_.resize(std::max(inputs_.size(), outputs_.size()) * static_cast<std::size_t>(cells_));
  }

  void evaluate(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs) override {
    gather(inputs, inputs_, planes_.data(), cells_);
    std::vector<Complex> modes(inputs_.size() * count());
    for (std::size_t c = 0; c < inputs_.size(); ++c)
      transform_.forward(planes_.data() + plane(c), modes.data() + c * count());
    communicator_.sum(std::span(reinterpret_cast<double*>(modes.data()), 2 * modes.size()));
    std::vector<Complex> v = lifted(modes);
    for (const Block& block : blocks_) add(block, v);
    const std::vector<Complex> result = projected(v);
    for (std::size_t c = 0; c < outputs_.size(); ++c)
      transform_.backward(result.data() + c * count(), planes_.data() + plane(c));
    scatter(planes_.data(), cells_, outputs_, outputs);
  }

 private:
  struct Block {
    std::vector<Complex> channels;              ///< [in][out][mode]
    std::vector<std::vector<Complex>> modes{};  ///< an axis each: [from][to][channel]
  };
  [[nodiscard]] std::size_t count() const { return transform_.count(); }
  [[nodiscard]] std::size_t plane(std::size_t c) const { return c * static_cast<std::size_t>(cells_); }

  /// A field of variance 1 that is made of kept modes has coefficients of mean square 1, on any grid.
  [[nodiscard]] std::vector<Complex> lifted(const std::vector<Complex>& modes) const {
    std::vector<Complex> v(width_ * count());
    for (std::size_t o = 0; o < width_; ++o) {
      for (std::size_t i = 0; i < inputs_.size(); ++i)
        for (std::size_t k = 0; k < count(); ++k)
          v[o * count() + k] += scale_ * lift_.weight[o * inputs_.size() + i] * modes[i * count() + k];
      v[o * count()] += lift_constant_ * lift_.bias[o];
    }
    return v;
  }

  /// v <- v + S_1 S_2 act(R v)
  void add(const Block& block, std::vector<Complex>& v) const {
    std::vector<Complex> z(v.size());
    for (std::size_t i = 0; i < width_; ++i)
      for (std::size_t o = 0; o < width_; ++o)
        for (std::size_t k = 0; k < count(); ++k)
          z[o * count() + k] += block.channels[(i * width_ + o) * count() + k] * v[i * count() + k];
    activate(activation_, reinterpret_cast<double*>(z.data()), static_cast<std::int64_t>(2 * z.size()));
    for (std::size_t d = 0; d < block.modes.size(); ++d) z = mixed(block.modes, d, z);
    for (std::size_t n = 0; n < v.size(); ++n) v[n] += z[n];
  }

  /// y[c, .. o ..] = sum over k of S[k, o, c] z[c, .. k ..] along one axis.
  [[nodiscard]] std::vector<Complex> mixed(const std::vector<std::vector<Complex>>& all, std::size_t d,
                                           const std::vector<Complex>& z) const {
    const auto extent = [&](std::size_t axis) {
      const std::size_t square = all[axis].size() / width_;
      return static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(square))));
    };
    std::size_t inner = 1;
    for (std::size_t axis = d + 1; axis < all.size(); ++axis) inner *= extent(axis);
    const std::size_t own = extent(d), outer = count() / (own * inner);
    std::vector<Complex> y(z.size());
    for (std::size_t c = 0; c < width_; ++c)
      for (std::size_t a = 0; a < outer; ++a)
        for (std::size_t k = 0; k < own; ++k)
          for (std::size_t o = 0; o < own; ++o) {
            const Complex s = all[d][(k * own + o) * width_ + c];
            const Complex* from = z.data() + ((c * outer + a) * own + k) * inner;
            Complex* to = y.data() + ((c * outer + a) * own + o) * inner;
            for (std::size_t b = 0; b < inner; ++b) to[b] += s * from[b];
          }
    return y;
  }

  /// Real and imaginary parts side by side through two layers, the same for every wavenumber.
  [[nodiscard]] std::vector<Complex> projected(const std::vector<Complex>& v) const {
    const auto number = static_cast<Index>(count());
    std::vector<double> parts(2 * v.size()), hidden(static_cast<std::size_t>(first_.out * number)),
        last(static_cast<std::size_t>(second_.out * number));
    for (std::size_t n = 0; n < v.size(); ++n) parts[n] = v[n].real(), parts[v.size() + n] = v[n].imag();
    first_(parts.data(), number, hidden.data(), number, number);
    activate(activation_, hidden.data(), first_.out * number);
    second_(hidden.data(), number, last.data(), number, number);
    std::vector<Complex> result(outputs_.size() * count());
    for (std::size_t n = 0; n < result.size(); ++n)
      result[n] = Complex(last[n], last[result.size() + n]) / scale_;
    return result;
  }

  std::vector<Channel> inputs_, outputs_;
  Activation activation_;
  base::Communicator communicator_;
  Index cells_;
  std::size_t width_;
  KeptModes transform_;
  Dense<double> lift_, first_, second_;
  std::vector<Block> blocks_;
  double scale_ = 1, lift_constant_ = 1;
  std::vector<double> planes_;
};

}  // namespace

std::unique_ptr<Network> make_transform_once(const Weights& weights, const grid::LayoutPtr& layout) {
  check_periodic(*layout, "Transform Once");
  return std::make_unique<TransformOnce>(weights, layout);
}

}  // namespace sluice::surrogate
