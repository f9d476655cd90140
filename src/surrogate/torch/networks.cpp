// The architectures of surrogate/architecture.hpp: perceptron (Rumelhart, Hinton, Williams 1986), periodic
// convolutions (LeCun et al. 1989), Fourier neural operator (Li et al., arXiv:2010.08895), Transform Once
// (Poli et al., arXiv:2211.14453), U-Net (Ronneberger et al., arXiv:1505.04597).
#include "surrogate/torch/networks.hpp"

namespace sluice::surrogate::torch_plugin {

namespace {

using torch::indexing::Slice;
using torch::indexing::TensorIndex;
namespace functional = torch::nn::functional;

/// The derivative of libtorch 1.13 in float32 (oneDNN's) is wrong if it gets derivatives that lie in memory
/// in another order than a contiguous x.
torch::Tensor gelu_of(const torch::Tensor& x) {
  torch::Tensor y = torch::gelu(x);
  if (y.requires_grad())
    y.register_hook([](const torch::Tensor& derivative) { return derivative.contiguous(); });
  return y;
}

torch::Tensor activate(const std::string& name, const torch::Tensor& x) {
  if (name == "gelu") return gelu_of(x);
  if (name == "tanh") return torch::tanh(x);
  if (name == "relu") return torch::relu(x);
  if (name == "sine") return torch::sin(x);
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

torch::Tensor averaged(const torch::Tensor& x, int dimensions) {
  if (dimensions == 1) return torch::avg_pool1d(x, 2);
  return dimensions == 2 ? torch::avg_pool2d(x, 2) : torch::avg_pool3d(x, 2);
}

/// Every value twice along every axis.
torch::Tensor spread(torch::Tensor x, int dimensions) {
  for (int d = 0; d < dimensions; ++d) x = x.repeat_interleave(2, 2 + d);
  return x;
}

/// Where the kept wavenumbers of weights w [in, out, modes...] are in the transform of x: 0..m-1, -m..-1
/// along each axis, 0..m-1 along the last.
struct Kept {
  std::vector<std::int64_t> axes, extents;
  std::vector<TensorIndex> index{Slice(), Slice()};
};

Kept kept_modes(const torch::Tensor& x, const torch::Tensor& w, int dimensions) {
  Kept kept;
  for (int d = 0; d < dimensions; ++d) {
    kept.axes.push_back(2 + d);
    kept.extents.push_back(x.size(2 + d));
    torch::Tensor numbers = torch::arange(w.size(2 + d));
    if (d + 1 < dimensions) {
      const torch::Tensor negative = numbers >= w.size(2 + d) / 2;
      numbers = torch::where(negative, numbers + (x.size(2 + d) - w.size(2 + d)), numbers);
    }
    std::vector<std::int64_t> along(static_cast<std::size_t>(dimensions), 1);
    along[static_cast<std::size_t>(d)] = -1;
    kept.index.emplace_back(numbers.view(along));
  }
  return kept;
}

/// The real field whose transform has these modes, 0 elsewhere.
torch::Tensor field_of(const torch::Tensor& modes, const Kept& kept) {
  std::vector<std::int64_t> shape{modes.size(0), modes.size(1)};
  for (std::size_t d = 0; d < kept.extents.size(); ++d)
    shape.push_back(d + 1 < kept.extents.size() ? kept.extents[d] : kept.extents[d] / 2 + 1);
  torch::Tensor all = torch::zeros(shape, modes.options());
  all.index_put_(kept.index, modes);
  return torch::fft::irfftn(all, kept.extents, kept.axes);
}

/// Products with complex weights [in, out, modes...] on the kept wavenumbers.
torch::Tensor spectral(const torch::Tensor& x, const torch::Tensor& weight, int dimensions) {
  const torch::Tensor w = torch::view_as_complex(weight.contiguous());
  const Kept kept = kept_modes(x, w, dimensions);
  const torch::Tensor modes = torch::fft::rfftn(x, c10::nullopt, kept.axes);
  return field_of(torch::einsum("bi...,io...->bo...", {modes.index(kept.index), w}), kept);
}

/// Both parts of every complex number by themselves.
torch::Tensor activate_parts(const std::string& name, const torch::Tensor& z) {
  return torch::complex(activate(name, torch::real(z)), activate(name, torch::imag(z)));
}

}  // namespace

torch::Tensor Functional::operator()(torch::Tensor x) const {
  std::size_t at = 0;
  const auto next = [&]() -> const torch::Tensor& { return tensors[at++]; };
  if (kind == "transform_once") return transformed_once(x);
  if (kind == "unet") return unet(x);
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

torch::Tensor Functional::transformed_once(const torch::Tensor& x) const {
  const auto axes = static_cast<std::size_t>(dimensions);
  const auto complex = [&](std::size_t n) { return torch::view_as_complex(tensors[n].contiguous()); };
  const Kept kept = kept_modes(x, complex(2), dimensions);
  double points = 1, count = 1;
  for (std::size_t d = 0; d < axes; ++d) {
    points *= static_cast<double>(kept.extents[d]);
    count *= static_cast<double>(tensors[2].size(static_cast<std::int64_t>(2 + d)));
  }
  const double scale = std::sqrt(2 * count) / points;
  const torch::Tensor lifted = dense(x, tensors[0], tensors[1]);
  torch::Tensor v = scale * torch::fft::rfftn(lifted, c10::nullopt, kept.axes).index(kept.index);
  for (std::size_t n = 2; n + 4 < tensors.size(); n += 1 + axes) {
    torch::Tensor z = activate_parts(activation, torch::einsum("bi...,io...->bo...", {v, complex(n)}));
    for (std::size_t d = 0; d < axes; ++d) {
      const auto axis = static_cast<std::int64_t>(2 + d);
      z = torch::einsum("bc...k,koc->bc...o", {z.movedim(axis, -1), complex(n + 1 + d)}).movedim(-1, axis);
    }
    v = v + z;
  }
  const std::size_t head = tensors.size() - 4;
  const torch::Tensor hidden = activate(
      activation, dense(torch::cat({torch::real(v), torch::imag(v)}, 1), tensors[head], tensors[head + 1]));
  const std::vector<torch::Tensor> parts = dense(hidden, tensors[head + 2], tensors[head + 3]).chunk(2, 1);
  return field_of(torch::complex(parts[0].contiguous(), parts[1].contiguous()) / scale, kept);
}

torch::Tensor Functional::unet(torch::Tensor x) const {
  const std::size_t levels = ((tensors.size() - 2) / 4 - 1) / 2;  // 2 levels + 1 pairs of convolutions
  std::size_t at = 0;
  const auto pair = [&](torch::Tensor y) {
    for (int n = 0; n < 2; ++n, at += 2)
      y = activate(activation, convolve(y, tensors[at], tensors[at + 1], dimensions));
    return y;
  };
  std::vector<torch::Tensor> skips;
  for (std::size_t l = 0; l < levels; ++l) {
    skips.push_back(pair(x));
    x = averaged(skips.back(), dimensions);
  }
  x = pair(x);
  for (; !skips.empty(); skips.pop_back()) x = pair(torch::cat({skips.back(), spread(x, dimensions)}, 1));
  return dense(x, tensors[at], tensors[at + 1]);
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
