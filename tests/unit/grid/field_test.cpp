#include "grid/field.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/error.hpp"
#include "base/random.hpp"

namespace sluice::grid {
namespace {

using base::Communicator;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const FieldInfo info{"u", "1", "test field"};

/// Normal numbers by global index on owned cells, NaN on ghosts and padding (no reduction may look there).
template <class T>
Field<T> random_field(const LayoutPtr& layout) {
  Field<T> field(info, layout);
  const auto values = field.erased();
  auto* data = reinterpret_cast<double*>(field.data());
  std::fill_n(data, layout->allocated_size() * values.components, nan);
  const auto &n = layout->global(), &offset = layout->offset(), &count = layout->count();
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j)
      for (Index k = 0; k < count[2]; ++k) {
        const auto global =
            static_cast<std::uint64_t>(((offset[0] + i) * n[1] + offset[1] + j) * n[2] + offset[2] + k);
        const auto z = base::random_normal({.seed = 3}, global, 0);
        for (Index c = 0; c < values.components; ++c)
          data[layout->position(i, j, k) * values.components + c] = z[static_cast<std::size_t>(c)];
      }
  return field;
}

std::vector<LayoutPtr> layouts() {
  const auto world = Communicator::world();
  return {Layout::block(world, {.dimensions = 1, .global = {97, 1, 1}, .halo = {2, 0, 0}}),
          Layout::block(world, {.dimensions = 2, .global = {13, 29, 1}, .halo = {1, 2, 0}, .padding = 3}),
          Layout::block(world, {.dimensions = 3, .global = {5, 6, 11}, .halo = {2, 0, 1}}),
          Layout::block(
              world, {.dimensions = 2, .global = {1, 2, 1}, .halo = {1, 1, 0}}),  // ranks 2 and 3 are empty
          Layout::block(world, {.dimensions = 1, .global = {1, 1, 1}})};
}

TEST(Field, MemoryIsAlignedZeroedAndWritable) {
  for (const auto& layout : layouts()) {
    RealField field(info, layout);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(field.data()) % 64, 0U);
    for (const double value : field.span()) ASSERT_EQ(value, 0.0);
    EXPECT_EQ(field.span().size(), static_cast<std::size_t>(layout->allocated_size()));
    std::fill(field.span().begin(), field.span().end(), 1.0);
  }
  EXPECT_THROW((void)allocate_field_memory(std::numeric_limits<std::size_t>::max()), base::Error);
#ifndef __SANITIZE_ADDRESS__  // which ends the process instead of returning null
  EXPECT_THROW((void)allocate_field_memory(std::numeric_limits<std::size_t>::max() / 4), base::Error);
#endif
}

TEST(Field, ViewsSeeOwnedCellsAndGhosts) {
  const auto layout =
      Layout::block(Communicator::self(), {.dimensions = 3, .global = {2, 3, 4}, .halo = {1, 2, 3}});
  RealField field(info, layout);
  const auto view = field.view();
  view(-1, -2, -3) = 5;
  EXPECT_EQ(field.data()[0], 5);
  view(2, 4, 6) = 6;
  EXPECT_EQ(field.span().back(), 6);
  EXPECT_EQ(&view(1, 2, 0), view.row(1, 2));
  EXPECT_EQ(&view(1, 0, 0) - &view(0, 0, 0), view.stride(0));
  EXPECT_EQ(&view(0, 1, 0) - &view(0, 0, 0), view.stride(1));
}

// Against plain loops in long double over all global cells.
TEST(Reductions, EqualPlainLoops) {
  for (const auto& layout : layouts()) {
    const auto field = random_field<double>(layout);
    const auto complex = random_field<Complex>(layout);
    long double total = 0, squares = 0, imaginary = 0, both = 0;
    double least = 1e300, most = -1e300, modulus = 0;
    for (std::uint64_t g = 0; g < static_cast<std::uint64_t>(layout->global_size()); ++g) {
      const auto z = base::random_normal({.seed = 3}, g, 0);
      total += z[0];
      imaginary += z[1];
      squares += static_cast<long double>(z[0]) * z[0];
      both += static_cast<long double>(z[0]) * z[0] + static_cast<long double>(z[1]) * z[1];
      least = std::min(least, z[0]);
      most = std::max(most, z[0]);
      modulus = std::max(modulus, std::hypot(z[0], z[1]));
    }
    EXPECT_NEAR(sum(field.erased()), static_cast<double>(total), 1e-14);
    EXPECT_NEAR(sum(complex.erased(), 1), static_cast<double>(imaginary), 1e-14);
    EXPECT_NEAR(norm2(field.erased()), std::sqrt(static_cast<double>(squares)), 1e-13);
    EXPECT_NEAR(norm2(complex.erased()), std::sqrt(static_cast<double>(both)), 1e-13);
    EXPECT_EQ(minimum(field.erased()), least);
    EXPECT_EQ(maximum(field.erased()), most);
    EXPECT_EQ(minimum(complex.erased()), least);
    EXPECT_EQ(maximum_absolute(field.erased()), std::max(-least, most));
    EXPECT_NEAR(maximum_absolute(complex.erased()), modulus, 1e-14);
  }
}

