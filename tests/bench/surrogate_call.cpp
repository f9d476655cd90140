// Cost of one guarded call of a surrogate: the network alone, and network with guard (finite, box of the
// inputs, conservation and its projection), on any number of ranks. Usage: bench_surrogate
#include <algorithm>
#include <cstdio>
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
             const std::function<void()>& whole) {
  constexpr int rounds = 201;
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

surrogate::Weights weights_of(const char* kind) {
  surrogate::Weights weights;
  weights.architecture.kind = kind;
  weights.architecture.hidden = {16, 16};
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

void measure(const base::Communicator& world, const char* kind, grid::Index n) {
  const grid::Grid grid = grid::Grid::cartesian(
      {.points = {n, n}, .lower = {0.0, 0.0}, .upper = {1.0, 1.0}, .periodic = {true, true}});
  const grid::LayoutPtr layout = grid::Layout::block(world, grid.layout_spec());
  const surrogate::Weights weights = weights_of(kind);
  const grid::RealField u({}, layout);
  const std::vector<surrogate::ChannelView> inputs(2, {.data = u.data(), .layout = layout});
  std::vector<grid::RealField> outputs;
  outputs.emplace_back(grid::FieldInfo{}, layout);
  const auto network = surrogate::make_network(weights, layout, surrogate::Precision::single);
  surrogate::Declaration declaration;
  declaration.guard.conserve = {"u"};
  surrogate::Surrogate guarded("bench", declaration, weights);
  guarded.bind(grid, layout);
  const Pair times = compare(
      world, [&] { network->evaluate(inputs, outputs); }, [&] { (void)guarded.call(inputs, {}); });
  if (world.is_root())
    std::printf("%-14s %5lld squared, %d ranks: network %8.3f ms, guarded call %8.3f ms, ratio %.3f\n", kind,
                static_cast<long long>(n), world.size(), times.bare, times.whole, times.ratio);
  measure_torch(world, weights, n, [&] { (void)guarded.call(inputs, {}); });
}

}  // namespace

int main(int argc, char** argv) {
  const base::MpiSession session(argc, argv);
  for (const char* kind : {"mlp", "convolutional", "fourier"})
    for (const grid::Index n : {64, 256}) measure(base::Communicator::world(), kind, n);
  return 0;
}
