// Cost of one guarded call of a surrogate: the network alone, and network with guard (finite, box of the
// inputs, conservation and its projection), on any number of ranks; on one rank also libtorch's bare forward.
//
//   bench_surrogate [--table] [KIND]       --table: rows of time by network, channels and cells
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "base/timer.hpp"
#include "surrogate/surrogate.hpp"
#include "surrogate/torch_library.hpp"

using namespace sluice;

namespace {

/// Wall time of one call [ms] of each of two, by turns, so that what else the machine does meets both; the
/// ratio is the median of those of neighbouring calls.
struct Pair {
  double bare, whole, ratio;
};
Pair compare(const base::Communicator& world, const std::function<void()>& bare,
             const std::function<void()>& whole, int rounds = 201) {
  const auto seconds = [&](const std::function<void()>& call) {
    world.barrier();
    const double begin = base::wall_seconds();
    call();
    return world.max(base::wall_seconds() - begin);
  };
  Pair least{1e30, 1e30, 0};
  std::vector<double> ratios;
  for (int n = 0; n < rounds; ++n) {
    const double a = seconds(bare), b = seconds(whole);
    least.bare = std::min(least.bare, 1e3 * a);
    least.whole = std::min(least.whole, 1e3 * b);
    ratios.push_back(b / a);
  }
  std::ranges::nth_element(ratios, ratios.begin() + rounds / 2);
  least.ratio = ratios[rounds / 2];
  return least;
}

constexpr std::array kinds{"mlp", "convolutional", "fourier", "transform_once", "unet", "latent_spectral"};

surrogate::Weights weights_of(const char* kind, std::int64_t channels = 16) {
  surrogate::Weights weights;
  weights.architecture.kind = kind;
  weights.architecture.hidden = {channels, channels};
  weights.architecture.width = channels;
  weights.dimensions = 2;
  weights.inputs = {{.field = "u", .lower = -1.0, .upper = 1.0}, {.field = "v", .lower = -1.0, .upper = 1.0}};
  weights.outputs = {{.field = "u"}};
  surrogate::initialise(weights, 1);
  return weights;
}

/// The guarded call over the bare forward of libtorch on the same tensors (float32, one rank, one thread).
void measure_torch(const base::Communicator& world, const surrogate::Weights& weights, grid::Index n,
                   const std::function<void()>& call) {
  if (!surrogate::why_no_torch().empty() || world.size() > 1) return;
  const auto& torch = surrogate::TorchLibrary::get();
  const std::unique_ptr<surrogate::torch_plugin::Module, surrogate::TorchLibrary::Unload> module(
      torch.build(weights, true));
  std::vector<float> in(static_cast<std::size_t>(2 * n * n)), out(static_cast<std::size_t>(n * n));
  const std::vector<std::int64_t> shape{1, 2, n, n};
  const surrogate::torch_plugin::Array array{
      .data = in.data(), .shape = shape.data(), .axes = 4, .single = 1};
  const Pair times = compare(
      world,
      [&] { (void)torch.forward(module.get(), array, out.data(), static_cast<std::int64_t>(out.size())); },
      call);
  std::printf("%-14s %5lld squared, libtorch %8.3f ms, guarded call %8.3f ms, ratio %.3f\n", "",
              static_cast<long long>(n), times.bare, times.whole, times.ratio);
}

/// A network of two inputs and one output on n x n points, bare and as a guarded surrogate.
class Subject {
 public:
  Subject(const base::Communicator& world, const surrogate::Weights& weights, grid::Index n)
      : grid_(grid::Grid::cartesian(
            {.points = {n, n}, .lower = {0.0, 0.0}, .upper = {1.0, 1.0}, .periodic = {true, true}})),
        layout_(grid::Layout::block(world, grid_.layout_spec())),
        u_({}, layout_),
        inputs_(2, {.data = u_.data(), .layout = layout_}),
        network_(surrogate::make_network(weights, layout_, surrogate::Precision::single)) {
    outputs_.emplace_back(grid::FieldInfo{}, layout_);
    surrogate::Declaration declaration;
    declaration.guard.conserve = {"u"};
    guarded_ = std::make_unique<surrogate::Surrogate>("bench", declaration, weights);
    guarded_->bind(grid_, layout_);
  }
  void network() { network_->evaluate(inputs_, outputs_); }
  void guarded() { static_cast<void>(guarded_->call(inputs_, {})); }

 private:
  grid::Grid grid_;
  grid::LayoutPtr layout_;
  grid::RealField u_;
  std::vector<surrogate::ChannelView> inputs_;
  std::vector<grid::RealField> outputs_;
  std::unique_ptr<surrogate::Network> network_;
  std::unique_ptr<surrogate::Surrogate> guarded_;
};

void measure(const base::Communicator& world, const char* kind, grid::Index n) {
  const surrogate::Weights weights = weights_of(kind);
  Subject subject(world, weights, n);
  const Pair times = compare(
      world, [&] { subject.network(); }, [&] { subject.guarded(); });
  if (world.is_root())
    std::printf("%-14s %5lld squared, %d ranks: network %8.3f ms, guarded call %8.3f ms, ratio %.3f\n", kind,
                static_cast<long long>(n), world.size(), times.bare, times.whole, times.ratio);
  measure_torch(world, weights, n, [&] { subject.guarded(); });
}

void table_row(const base::Communicator& world, const char* kind, std::int64_t channels, grid::Index n) {
  const surrogate::Weights weights = weights_of(kind, channels);
  Subject subject(world, weights, n);
  const Pair times = compare(
      world, [&] { subject.network(); }, [&] { subject.guarded(); }, 15);
  if (world.is_root())
    std::printf("| %s | %lld | %lld x %lld | %d | %lld | %.0f | %.0f |\n", kind,
                static_cast<long long>(channels), static_cast<long long>(n), static_cast<long long>(n),
                world.size(), static_cast<long long>(weights.parameter_count()), 1e3 * times.bare,
                1e3 * times.whole);
}

void table(const base::Communicator& world, const std::function<bool(const char*)>& wanted) {
  if (world.is_root())
    std::printf(
        "| network | channels | cells | ranks | weights | network [us] | guarded call [us] "
        "|\n|---|---|---|---|---|---|---|\n");
  for (const char* kind : kinds)
    for (const std::int64_t channels : {8, 32})
      for (const grid::Index n : {64, 256})
        if (wanted(kind)) table_row(world, kind, channels, n);
}

}  // namespace

int main(int argc, char** argv) {
  const base::MpiSession session(argc, argv);
  const bool as_table = argc > 1 && std::strcmp(argv[1], "--table") == 0;
  const char* only = as_table ? (argc > 2 ? argv[2] : nullptr) : (argc > 1 ? argv[1] : nullptr);
  const auto wanted = [only](const char* kind) { return only == nullptr || std::strcmp(only, kind) == 0; };
  const auto world = base::Communicator::world();
  if (as_table) {
    table(world, wanted);
    return 0;
  }
  for (const char* kind : kinds)
    for (const grid::Index n : {64, 256})
      if (wanted(kind)) measure(world, kind, n);
  return 0;
}
