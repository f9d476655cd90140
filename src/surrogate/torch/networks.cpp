// The architectures of surrogate/architecture.hpp: perceptron (Rumelhart, Hinton, Williams 1986), periodic
// convolutions (LeCun et al. 1989), Fourier neural operator (Li et al., arXiv:2010.08895), Transform Once
// (Poli et al., arXiv:2211.14453), U-Net (Ronneberger et al., arXiv:1505.04597), Latent
// Spectral Model (Wu et al., arXiv:2301.12664).
#include "surrogate/torch/networks.hpp"

#include <numbers>

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

/// Patches of `edge` points along each axis (0: one patch) of fields [sample, channel, grid...].
class Cut {
 public:
  Cut(const torch::Tensor& x, int dimensions, std::int64_t edge) : axes_(dimensions) {
    std::vector<std::int64_t> inner;
    for (int d = 0; d < dimensions; ++d) {
      const std::int64_t points = x.size(2 + d), size = edge == 0 ? points : edge;
      cut_.insert(cut_.end(), {points / size, size});
      numbers_.push_back(points / size);
      inner.push_back(size);
      grid_.push_back(points);
    }
    numbers_.insert(numbers_.end(), inner.begin(), inner.end());
  }
  /// [sample, patch, point, channel]
  [[nodiscard]] torch::Tensor apart(const torch::Tensor& x) const {
    std::vector<std::int64_t> shape{x.size(0), x.size(1)}, order{0};
    shape.insert(shape.end(), cut_.begin(), cut_.end());
    for (int half = 0; half < 2; ++half)
      for (int d = 0; d < axes_; ++d) order.push_back(2 + half + 2 * d);
    order.push_back(1);
    return x.reshape(shape).permute(order).flatten(1, axes_).flatten(2, 1 + axes_);
  }
  /// The inverse.
  [[nodiscard]] torch::Tensor together(const torch::Tensor& y) const {
    std::vector<std::int64_t> shape{y.size(0)}, order{0, 1 + 2 * axes_}, whole{y.size(0), y.size(3)};
    shape.insert(shape.end(), numbers_.begin(), numbers_.end());
    shape.push_back(y.size(3));
    for (int d = 0; d < axes_; ++d) order.insert(order.end(), {1 + d, 1 + axes_ + d});
    whole.insert(whole.end(), grid_.begin(), grid_.end());
    return y.reshape(shape).permute(order).reshape(whole);
  }

 private:
  int axes_;
  std::vector<std::int64_t> cut_, numbers_, grid_;  ///< Number, size of every axis; numbers, sizes; points.
};

}  // namespace

torch::Tensor Functional::operator()(torch::Tensor x) const {
  std::size_t at = 0;
  const auto next = [&]() -> const torch::Tensor& { return tensors[at++]; };
  if (kind == "transform_once") return transformed_once(x);
  if (kind == "unet" || kind == "latent_spectral") return unet(x);
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
  const bool blocks = kind == "latent_spectral";
  const std::size_t of_block = blocks ? 6 : 0, bottom = 4 + of_block, end = tensors.size() - 2;
  const std::size_t levels = (end - bottom) / (4 + bottom);  // each a pair of convolutions down, one up
  std::size_t at = 0;
  const auto pair = [&](torch::Tensor y) {
    for (int n = 0; n < 2; ++n, at += 2)
      y = activate(activation, convolve(y, tensors[at], tensors[at + 1], dimensions));
    return y;
  };
  const auto across = [&](const torch::Tensor& y) {
    at += of_block;
    return blocks ? latent(y, at - of_block) : y;
  };
  std::vector<torch::Tensor> skips;
  for (std::size_t l = 0; l < levels; ++l) {
    const torch::Tensor y = pair(x);
    skips.push_back(across(y));
    x = averaged(y, dimensions);
  }
  x = across(pair(x));
  for (; !skips.empty(); skips.pop_back()) x = pair(torch::cat({skips.back(), spread(x, dimensions)}, 1));
  return dense(x, tensors[at], tensors[at + 1]);
}

torch::Tensor Functional::latent(const torch::Tensor& x, std::size_t first) const {
  const torch::Tensor &tokens = tensors[first], &basis = tensors[first + 3];
  const std::int64_t channels = x.size(1), waves = basis.size(1) / 2, each = channels / heads;
  const Cut cut(x, dimensions, patch);
  const auto in_heads = [&](const torch::Tensor& y) { return y.unflatten(-1, {heads, each}); };
  const std::vector<torch::Tensor> both =
      cut.apart(dense(x, tensors[first + 1], tensors[first + 2])).chunk(2, -1);
  const torch::Tensor scores = torch::einsum("thc,bpnhc->bpthn", {in_heads(tokens), in_heads(both[0])});
  const torch::Tensor met =
      torch::einsum("bpthn,bpnhc->bpthc", {torch::softmax(scores, -1), in_heads(both[1])});
  torch::Tensor z = tokens + met.flatten(-2);
  const torch::Tensor angles = z.unsqueeze(-1) * (torch::arange(1, waves + 1, z.options()) *
                                                  (std::numbers::pi / static_cast<double>(waves + 1)));
  const torch::Tensor all =
      torch::cat({torch::ones_like(z).unsqueeze(-1), torch::sin(angles), torch::cos(angles)}, -1);
  z = in_heads(z + (all * basis).sum(-1));
  const torch::Tensor queries = in_heads(cut.apart(dense(x, tensors[first + 4], tensors[first + 5])));
  const torch::Tensor shares = torch::softmax(torch::einsum("bpnhc,bpthc->bpnht", {queries, z}), -1);
  return x + cut.together(torch::einsum("bpnht,bpthc->bpnhc", {shares, z}).flatten(-2));
}

Functional make_functional(const Form& form, const torch::Tensor& weights) {
  Functional made{form.kind, form.activation, form.dimensions, form.heads, form.patch, {}};
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
