#include "run/hdf5.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/error.hpp"
#include "files_support.hpp"
#include "run/hook.hpp"

namespace sluice {
namespace {

using run::Hdf5File;
using testing::ElementsAre;
using testing::HasSubstr;

const base::Communicator& world() {
  static const base::Communicator communicator = base::Communicator::world();
  return communicator;
}

/// What is written, how, and how exactly it comes back.
struct Way {
  std::string name;
  grid::LayoutSpec written;
  run::Storage storage;
  double tolerance = 0;
};

std::vector<Way> ways() {
  const run::Storage plain, single{.single = true}, packed{.deflate = 3, .shuffle = true};
  const run::Storage both{.single = true, .deflate = 1};
  return {
      {"line", {.dimensions = 1, .global = {37, 1, 1}}, plain},
      {"line with halo", {.dimensions = 1, .global = {37, 1, 1}, .halo = {2, 0, 0}}, plain},
      {"fewer cells than ranks", {.dimensions = 1, .global = {2, 1, 1}, .halo = {1, 0, 0}}, plain},
      {"plane", {.dimensions = 2, .global = {13, 17, 1}}, plain},
      {"columns", {.dimensions = 2, .global = {13, 17, 1}, .processes = {1, 0, 0}}, plain},
      {"plane, single", {.dimensions = 2, .global = {13, 17, 1}, .halo = {1, 2, 0}}, single, 1e-5},
      {"plane, deflate", {.dimensions = 2, .global = {13, 17, 1}, .halo = {1, 2, 0}}, packed},
      {"few cells, deflate", {.dimensions = 2, .global = {1, 3, 1}}, packed},
      {"padded slabs", {.dimensions = 2, .global = {13, 16, 1}, .processes = {0, 1, 1}, .padding = 2}, plain},
      {"box", {.dimensions = 3, .global = {5, 8, 9}, .halo = {1, 1, 1}}, plain},
      {"rods", {.dimensions = 3, .global = {5, 8, 9}, .processes = {1, 0, 0}}, plain},
      {"box, single, deflate",
       {.dimensions = 3, .global = {5, 8, 9}, .halo = {2, 2, 2}, .padding = 1},
       both,
       1e-5},
  };
}

/// Reads on every rank's own blocks, and whole on the first rank alone.
template <class Field>
double error_of_reading(const std::filesystem::path& file, const Way& way) {
  constexpr int components =
      sizeof(typename std::remove_reference_t<decltype(*Field().data())>) / sizeof(double);
  grid::LayoutSpec spec{.dimensions = way.written.dimensions, .global = way.written.global};
  spec.halo[static_cast<std::size_t>(spec.dimensions) - 1] = 1;
  Field blocks({"u", "1", ""}, grid::Layout::block(world(), spec));
  Hdf5File in = Hdf5File::open(world(), file);
  in.read_field("/group/u", blocks.layout_pointer(), reinterpret_cast<double*>(blocks.data()), components);
  in.close();
  double error = test::error_of(blocks);
  if (world().is_root()) {
    Field whole({"u", "1", ""},
                grid::Layout::block(base::Communicator::self(),
                                    {.dimensions = way.written.dimensions, .global = way.written.global}));
    Hdf5File alone = Hdf5File::open(base::Communicator::self(), file);
    alone.read_field("/group/u", whole.layout_pointer(), reinterpret_cast<double*>(whole.data()), components);
    alone.close();
    error = std::max(error, test::error_of(whole));
  }
  return world().max(error);
}

template <class Field>
void write_and_read(bool complex) {
  const test::TemporaryFolder folder(world());
  for (const Way& way : ways()) {
    SCOPED_TRACE(way.name + (complex ? ", complex" : ""));
    const auto file = folder / "field.h5";
    Field field({"u", "m", "height"}, grid::Layout::block(world(), way.written));
    test::fill(field);
    Hdf5File out = Hdf5File::create(world(), file);
    out.write_field("/group/u", field.erased(), way.storage);
    out.close();
    EXPECT_LE(error_of_reading<Field>(file, way), way.tolerance);
  }
}

TEST(Hdf5Fields, ComeBackOnAnyDecomposition) { write_and_read<grid::RealField>(false); }
TEST(Hdf5Fields, ComplexOnesComeBackOnAnyDecomposition) { write_and_read<grid::ComplexField>(true); }

TEST(Hdf5Fields, OneComponentIsWrittenAlone) {
  const test::TemporaryFolder folder(world());
  for (const int deflate : {0, 2}) {
    const auto file = folder / "part.h5";
    grid::ComplexField psi(
        {"psi", "1", ""},
        grid::Layout::block(world(), {.dimensions = 2, .global = {6, 11, 1}, .halo = {1, 1, 0}}));
    test::fill(psi);
    Hdf5File out = Hdf5File::create(world(), file);
    out.write_field("/imaginary", psi.erased(), {.deflate = deflate}, 1);
    out.close();
    Hdf5File in = Hdf5File::open(world(), file);
    EXPECT_THAT(in.shape("/imaginary"), ElementsAre(6, 11));
    const std::vector<double> values = in.read_reals("/imaginary");
    in.close();
    for (grid::Index i = 0; i < 6; ++i)
      for (grid::Index j = 0; j < 11; ++j)
        EXPECT_EQ(values[static_cast<std::size_t>(i * 11 + j)], test::value_at(i, j, 0, 1));
  }
}

TEST(Hdf5Fields, AnotherShapeIsRefused) {
  const test::TemporaryFolder folder(world());
  const auto file = folder / "field.h5";
  grid::RealField field({"u", "1", ""}, grid::Layout::block(world(), {.dimensions = 2, .global = {6, 5, 1}}));
  Hdf5File out = Hdf5File::create(world(), file);
  out.write_field("/u", field.erased(), {});
  out.close();
  grid::RealField other({"u", "1", ""}, grid::Layout::block(world(), {.dimensions = 2, .global = {5, 6, 1}}));
  Hdf5File in = Hdf5File::open(world(), file);
  try {
    in.read_field("/u", other.layout_pointer(), other.data(), 1);
    ADD_FAILURE() << "read a field of another shape";
  } catch (const base::AgreedError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/u: is 6 x 5, 5 x 6 is wanted"));
  }
}

TEST(Hdf5Arrays, AreTheSameOnEveryRank) {
  const test::TemporaryFolder folder(world());
  const auto file = folder / "arrays.h5";
  const std::vector<double> reals{1.5, -2, 1e300, -0.0}, none;
  const std::vector<std::int64_t> integers{-5, INT64_MAX};
  const std::string text = "two lines\nand \xc3\xa9", empty;
  Hdf5File out = Hdf5File::create(world(), file);
  out.write_reals("/deep/down/reals", reals);
  out.write_reals("/table", reals, {2, 2});
  out.write_reals("/none", none);
  out.write_scalar("/scalar", 2.5);
  out.write_integers("/integers", integers);
  out.write_text("/text", text);
  out.write_text("/empty", empty);
  out.close();
  Hdf5File in = Hdf5File::open(world(), file);
  EXPECT_EQ(in.read_reals("/deep/down/reals"), reals);
  EXPECT_THAT(in.shape("/table"), ElementsAre(2, 2));
  EXPECT_EQ(in.read_reals("/none"), none);
  EXPECT_THAT(in.shape("/scalar"), ElementsAre());
  EXPECT_THAT(in.read_reals("/scalar"), ElementsAre(2.5));
  EXPECT_EQ(in.read_integers("/integers"), integers);
  EXPECT_EQ(in.read_text("/text"), text);
  EXPECT_EQ(in.read_text("/empty"), empty);
  EXPECT_EQ(in.type_name("/integers"), "int64");
  EXPECT_EQ(in.type_name("/table"), "float64");
  EXPECT_EQ(in.type_name("/text"), "text");
  EXPECT_THAT(in.children("/"), ElementsAre("deep", "empty", "integers", "none", "scalar", "table", "text"));
  EXPECT_TRUE(in.has("/"));
  EXPECT_TRUE(in.has("/deep/down/reals"));
  EXPECT_FALSE(in.has("/deep/up/reals"));
  in.close();
  const run::Hdf5Array array = run::read_array(world(), file, "/table");
  EXPECT_THAT(array.shape, ElementsAre(2, 2));
  EXPECT_EQ(array.values, reals);
  EXPECT_THROW(static_cast<void>(run::read_array(world(), file, "/nothing")), base::AgreedError);
}

TEST(Hdf5Arrays, TablesGrowAndShrink) {
  const test::TemporaryFolder folder(world());
  const auto file = folder / "history.h5";
  std::vector<double> expected;
  for (int part = 0; part < 3; ++part) {
    Hdf5File out = part == 0 ? Hdf5File::create(world(), file) : Hdf5File::open_to_append(world(), file);
    std::vector<double> rows;
    for (int i = 0; i < 2000; ++i)
      for (int c = 0; c < 3; ++c) rows.push_back(part + i + 0.1 * c);
    out.append_rows("/history", rows, 3);
    expected.insert(expected.end(), rows.begin(), rows.end());
    out.close();
  }
  Hdf5File cut = Hdf5File::open_to_append(world(), file);
  EXPECT_THAT(cut.shape("/history"), ElementsAre(6000, 3));
  EXPECT_EQ(cut.read_reals("/history"), expected);
  cut.truncate_rows("/history", 2500);
  cut.append_rows("/history", std::vector<double>{7, 8, 9}, 3);
  cut.close();
  expected.resize(7500);
  expected.insert(expected.end(), {7, 8, 9});
  Hdf5File in = Hdf5File::open(world(), file);
  EXPECT_EQ(in.read_reals("/history"), expected);
  in.close();
}

TEST(Hdf5Attributes, AreWrittenOverAndReadBack) {
  const test::TemporaryFolder folder(world());
  const auto file = folder / "attributes.h5";
  const std::string longer(200000, 'y');
  Hdf5File out = Hdf5File::create(world(), file);
  out.write_reals("/x", std::vector<double>{1, 2});
  out.write_attribute("/", "long", longer);
  out.write_attribute("/", "empty", std::string());
  out.write_attribute("/x", "units", std::string("m"));
  out.write_attribute("/x", "units", std::string("km s^-1"));
  out.write_attribute("/x", "factor", 0.1);
  out.write_attribute("/x", "step", std::int64_t{1} << 60);
  out.write_attribute("/x", "range", std::vector<double>{1, 2, 3});
  out.close();
  Hdf5File in = Hdf5File::open(world(), file);
  EXPECT_EQ(in.text_attribute("/", "long"), longer);
  EXPECT_EQ(in.text_attribute("/", "empty"), "");
  EXPECT_EQ(in.text_attribute("/x", "units"), "km s^-1");
  EXPECT_EQ(in.real_attribute("/x", "factor"), 0.1);
  EXPECT_EQ(in.integer_attribute("/x", "step"), std::int64_t{1} << 60);
  EXPECT_EQ(in.real_attribute("/x", "nothing"), std::nullopt);
  EXPECT_EQ(in.real_attribute("/x", "units"), std::nullopt);
  EXPECT_THAT(in.attributes("/x"), ElementsAre("factor", "range", "step", "units"));
  in.close();
}

TEST(Hdf5Files, WhatCannotBeReadIsSaid) {
  const test::TemporaryFolder folder(world());
  const auto message = [](const std::filesystem::path& file) -> std::string {
    try {
      Hdf5File::open(world(), file);
    } catch (const base::AgreedError& error) {
      return error.what();
    }
    return "opened";
  };
  if (world().is_root()) test::put_content(folder / "text.h5", std::string(5000, 'x'));
  world().barrier();
  EXPECT_THAT(message(folder / "missing.h5"), HasSubstr("no file"));
  EXPECT_THAT(message(folder / "text.h5"), HasSubstr("not a readable HDF5 file"));
  EXPECT_THAT(message(folder.path()), HasSubstr("is a folder"));
  EXPECT_THROW(Hdf5File::create(world(), folder / "no/such/folder.h5"), run::OutputError);
}

TEST(Checksum, DoesNotDependOnTheDecomposition) {
  const grid::LayoutSpec spec{.dimensions = 3, .global = {6, 5, 4}, .halo = {1, 0, 2}};
  grid::ComplexField spread({"u", "1", ""}, grid::Layout::block(world(), spec));
  grid::ComplexField whole({"u", "1", ""}, grid::Layout::block(base::Communicator::self(),
                                                               {.dimensions = 3, .global = {6, 5, 4}}));
  test::fill(spread);
  test::fill(whole);
  EXPECT_EQ(run::checksum(spread.erased()), run::checksum(whole.erased()));
}

TEST(Checksum, SeesEveryBitAndEveryExchange) {
  grid::RealField field({"u", "1", ""}, grid::Layout::block(base::Communicator::self(),
                                                            {.dimensions = 1, .global = {50, 1, 1}}));
  test::fill(field);
  const std::uint64_t before = run::checksum(field.erased());
  auto* bytes = reinterpret_cast<unsigned char*>(field.data());
  for (int bit = 0; bit < 50 * 64; ++bit) {
    bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_NE(run::checksum(field.erased()), before) << bit;
    bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ (1U << (bit % 8)));
  }
  EXPECT_EQ(run::checksum(field.erased()), before);
  std::swap(field.data()[3], field.data()[4]);
  EXPECT_NE(run::checksum(field.erased()), before);
}

TEST(Checksum, OfBytesAddsUpFromPiecesAndSeesTheLength) {
  std::string text(1003, '\0');
  std::mt19937 random(1);
  for (char& c : text) c = static_cast<char>(random());
  const auto bytes = std::as_bytes(std::span(text));
  const std::uint64_t pieces = run::checksum(bytes.first(400), 0) + run::checksum(bytes.subspan(400), 50);
  EXPECT_EQ(pieces, run::checksum(bytes, 0));
  const std::string zeros(16, '\0');
  EXPECT_NE(run::checksum(std::as_bytes(std::span(zeros))),
            run::checksum(std::as_bytes(std::span(zeros)).first(15)));
}

/// Writes 720 kB, which a limit on some ranks does not let through.
void write_large(const std::filesystem::path& file, const run::Storage& storage, int processes_0) {
  grid::LayoutSpec spec{.dimensions = 2, .global = {300, 300, 1}};
  spec.processes[0] = processes_0;
  grid::RealField field({"u", "1", ""}, grid::Layout::block(world(), spec));
  test::fill(field);
  Hdf5File out = Hdf5File::create(world(), file);
  out.write_field("/u", field.erased(), storage);
  out.close();
}

TEST(FullDisk, IsAnErrorOnEveryRankAndNobodyHangs) {
  const test::TemporaryFolder folder(world());
  const auto file = folder / "large.h5";
  for (const bool everywhere : {true, false})
    for (const int deflate : {0, 1})
      for (const int processes_0 : {0, 1}) {
        SCOPED_TRACE(testing::Message() << "limit " << (everywhere ? "on all ranks" : "on the last rank")
                                        << ", deflate " << deflate);
        {
          const bool limited = everywhere || world().rank() == world().size() - 1;
          const test::SizeLimit limit(limited ? 500000 : RLIM_INFINITY);
          try {
            write_large(file, {.deflate = deflate}, processes_0);
            ADD_FAILURE() << "more than the limit was written";
          } catch (const run::OutputError& error) {
            EXPECT_THAT(error.what(), HasSubstr("File too large"));
          }
        }
        EXPECT_NO_THROW(write_large(file, {.deflate = deflate}, processes_0));  // space has returned
      }
}

TEST(FullDisk, LeavesNothingReservedBehind) {
  const test::TemporaryFolder folder(world());
  const auto file = folder / "small.h5";
  Hdf5File out = Hdf5File::create(world(), file);
  out.write_scalar("/x", 1);
  out.close();
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_LE(status.st_blocks * 512, status.st_size + 65536);
}

}  // namespace
}  // namespace sluice
