#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "surrogate/activation.hpp"
#include "surrogate/network.hpp"

namespace sluice::surrogate {
namespace {

using grid::Index;
using grid::Index3;

/// A number of each global point, the same on any decomposition.
double value_at(const Index3& i, int channel) {
  return std::sin(0.7 * static_cast<double>(i[0]) + 1.3 * static_cast<double>(i[1]) +
                  2.1 * static_cast<double>(i[2]) + channel) +
         0.3 * std::cos(5.0 * static_cast<double>(i[0] * (i[1] + 2)) + channel);
}

template <class Visit>
void for_each_point(const grid::Layout& layout, Visit visit) {
  for (Index i = 0; i < layout.count()[0]; ++i)
    for (Index j = 0; j < layout.count()[1]; ++j)
      for (Index k = 0; k < layout.count()[2]; ++k)
        visit(Index3{i + layout.offset()[0], j + layout.offset()[1], k + layout.offset()[2]},
              layout.position(i, j, k));
}

grid::LayoutPtr layout_of(const base::Communicator& communicator, const Index3& extents, int dimensions,
                          Index halo = 0) {
  return grid::Layout::block(communicator,
                             {.dimensions = dimensions,
                              .global = extents,
                              .periodic = {true, true, true},
                              .halo = {halo, dimensions > 1 ? halo : 0, dimensions > 2 ? halo : 0}});
}

std::vector<grid::RealField> evaluated(const Weights& weights, const grid::LayoutPtr& layout,
                                       Precision precision, Index halo = 0) {
  std::vector<grid::RealField> inputs, outputs;
  std::vector<ChannelView> views;
  const grid::LayoutPtr with_halo = layout->with_halo({halo, layout->dimensions() > 1 ? halo : 0, 0});
  for (std::size_t c = 0; c < weights.inputs.size(); ++c) {
    inputs.emplace_back(grid::FieldInfo{}, with_halo);
    for_each_point(*with_halo, [&](const Index3& i, Index n) {
      inputs.back().data()[n] = value_at(i, static_cast<int>(c));
    });
    views.push_back({.data = inputs.back().data(), .layout = with_halo});
  }
  for (std::size_t c = 0; c < weights.outputs.size(); ++c) outputs.emplace_back(grid::FieldInfo{}, layout);
  make_network(weights, layout, precision)->evaluate(views, outputs);
  return outputs;
}

Weights random_weights(const std::string& kind, int dimensions) {
  Weights weights;
  weights.architecture.kind = kind;
  weights.architecture.hidden = {6, 5};
  weights.architecture.width = 5, weights.architecture.blocks = 2, weights.architecture.modes = {3};
  weights.architecture.levels = 2;
  if (kind == "latent_spectral") weights.architecture.width = 6;
  weights.architecture.heads = 3, weights.architecture.patch = dimensions == 1 ? 0 : 2;
  weights.dimensions = dimensions;
  weights.inputs = {{.field = "u", .shift = 0.2, .scale = 1.5}, {.field = "v", .scale = 0.5}};
  weights.outputs = {{.field = "u", .shift = -1, .scale = 3}, {.field = "w"}};
  initialise(weights, 3);
  return weights;
}

struct Problem {
  std::string kind;
  Index3 extents;
  int dimensions;
};

class SameOnAnyRanks : public testing::TestWithParam<Problem> {};

TEST_P(SameOnAnyRanks, as_on_one_rank) {
  const Problem& p = GetParam();
  const Weights weights = random_weights(p.kind, p.dimensions);
  for (const Precision precision : {Precision::single, Precision::real}) {
    const auto mine =
        evaluated(weights, layout_of(base::Communicator::world(), p.extents, p.dimensions), precision, 1);
    const auto whole =
        evaluated(weights, layout_of(base::Communicator::self(), p.extents, p.dimensions), precision);
    // Pointwise and convolutional networks and U-Nets add the same numbers in the same order; the sums over
    // the ranks of a Fourier network are double precision in another order.
    const double tolerance = weights.architecture.spectral() || p.kind == "latent_spectral"
                                 ? (precision == Precision::single ? 1e-6 : 1e-14)
                                 : 0.0;
    for (std::size_t c = 0; c < mine.size(); ++c)
      for_each_point(mine[c].layout(), [&](const Index3& i, Index n) {
        EXPECT_NEAR(mine[c].data()[n], whole[c].data()[whole[c].layout().position(i[0], i[1], i[2])],
                    tolerance * 10);
      });
  }
}

INSTANTIATE_TEST_SUITE_P(
    Networks, SameOnAnyRanks,
    testing::Values(Problem{"mlp", {37, 1, 1}, 1}, Problem{"mlp", {11, 13, 1}, 2},
                    Problem{"convolutional", {7, 1, 1}, 1}, Problem{"convolutional", {13, 9, 1}, 2},
                    Problem{"convolutional", {5, 6, 7}, 3}, Problem{"fourier", {37, 1, 1}, 1},
                    Problem{"fourier", {13, 10, 1}, 2}, Problem{"fourier", {7, 6, 9}, 3},
                    Problem{"transform_once", {37, 1, 1}, 1}, Problem{"transform_once", {13, 10, 1}, 2},
                    Problem{"transform_once", {7, 6, 9}, 3}, Problem{"unet", {12, 1, 1}, 1},
                    Problem{"unet", {4, 1, 1}, 1}, Problem{"unet", {20, 12, 1}, 2},
                    Problem{"unet", {8, 4, 12}, 3}, Problem{"latent_spectral", {12, 1, 1}, 1},
                    Problem{"latent_spectral", {4, 1, 1}, 1}, Problem{"latent_spectral", {16, 24, 1}, 2},
                    Problem{"latent_spectral", {8, 16, 8}, 3}),
    [](const auto& parameter) {
      return parameter.param.kind + std::to_string(parameter.param.dimensions) + "d" +
             std::to_string(parameter.param.extents[0]);
    });

/// Splits between the two fine points of a coarse one, ranks with a single row, ranks with nothing.
TEST(Network, unet_gives_the_same_bits_on_any_split) {
  const auto world = base::Communicator::world();
  Weights weights = random_weights("unet", 2);
  weights.architecture.kernel = 5;
  initialise(weights, 4);
  const grid::LayoutSpec spec{.dimensions = 2, .global = {16, 12, 1}, .periodic = {true, true, false}};
  const auto whole =
      evaluated(weights, layout_of(base::Communicator::self(), spec.global, 2), Precision::single);
  const std::vector<std::vector<Index>> all{
      {0, 1, 8, 9, 16}, {0, 0, 15, 15, 16}, {0, 3, 5, 10, 16}, {0, 0, 0, 0, 16}};
  for (std::vector<Index> splits : all)
    for (const std::size_t axis : {0U, 1U}) {
      splits.resize(static_cast<std::size_t>(world.size()) + 1);
      for (Index& split : splits) split = split * spec.global.at(axis) / 16;
      splits.back() = spec.global.at(axis);
      std::array<std::vector<Index>, 3> both;
      both.at(axis) = splits;
      const auto mine = evaluated(weights, grid::Layout::from_splits(world, spec, both), Precision::single);
      for (std::size_t c = 0; c < mine.size(); ++c)
        for_each_point(mine[c].layout(), [&](const Index3& i, Index n) {
          EXPECT_EQ(mine[c].data()[n], whole[c].data()[whole[c].layout().position(i[0], i[1])]);
        });
    }
}

/// The same splits, patches cut by several ranks and by none.
TEST(Network, attention_agrees_over_any_split) {
  const auto world = base::Communicator::world();
  Weights weights = random_weights("latent_spectral", 2);
  const grid::LayoutSpec spec{.dimensions = 2, .global = {16, 16, 1}, .periodic = {true, true, false}};
  for (const Index patch : {0, 1, 2, 4}) {
    weights.architecture.patch = patch;
    const auto whole =
        evaluated(weights, layout_of(base::Communicator::self(), spec.global, 2), Precision::real);
    for (std::vector<Index> splits : std::vector<std::vector<Index>>{
             {0, 1, 8, 9, 16}, {0, 0, 15, 15, 16}, {0, 3, 5, 10, 16}, {0, 4, 8, 12, 16}, {0, 0, 0, 0, 16}})
      for (const std::size_t axis : {0U, 1U}) {
        splits.resize(static_cast<std::size_t>(world.size()) + 1);
        splits.back() = 16;
        std::array<std::vector<Index>, 3> both;
        both.at(axis) = splits;
        const auto mine = evaluated(weights, grid::Layout::from_splits(world, spec, both), Precision::real);
        for (std::size_t c = 0; c < mine.size(); ++c)
          for_each_point(mine[c].layout(), [&](const Index3& i, Index n) {
            EXPECT_NEAR(mine[c].data()[n], whole[c].data()[whole[c].layout().position(i[0], i[1])], 1e-12)
                << "patch " << patch;
          });
      }
  }
}

/// Without the convolutions' share, what a patch holds changes nothing outside it.
TEST(Network, patches_do_not_mix) {
  Weights weights = random_weights("latent_spectral", 1);
  weights.architecture.kernel = 1, weights.architecture.levels = 1, weights.architecture.patch = 4;
  initialise(weights, 6);
  const grid::LayoutPtr layout = layout_of(base::Communicator::self(), {24, 1, 1}, 1);
  const auto outputs = [&](double change) {
    std::vector<grid::RealField> u, out;
    for (int c = 0; c < 2; ++c)
      u.emplace_back(grid::FieldInfo{}, layout), out.emplace_back(grid::FieldInfo{}, layout);
    for (Index n = 0; n < 24; ++n) u[0].data()[n] = value_at({n, 0, 0}, 0);
    u[0].data()[9] += change;
    const std::vector<ChannelView> views{{.data = u[0].data(), .layout = layout},
                                         {.data = u[1].data(), .layout = layout}};
    make_network(weights, layout, Precision::real)->evaluate(views, out);
    return std::vector<double>(out[0].span().begin(), out[0].span().end());
  };
  const auto before = outputs(0), after = outputs(0.5);
  for (std::size_t n = 0; n < 24; ++n)  // patches of 4 points at the coarse level are 8 of the fine one
    EXPECT_EQ(before[n] != after[n], 8 <= n && n < 16) << n;
}

/// Only what U-Net's reach covers changes an output, and some output changes as far away as it says.
TEST(Network, unet_depends_on_what_its_reach_says) {
  const Index points = 64;
  Weights weights = random_weights("unet", 1);
  weights.architecture.activation = "sine";
  initialise(weights, 5);
  const grid::LayoutPtr layout = layout_of(base::Communicator::self(), {points, 1, 1}, 1);
  std::vector<grid::RealField> u, out;
  for (int c = 0; c < 2; ++c)
    u.emplace_back(grid::FieldInfo{}, layout), out.emplace_back(grid::FieldInfo{}, layout);
  const std::vector<ChannelView> views{{.data = u[0].data(), .layout = layout},
                                       {.data = u[1].data(), .layout = layout}};
  const auto network = make_network(weights, layout, Precision::real);
  for_each_point(*layout, [&](const Index3& i, Index n) { u[0].data()[n] = value_at(i, 0); });
  network->evaluate(views, out);
  const std::vector<double> before(out[0].span().begin(), out[0].span().end());
  Index farthest = 0;
  for (Index at = 24; at < 32; ++at) {  // all places within a coarse point
    const double was = u[0].data()[at];
    u[0].data()[at] += 1;
    network->evaluate(views, out);
    u[0].data()[at] = was;
    for (Index i = 0; i < points; ++i)
      if (out[0].data()[i] != before[static_cast<std::size_t>(i)])
        farthest = std::max(farthest, std::abs(i - at));
  }
  EXPECT_LT(weights.architecture.reach(), points / 2 - 8);
  EXPECT_EQ(farthest, weights.architecture.reach());
}

/// Waves that both grids resolve: the coefficients of a field do not depend on the number of points.
TEST(Network, transform_once_gives_the_same_on_a_finer_grid) {
  const Weights weights = random_weights("transform_once", 2);
  const auto result = [&](Index points) {
    const grid::LayoutPtr layout = layout_of(base::Communicator::self(), {points, points, 1}, 2);
    std::vector<grid::RealField> inputs, outputs;
    std::vector<ChannelView> views;
    for (int c = 0; c < 2; ++c) {
      inputs.emplace_back(grid::FieldInfo{}, layout);
      for_each_point(*layout, [&](const Index3& i, Index n) {
        const double angle = 2 * std::numbers::pi / static_cast<double>(points);
        inputs.back().data()[n] = 1 + std::cos(angle * static_cast<double>(2 * i[0] - i[1]) + c) +
                                  std::sin(angle * static_cast<double>(i[0] + 2 * i[1]));
      });
    }
    for (const auto& input : inputs) views.push_back({.data = input.data(), .layout = layout});
    for (int c = 0; c < 2; ++c) outputs.emplace_back(grid::FieldInfo{}, layout);
    make_network(weights, layout, Precision::real)->evaluate(views, outputs);
    return outputs;
  };
  const auto coarse = result(8), fine = result(24);
  double most = 0;
  for (std::size_t c = 0; c < 2; ++c)
    for_each_point(coarse[c].layout(), [&](const Index3& i, Index n) {
      most = std::max(most, std::abs(coarse[c].data()[n] - weights.outputs[c].shift));
      EXPECT_NEAR(coarse[c].data()[n], fine[c].data()[fine[c].layout().position(3 * i[0], 3 * i[1])], 1e-12);
    });
  EXPECT_GT(most, 1e-3);
}

TEST(Network, one_tap_of_a_convolution_shifts_the_field) {
  Weights weights = random_weights("convolutional", 2);
  weights.architecture.hidden = {};
  weights.inputs = {{.field = "u"}};
  weights.outputs = {{.field = "u"}};
  initialise(weights, 1);
  std::ranges::fill(weights.tensors[0].values, 0.0);
  std::ranges::fill(weights.tensors[1].values, 0.0);
  weights.tensors[0].values[2] = 1;  // kernel row 0, column 2: the neighbour at (-1, +1)
  const auto out = evaluated(weights, layout_of(base::Communicator::world(), {10, 9, 1}, 2), Precision::real);
  for_each_point(out[0].layout(), [&](const Index3& i, Index n) {
    EXPECT_EQ(out[0].data()[n], value_at({(i[0] + 9) % 10, (i[1] + 1) % 9, 0}, 0));
  });
}

/// Lift 1, identity on the kept modes, no skip, relu(x) - relu(-x) = x: what is left is a low-pass filter.
TEST(Network, fourier_operator_of_ones_is_a_low_pass_filter) {
  Weights weights;
  weights.architecture.kind = "fourier";
  weights.architecture.activation = "relu";
  weights.architecture.width = 1, weights.architecture.blocks = 1, weights.architecture.modes = {3, 4},
  weights.architecture.projection = 2;
  weights.dimensions = 2;
  weights.inputs = {{.field = "u"}};
  weights.outputs = {{.field = "u"}};
  initialise(weights, 1);
  for (Tensor& tensor : weights.tensors) std::ranges::fill(tensor.values, 0.0);
  weights.tensors[0].values = {1};
  Tensor& spectral = weights.tensors[2];
  for (std::size_t n = 0; n < spectral.values.size(); n += 2) spectral.values[n] = 1;
  weights.tensors[5].values = {1, -1};
  weights.tensors[7].values = {1, -1};
  const grid::LayoutPtr layout = layout_of(base::Communicator::world(), {16, 20, 1}, 2);
  const auto wave = [](const Index3& i, int k, int l) {
    return std::cos(2 * std::numbers::pi *
                        (k * static_cast<double>(i[0]) / 16 + l * static_cast<double>(i[1]) / 20) +
                    0.3);
  };
  grid::RealField u({}, layout);
  for_each_point(*layout, [&](const Index3& i, Index n) {
    u.data()[n] = 0.5 + wave(i, -3, 3) + wave(i, 2, 0) + wave(i, 3, 1) + wave(i, 1, 4);
  });
  std::vector<grid::RealField> out;
  out.emplace_back(grid::FieldInfo{}, layout);
  const std::vector<ChannelView> views{{.data = u.data(), .layout = layout}};
  make_network(weights, layout, Precision::real)->evaluate(views, out);
  // (3, 1) and (1, 4) lie beyond the kept wavenumbers -3..2 and 0..3.
  for_each_point(*layout, [&](const Index3& i, Index n) {
    EXPECT_NEAR(out[0].data()[n], 0.5 + wave(i, -3, 3) + wave(i, 2, 0), 1e-13);
  });
}

TEST(Network, what_does_not_fit_the_grid_is_refused) {
  const auto world = base::Communicator::world();
  EXPECT_THROW(make_network(random_weights("fourier", 2), layout_of(world, {16, 1, 1}, 1), Precision::real),
               base::AgreedError);
  EXPECT_THROW(make_network(random_weights("fourier", 2), layout_of(world, {16, 5, 1}, 2), Precision::real),
               base::AgreedError);
  const auto bounded =
      grid::Layout::block(world, {.dimensions = 2, .global = {16, 16, 1}, .periodic = {true, false, false}});
  EXPECT_THROW(make_network(random_weights("convolutional", 2), bounded, Precision::real), base::AgreedError);
}

TEST(Network, unet_says_which_grids_fit) {
  const auto message = [](const Weights& weights, const Index3& points) -> std::string {
    try {
      (void)make_network(weights, layout_of(base::Communicator::self(), points, 2), Precision::single);
    } catch (const base::AgreedError& error) {
      return error.what();
    }
    return {};
  };
  Weights weights = random_weights("unet", 2);
  EXPECT_EQ(message(weights, {8, 12, 1}), "");
  EXPECT_THAT(message(weights, {8, 10, 1}), testing::HasSubstr("axis 1 has 10; allowed are multiples of 4"));
  weights.architecture.kernel = 7;
  initialise(weights, 1);
  EXPECT_THAT(message(weights, {12, 8, 1}), testing::HasSubstr("has 2 points of axis 1 (8 points)"));
}

TEST(Network, patches_of_tokens_fit_the_coarsest_level) {
  Weights weights = random_weights("latent_spectral", 2);
  const auto world = base::Communicator::world();
  EXPECT_NO_THROW(make_network(weights, layout_of(world, {16, 8, 1}, 2), Precision::single));
  try {
    (void)make_network(weights, layout_of(world, {16, 12, 1}, 2), Precision::single);
    ADD_FAILURE() << "12 points were accepted";
  } catch (const base::AgreedError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("has 3 points of axis 1 (12 points) at its coarsest level, "
                                                 "no multiple of a patch of 2; allowed are multiples of 8"));
  }
  weights.architecture.heads = 4;
  EXPECT_THROW(weights.architecture.check(), base::AgreedError);
}

TEST(Activation, fast_functions_are_accurate_to_single_precision) {
  for (float x = -12; x < 12; x += 0.0137F) {
    EXPECT_NEAR(fast_exp(x) / std::exp(x), 1, 5e-7) << x;
    EXPECT_NEAR(fast_tanh(x), std::tanh(x), 2e-7) << x;
    EXPECT_NEAR(fast_erf(x), std::erf(x), 4e-7) << x;
    EXPECT_NEAR(silu(x), x / (1 + std::exp(-static_cast<double>(x))), 1e-6 * (1 + std::abs(x))) << x;
    EXPECT_NEAR(gelu(x), 0.5 * x * std::erfc(-static_cast<double>(x) / std::numbers::sqrt2),
                4e-7 * (1 + std::abs(x)))
        << x;
  }
  for (const float x : {1e-6F, 1e-3F, 0.1F, 0.6F}) EXPECT_NEAR(fast_tanh(x) / std::tanh(x), 1, 3e-7);
  const float nan = std::nanf("");
  EXPECT_TRUE(std::isnan(fast_exp(nan)) && std::isnan(fast_tanh(nan)) && std::isnan(gelu(nan)) &&
              std::isnan(silu(nan)));
}

}  // namespace
}  // namespace sluice::surrogate
