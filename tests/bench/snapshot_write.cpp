// Bytes per second of snapshots against a plain parallel write of the same bytes in the same run: each rank
// writes its share of one file with pwrite, and everybody syncs. Medians of repetitions that take turns, so
// that a disk that is slow for a while is slow for all.
//
//   mpirun -n 2 bench_snapshot [folder] [MiB] [repetitions]
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "run/disk.hpp"
#include "run/snapshot.hpp"

namespace {

using namespace sluice;
using base::Communicator;
namespace fs = std::filesystem;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// The yardstick: contiguous shares of one file. Local failures end the benchmark.
void write_plainly(const Communicator& world, const fs::path& file, const std::vector<double>& share) {
  if (world.is_root()) ::close(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644));
  world.barrier();
  const int descriptor = ::open(file.c_str(), O_WRONLY);
  const auto* bytes = reinterpret_cast<const char*>(share.data());
  const std::size_t size = share.size() * sizeof(double);
  const std::size_t begin = size * static_cast<std::size_t>(world.rank());
  for (std::size_t done = 0; done < size;) {
    const ssize_t written = ::pwrite(descriptor, bytes + done, size - done, static_cast<off_t>(begin + done));
    if (written <= 0) throw base::Error("pwrite: " + run::system_error_text(errno));
    done += static_cast<std::size_t>(written);
  }
  if (::fsync(descriptor) != 0) throw base::Error("fsync: " + run::system_error_text(errno));
  ::close(descriptor);
  world.barrier();
}

struct Way {
  std::string name;
  std::function<void()> write;
  std::vector<double> seconds{};
};

/// A field of the wanted size on a layout with this many rank columns and halo.
grid::RealField make_field(const Communicator& world, const grid::Grid& grid, int columns, grid::Index halo) {
  grid::LayoutSpec spec = grid.layout_spec(halo);
  spec.processes = {world.size() / columns, columns, 1};
  grid::RealField field({"u", "m s^-1", "velocity"}, grid::Layout::block(world, spec));
  const auto view = field.view();
  const grid::Layout& layout = field.layout();
  for (grid::Index i = 0; i < layout.count()[0]; ++i)
    for (grid::Index j = 0; j < layout.count()[1]; ++j)
      view(i, j) = std::sin(0.01 * static_cast<double>(layout.offset()[0] + i)) *
                   std::cos(0.02 * static_cast<double>(layout.offset()[1] + j));
  return field;
}

}  // namespace

int main(int argc, char** argv) {
  base::MpiSession session(argc, argv);
  const auto world = Communicator::world();
  const fs::path folder = fs::path(argc > 1 ? argv[1] : ".") / "bench_snapshot.files";
  const int mebibytes = argc > 2 ? std::max(1, std::atoi(argv[2])) : 256;
  const int repetitions = argc > 3 ? std::max(1, std::atoi(argv[3])) : 7;
  if (world.is_root()) fs::create_directories(folder);
  world.barrier();

  const grid::Index rows =
      std::max<grid::Index>(static_cast<grid::Index>(mebibytes) * 128 / world.size(), 1) * world.size();
  const auto grid = grid::Grid::cartesian(
      {.points = {rows, 1024}, .lower = {0, 0}, .upper = {1, 1}, .periodic = {true, true}});
  const double bytes = static_cast<double>(rows) * 1024 * sizeof(double);
  const grid::RealField slabs = make_field(world, grid, 1, 0), halo = make_field(world, grid, 1, 2),
                        columns = make_field(world, grid, world.size(), 2);
  const std::vector<double> share(static_cast<std::size_t>(rows * 1024 / world.size()), 1.5);
  const auto snapshot = [&](const grid::RealField& field, const run::Storage& storage) {
    const std::vector<grid::FieldView> views{field.erased()};
    const run::SnapshotHeader header{
        .time = 0, .step = 0, .time_unit = "s", .provenance = "{}", .resolved = ""};
    run::write_snapshot(world, folder / "snapshot.h5", grid, views, header, storage);
  };
  std::vector<Way> ways{
      {"plain pwrite and fsync", [&] { write_plainly(world, folder / "plain.bin", share); }},
      {"snapshot, slabs", [&] { snapshot(slabs, {}); }},
      {"snapshot, slabs with halo", [&] { snapshot(halo, {}); }},
      {"snapshot, columns with halo", [&] { snapshot(columns, {}); }},
      {"snapshot, float32", [&] { snapshot(slabs, {.single = true}); }},
      {"snapshot, shuffle and deflate 1", [&] { snapshot(slabs, {.deflate = 1, .shuffle = true}); }}};
  for (int repetition = -1; repetition < repetitions; ++repetition)  // the first writes the geometry
    for (Way& way : ways) {
      if (world.is_root())  // each writes a new file
        for (const char* name : {"plain.bin", "snapshot.h5"}) fs::remove(folder / name);
      world.barrier();
      const double start = MPI_Wtime();
      way.write();
      const double seconds = world.max(MPI_Wtime() - start);
      if (repetition >= 0) way.seconds.push_back(seconds);
    }
  if (world.is_root()) {
    fmt::print("{:.0f} MB of doubles, {} ranks, medians of {}\n", bytes / 1e6, world.size(), repetitions);
    for (const Way& way : ways)
      fmt::print("{:<32} {:>8.3f} s {:>8.0f} MB/s of the field  {:.2f} x plain\n", way.name,
                 median(way.seconds), bytes / 1e6 / median(way.seconds),
                 median(ways[0].seconds) / median(way.seconds));
    fs::remove_all(folder);
  }
}