TEST(Reductions, RepeatBitForBit) {
  for (const auto& layout : layouts()) {
    const auto field = random_field<double>(layout);
    const auto first = std::bit_cast<std::uint64_t>(sum(field.erased()));
    for (int repeat = 0; repeat < 5; ++repeat)
      EXPECT_EQ(std::bit_cast<std::uint64_t>(sum(field.erased())), first);
  }
}

// A plain sum of 1e16 and ones loses each single one. What is left is the rounding of each rank's part and of
// the sum.
TEST(Reductions, SumsAreCompensated) {
  const auto world = Communicator::world();
  const Index n = 4096;
  const auto layout = Layout::block(world, {.dimensions = 1, .global = {n, 1, 1}});
  RealField field(info, layout);
  for (Index i = 0; i < layout->count()[0]; ++i) field.data()[i] = layout->offset()[0] + i == 0 ? 1e16 : 1.0;
  EXPECT_NEAR(sum(field.erased()) - 1e16, static_cast<double>(n - 1), 2.0);
}

TEST(Reductions, NanAndInfinityComeThrough) {
  for (const auto& layout : layouts()) {
    for (const double odd : {nan, std::numeric_limits<double>::infinity()}) {
      auto field = random_field<double>(layout);
      auto complex = random_field<Complex>(layout);
      const auto& last = layout->count();
      const bool mine = layout->owned_size() > 0 &&
                        layout->process_coordinate() == std::array<int, 3>{layout->processes()[0] - 1,
                                                                           layout->processes()[1] - 1,
                                                                           layout->processes()[2] - 1};
      if (mine) {
        field.view()(last[0] - 1, last[1] - 1, last[2] - 1) = odd;
        complex.view()(last[0] - 1, last[1] - 1, last[2] - 1) = {0.0, odd};
      }
      const auto same = [&](double value) { return std::isnan(odd) ? std::isnan(value) : value == odd; };
      EXPECT_TRUE(same(maximum_absolute(field.erased())));
      EXPECT_TRUE(same(maximum_absolute(complex.erased())));
      EXPECT_TRUE(same(maximum(field.erased())));
      EXPECT_TRUE(same(maximum(complex.erased(), 1)));
      EXPECT_TRUE(same(sum(field.erased())));
      EXPECT_TRUE(same(norm2(field.erased())));
      EXPECT_EQ(std::isnan(minimum(field.erased())), std::isnan(odd));
    }
  }
}

// Squares of these leave the range of doubles.
TEST(Reductions, ModulusOfExtremeNumbers) {
  const auto layout = Layout::block(Communicator::world(), {.dimensions = 1, .global = {3, 1, 1}});
  for (const double scale : {1e200, 1e-200, 0.0}) {
    ComplexField field(info, layout);
    for (Index i = 0; i < layout->count()[0]; ++i) field.data()[i] = {3 * scale, -4 * scale};
    EXPECT_DOUBLE_EQ(maximum_absolute(field.erased()), 5 * scale);
  }
}

TEST(Add, AddsOwnedCellsAcrossHalosAndRefusesOtherShapes) {
  for (int dimensions = 1; dimensions <= 3; ++dimensions) {
    LayoutSpec spec{.dimensions = dimensions, .global = {7, 1, 1}};
    for (int d = 1; d < dimensions; ++d) spec.global[static_cast<std::size_t>(d)] = 5 + d;
    const auto bare = Layout::block(Communicator::world(), spec);
    grid::Index3 halo{};
    for (int d = 0; d < dimensions; ++d) halo[static_cast<std::size_t>(d)] = 2;
    ComplexField change(info, bare->with_halo(halo)), field(info, bare);
    for (Complex& value : change.span()) value = {1e6, 1e6};  // ghosts too
    const auto& count = bare->count();
    const auto number = [&](Index i, Index j, Index k) {
      return Complex(static_cast<double>(100 * i + 10 * j + k), -static_cast<double>(i + j + k));
    };
    for (Index i = 0; i < count[0]; ++i)
      for (Index j = 0; j < count[1]; ++j)
        for (Index k = 0; k < count[2]; ++k) {
          change.view()(i, j, k) = number(i, j, k);
          field.view()(i, j, k) = {1, 2};
        }
    add(change.erased(), field);
    for (Index i = 0; i < count[0]; ++i)
      for (Index j = 0; j < count[1]; ++j)
        for (Index k = 0; k < count[2]; ++k)
          EXPECT_EQ(field.view()(i, j, k), number(i, j, k) + Complex(1, 2));
    RealField real(info, bare);
    EXPECT_THROW(add(change.erased(), real), base::AgreedError);
    spec.global[0] = 8;
    ComplexField other(info, Layout::block(Communicator::world(), spec));
    EXPECT_THROW(add(other.erased(), field), base::AgreedError);
  }
}

}  // namespace
}  // namespace sluice::grid
