#include "run/field_slabs.hpp"

#include <gtest/gtest.h>

#include "files_support.hpp"

namespace sluice {
namespace {

/// Puts the slabs of all ranks together as a file would, and counts how often each value was written.
struct File {
  std::vector<double> values, written;
};

template <class T>
File collect(const run::FieldPart& part, grid::Index slab_bytes) {
  const grid::Layout& layout = *part.field->layout;
  const auto size = static_cast<std::size_t>(layout.global_size() * part.components());
  const auto plane = size / static_cast<std::size_t>(layout.global()[0]);
  File file{std::vector<double>(size), std::vector<double>(size)};
  std::int64_t calls = 0;
  run::for_each_slab(
      part,
      [&](const run::Slab& slab) {
        ++calls;
        for (std::size_t i = 0; i < static_cast<std::size_t>(slab.count) * plane; ++i) {
          file.values.at(static_cast<std::size_t>(slab.first) * plane + i) +=
              static_cast<const T*>(slab.data)[i];
          file.written.at(static_cast<std::size_t>(slab.first) * plane + i) += 1;
        }
      },
      slab_bytes);
  layout.communicator().sum(std::span(file.values));
  layout.communicator().sum(std::span(file.written));
  EXPECT_EQ(layout.communicator().min(calls), layout.communicator().max(calls));
  return file;
}

/// The largest error of what the file holds; every value must have been written once.
double error_of(const File& file, const grid::Layout& layout, const std::vector<int>& components) {
  double error = 0;
  std::size_t at = 0;
  for (grid::Index i = 0; i < layout.global()[0]; ++i)
    for (grid::Index j = 0; j < layout.global()[1]; ++j)
      for (grid::Index k = 0; k < layout.global()[2]; ++k)
        for (const int component : components) {
          EXPECT_EQ(file.written[at], 1) << i << " " << j << " " << k;
          error = std::fmax(error, std::abs(file.values[at++] - test::value_at(i, j, k, component)));
        }
  return error;
}

std::vector<grid::LayoutSpec> specs() {
  return {{.dimensions = 1, .global = {11, 1, 1}, .halo = {2, 0, 0}},
          {.dimensions = 1, .global = {2, 1, 1}},
          {.dimensions = 2, .global = {7, 9, 1}},
          {.dimensions = 2, .global = {7, 9, 1}, .halo = {1, 1, 0}, .processes = {1, 0, 0}},
          {.dimensions = 2, .global = {3, 9, 1}, .processes = {1, 0, 0}, .padding = 3},
          {.dimensions = 3, .global = {4, 5, 6}, .halo = {1, 0, 2}},
          {.dimensions = 3, .global = {4, 5, 6}, .processes = {1, 1, 0}}};
}

TEST(FieldSlabs, HoldEachValueOnceWhereItBelongs) {
  const auto world = base::Communicator::world();
  for (const grid::LayoutSpec& spec : specs())
    for (const grid::Index slab_bytes : {grid::Index{1}, grid::Index{100}, run::usual_slab_bytes}) {
      SCOPED_TRACE(testing::Message() << spec.global[0] << " planes, slabs of " << slab_bytes << " bytes");
      const grid::LayoutPtr layout = grid::Layout::block(world, spec);
      grid::RealField u({"u", "1", ""}, layout);
      grid::ComplexField psi({"psi", "1", ""}, layout);
      test::fill(u);
      test::fill(psi);
      const grid::FieldView real = u.erased(), complex = psi.erased();
      EXPECT_EQ(error_of(collect<double>({&real}, slab_bytes), *layout, {0}), 0);
      EXPECT_LT(error_of(collect<float>({&real, -1, true}, slab_bytes), *layout, {0}), 1e-5);
      EXPECT_EQ(error_of(collect<double>({&complex}, slab_bytes), *layout, {0, 1}), 0);
      EXPECT_EQ(error_of(collect<double>({&complex, 1}, slab_bytes), *layout, {1}), 0);
    }
}

TEST(FieldSlabs, WorkWhereSomeRanksOwnNothing) {
  const auto world = base::Communicator::world();
  // The last of the columns' ranks own empty ranges inside a group that owns planes.
  std::vector<grid::Index> splits{0};
  for (int rank = 0; rank < world.size(); ++rank) splits.push_back(rank == 0 ? 5 : 5 + (rank == 1 ? 2 : 0));
  const grid::Index width = *std::max_element(splits.begin(), splits.end());
  for (std::size_t i = 1; i < splits.size(); ++i) splits[i] = std::max(splits[i], splits[i - 1]);
  const grid::LayoutPtr layout =
      grid::Layout::from_splits(world, {.dimensions = 2, .global = {6, width, 1}}, {{{}, splits, {}}});
  grid::RealField u({"u", "1", ""}, layout);
  test::fill(u);
  const grid::FieldView view = u.erased();
  EXPECT_EQ(error_of(collect<double>({&view}, 50), *layout, {0}), 0);
}

TEST(FieldSlabs, AreTakenFromWhereTheFieldLiesIfThatIsFileOrder) {
  const auto world = base::Communicator::world();
  const grid::LayoutPtr slabs =
      grid::Layout::block(world, {.dimensions = 2, .global = {9, 4, 1}, .processes = {0, 1, 1}});
  grid::RealField u({"u", "1", ""}, slabs);
  const grid::FieldView view = u.erased();
  EXPECT_TRUE(run::is_in_file_order({&view}));
  EXPECT_FALSE(run::is_in_file_order({&view, -1, true}));
  run::for_each_slab({&view}, [&](const run::Slab& slab) {
    if (slab.count > 0) {
      EXPECT_EQ(slab.data, u.data());
    }
  });
}

}  // namespace
}  // namespace sluice
