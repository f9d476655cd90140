#include <gtest/gtest.h>

#include <string>

#include "base/error.hpp"
#include "grid/field.hpp"

namespace sluice::grid {
namespace {

using base::Communicator;

const FieldInfo info{"u", "1", "test field"};
constexpr double untouched = -7;

/// The value of a global cell, all different.
double value_of(const Layout& layout, const Index3& global) {
  const auto& n = layout.global();
  return static_cast<double>((global[0] * n[1] + global[1]) * n[2] + global[2]);
}

/// Calls `visit(i, j, k, global, is_ghost, is_outside)` for each owned cell and ghost; global is wrapped.
template <class Visit>
void for_each_cell(const Layout& layout, Visit&& visit) {
  if (layout.owned_size() == 0) return;
  const auto &count = layout.count(), &halo = layout.halo(), &n = layout.global();
  for (Index i = -halo[0]; i < count[0] + halo[0]; ++i)
    for (Index j = -halo[1]; j < count[1] + halo[1]; ++j)
      for (Index k = -halo[2]; k < count[2] + halo[2]; ++k) {
        const Index3 local{i, j, k};
        Index3 global{};
        bool ghost = false, outside = false;
        for (std::size_t d = 0; d < 3; ++d) {
          const Index g = layout.offset()[d] + local[d];
          ghost = ghost || local[d] < 0 || local[d] >= count[d];
          outside = outside || (!layout.periodic(static_cast<int>(d)) && (g < 0 || g >= n[d]));
          global[d] = ((g % n[d]) + n[d]) % n[d];
        }
        visit(local, global, ghost, outside);
      }
}

void set(double& value, double number) { value = number; }
void set(Complex& value, double number) { value = {number, -2 * number}; }

/// Fills owned cells with a function of the global index, exchanges, and looks at every cell and ghost.
template <class T>
void check(const LayoutPtr& layout, int components) {
  Field<T> field(info, layout);
  const auto view = field.view();
  T expected{};
  HaloExchange exchange(layout, components);
  for (int repeat = 0; repeat < 2; ++repeat) {  // the second time with other values through the same plan
    const double shift = 0.25 * repeat;
    for_each_cell(*layout, [&](const Index3& l, const Index3& g, bool ghost, bool) {
      set(view(l[0], l[1], l[2]), ghost ? untouched : value_of(*layout, g) + shift);
    });
    exchange(field);
    for_each_cell(*layout, [&](const Index3& l, const Index3& g, bool, bool outside) {
      set(expected, outside ? untouched : value_of(*layout, g) + shift);
      ASSERT_EQ(view(l[0], l[1], l[2]), expected) << l[0] << " " << l[1] << " " << l[2];
    });
  }
}

std::string text(const LayoutSpec& spec) {
  std::string result;
  for (std::size_t d = 0; d < 3; ++d)
    result += std::to_string(spec.global[d]) + (spec.periodic[d] ? " periodic, halo " : " bounded, halo ") +
              std::to_string(spec.halo[d]) + "; ";
  return result;
}

void check_both(const LayoutPtr& layout) {
  SCOPED_TRACE(text(layout->spec()));
  check<double>(layout, 1);
  check<Complex>(layout, 2);
}

// Widths up to several blocks and several turns; few cells a rank, and ranks with none.
TEST(HaloExchange, OneDimension) {
  const auto world = Communicator::world();
  for (const Index n : {1, 2, 3, 5, 16})
    for (const bool periodic : {false, true})
      for (const Index halo : {1, 2, 3, 7})
        check_both(Layout::block(world, {.dimensions = 1,
                                         .global = {n, 1, 1},
                                         .periodic = {periodic, false, false},
                                         .halo = {halo, 0, 0}}));
}

TEST(HaloExchange, TwoDimensionsWithCorners) {
  const auto world = Communicator::world();
  for (const Index3 n : {Index3{2, 3, 1}, {5, 4, 1}, {9, 8, 1}, {1, 6, 1}})
    for (int sides = 0; sides < 4; ++sides)
      for (const Index3 halo : {Index3{1, 1, 0}, {2, 3, 0}, {0, 2, 0}, {7, 1, 0}})
        check_both(Layout::block(world, {.dimensions = 2,
                                         .global = n,
                                         .periodic = {sides % 2 == 1, sides / 2 == 1, false},
                                         .halo = halo}));
}

TEST(HaloExchange, ThreeDimensionsWithEdgesAndCorners) {
  const auto world = Communicator::world();
  for (const Index3 n : {Index3{2, 3, 4}, {5, 4, 3}})
    for (int sides = 0; sides < 8; ++sides)
      for (const Index3 halo : {Index3{1, 1, 1}, {2, 3, 1}, {1, 0, 7}})
        check_both(Layout::block(world, {.dimensions = 3,
                                         .global = n,
                                         .periodic = {sides % 2 == 1, sides / 2 % 2 == 1, sides / 4 == 1},
                                         .halo = halo}));
}

TEST(HaloExchange, EveryProcessGrid) {
  const auto world = Communicator::world();
  const int p = world.size();
  for (const std::array<int, 3> processes : {std::array<int, 3>{p, 1, 1}, {1, p, 1}, {1, 1, p}})
    check_both(Layout::block(world, {.dimensions = 3,
                                     .global = {5, 6, 7},
                                     .periodic = {true, false, true},
                                     .halo = {2, 3, 1},
                                     .processes = processes}));
}

TEST(HaloExchange, PaddedRows) {
  const auto world = Communicator::world();
  check_both(Layout::block(world, {.dimensions = 2,
                                   .global = {5, 6, 1},
                                   .periodic = {true, true, false},
                                   .halo = {1, 2, 0},
                                   .padding = 2}));
}

TEST(HaloExchange, UnevenSplitsWithEmptyRanks) {
  const auto world = Communicator::world();
  std::vector<Index> splits{0};
  for (int rank = 0; rank < world.size(); ++rank)
    splits.push_back(rank == world.size() - 1 ? 8 : rank % 2 == 0 ? splits.back() : splits.back() + 1);
  for (const bool periodic : {false, true}) {
    const LayoutSpec spec{
        .dimensions = 2, .global = {8, 3, 1}, .periodic = {periodic, true, false}, .halo = {3, 1, 0}};
    check_both(Layout::from_splits(world, spec, {splits, {}, {}}));
  }
}

TEST(HaloExchange, RefusesAFieldOfAnotherLayoutOrKind) {
  const auto layout =
      Layout::block(Communicator::self(), {.dimensions = 1, .global = {8, 1, 1}, .halo = {1, 0, 0}});
  HaloExchange exchange(layout);
  RealField wider(info, layout->with_halo({2, 0, 0}));
  ComplexField complex(info, layout);
  EXPECT_THROW(exchange(wider), base::Error);
  EXPECT_THROW(exchange(complex), base::Error);
  RealField twin(info, layout->with_halo({1, 0, 0}));
  EXPECT_NO_THROW(exchange(twin));
}

}  // namespace
}  // namespace sluice::grid
