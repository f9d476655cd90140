// The architectures of surrogate/architecture.hpp: perceptron (Rumelhart, Hinton, Williams 1986), periodic
// convolutions (LeCun et al. 1989), Fourier neural operator (Li et al., arXiv:2010.08895).
#include "surrogate/torch/networks.hpp"

namespace sluice::surrogate::torch_plugin {

namespace {

using torch::indexing::Slice;
using torch::indexing::TensorIndex;
namespace functional = torch::nn::functional;

torch::Tensor activate(const std::string& name, const torch::Tensor& x) {
  if (name == "gelu") return torch::gelu(x);
  if (name == "tanh") return torch::tanh(x);
  if (name == "relu") return torch::relu(x);
  return torch::silu(x);
}

/// W x + b along the channels.
torch::Tensor dense(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  return functional::linear(x.movedim(1, -1), weight, bias).movedim(-1, 1);
}

torch::Tensor convolve(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                       int dimensions) {
  const std::int64_t half = weight.size(-1) / 2;
  const std::vector<std::int64_t> margin(static_cast<std::size_t>(2 * dimensions), half);
  const torch::Tensor padded =
      half == 0 ? x : functional::pad(x, functional::PadFuncOptions(margin).mode(torch::kCircular));
  if (dimensions == 1) return torch::conv1d(padded, weight, bias);
  return dimensions == 2 ? torch::conv2d(padded, weight, bias) : torch::conv3d(padded, weight, bias);
}

/// Products with complex weights [in, out, modes...] on the kept wavenumbers: 0..m-1, -m..-1 along each axis,
/// 0..m-1 along the last.
torch::Tensor spectral(const torch::Tensor& x, const torch::Tensor& weight, int dimensions) {
  const torch::Tensor w = torch::view_as_complex(weight.contiguous());
  std::vector<std::int64_t> axes, extents;
  std::vector<TensorIndex> kept{Slice(), Slice()};
  for (int d = 0; d < dimensions; ++d) {
    axes.push_back(2 + d);
    extents.push_back(x.size(2 + d));
    torch::Tensor numbers = torch::arange(w.size(2 + d));
    if (d + 1 < dimensions) {
      const torch::Tensor negative = numbers >= w.size(2 + d) / 2;
      numbers = torch::where(negative, numbers + (x.size(2 + d) - w.size(2 + d)), numbers);
    }
    std::vector<std::int64_t> along(static_cast<std::size_t>(dimensions), 1);
    along[static_cast<std::size_t>(d)] = -1;
    kept.emplace_back(numbers.view(along));
  }
  const torch::Tensor modes = torch::fft::rfftn(x, c10::nullopt, axes);
  const torch::Tensor mixed = torch::einsum("bi...,io...->bo...", {modes.index(kept), w});
  std::vector<std::int64_t> shape = modes.sizes().vec();
  shape[1] = w.size(1);
  torch::Tensor all = torch::zeros(shape, modes.options());
  all.index_put_(kept, mixed);
  return torch::fft::irfftn(all, extents, axes);
}

}  // namespace

torch::Tensor Functional::operator()(torch::Tensor x) const {
  std::size_t at = 0;
  const auto next = [&]() -> const torch::Tensor& { return tensors[at++]; };
  if (kind != "fourier") {
    while (at < tensors.size()) {
      const torch::Tensor &weight = next(), &bias = next();
      x = kind == "mlp" ? dense(x, weight, bias) : convolve(x, weight, bias, dimensions);
      if (at < tensors.size()) x = activate(activation, x);
    }
    return x;
  }
  const std::size_t end = tensors.size() - 4;  // of the projection
  {
    const torch::Tensor &weight = next(), &bias = next();
    x = dense(x, weight, bias);
  }
  while (at < end) {
    const torch::Tensor &modes = next(), &weight = next(), &bias = next();
    x = dense(x, weight, bias) + spectral(x, modes, dimensions);
    if (at < end) x = activate(activation, x);
  }
  const torch::Tensor &weight = next(), &bias = next();
  x = activate(activation, dense(x, weight, bias));
  const torch::Tensor &last_weight = next(), &last_bias = next();
  return dense(x, last_weight, last_bias);
}

Functional make_functional(const Form& form, const torch::Tensor& weights) {
  Functional made{form.kind, form.activation, form.dimensions, {}};
  std::int64_t at = 0;
  const std::int64_t* shape = form.shapes;
  for (int n = 0; n < form.tensors; ++n) {
    std::vector<std::int64_t> extents(shape, shape + form.axes[n]);
    shape += form.axes[n];
    std::int64_t size = 1;
    for (const std::int64_t extent : extents) size *= extent;
    made.tensors.push_back(weights.narrow(0, at, size).view(extents));
    at += size;
  }
  return made;
}

}  // namespace sluice::surrogate::torch_plugin
