// Distributed fields. Uncompressed data go to the file as one contiguous range a rank and call, brought
// together by our own exchange (field_slabs) and written independently: a collective MPI-IO write in which
// the aggregating rank meets a full disk leaves the other ranks waiting for ever (OpenMPI 4.1.4, OMPIO).
// Filtered data must be written collectively; there the space is claimed first.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "run/field_slabs.hpp"
#include "run/hdf5_detail.hpp"

namespace sluice::run {

namespace {

using grid::Index;
using grid::Layout;
using hdf5::Handle;

constexpr std::uint64_t largest_chunk = 4 * 1024 * 1024;  ///< [bytes] of a compressed dataset
constexpr Index bytes_of_one_read = 256 * 1024 * 1024;

std::vector<hsize_t> global_shape(const Layout& layout, int components) {
  std::vector<hsize_t> shape;
  for (int d = 0; d < layout.dimensions(); ++d)
    shape.push_back(static_cast<hsize_t>(layout.global()[static_cast<std::size_t>(d)]));
  if (components > 1) shape.push_back(static_cast<hsize_t>(components));
  return shape;
}

/// The largest block of the decomposition, halved until it is small enough: few chunks belong to two ranks.
std::vector<hsize_t> chunk_shape(const Layout& layout, int components, std::size_t value_bytes) {
  std::vector<hsize_t> chunk;
  std::uint64_t bytes = value_bytes * static_cast<std::size_t>(components);
  for (int d = 0; d < layout.dimensions(); ++d) {
    const std::vector<Index>& splits = layout.splits(d);
    Index largest = 1;
    for (std::size_t p = 0; p + 1 < splits.size(); ++p)
      largest = std::max(largest, splits[p + 1] - splits[p]);
    chunk.push_back(static_cast<hsize_t>(largest));
    bytes *= static_cast<std::uint64_t>(largest);
  }
  for (std::size_t d = 0; bytes > largest_chunk && d < chunk.size();) {
    if (chunk[d] == 1) {
      ++d;
      continue;
    }
    const hsize_t half = (chunk[d] + 1) / 2;
    bytes = bytes / chunk[d] * half;
    chunk[d] = half;
  }
  if (components > 1) chunk.push_back(static_cast<hsize_t>(components));
  return chunk;
}

/// Selects a box of the file's array, or nothing.
void select_box(const Handle& space, const Layout& layout, const grid::Range& planes, int components) {
  if (planes.size() == 0 || layout.owned_size() == 0) {
    hdf5::require(H5Sselect_none(space.id()), "H5Sselect_none");
    return;
  }
  std::vector<hsize_t> start, count;
  for (int d = 0; d < layout.dimensions(); ++d) {
    const auto at = static_cast<std::size_t>(d);
    start.push_back(static_cast<hsize_t>(layout.offset()[at] + (d == 0 ? planes.begin : 0)));
    count.push_back(static_cast<hsize_t>(d == 0 ? planes.size() : layout.count()[at]));
  }
  if (components > 1) {
    start.push_back(0);
    count.push_back(static_cast<hsize_t>(components));
  }
  hdf5::require(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
                "H5Sselect_hyperslab");
}

/// This rank's allocated memory with owned planes selected: halo and padding are skipped without a copy.
Handle memory_box(const Layout& layout, const grid::Range& planes, int components) {
  std::vector<hsize_t> shape, start, count;
  for (std::size_t d = 0; d < 3; ++d) {
    shape.push_back(std::max<hsize_t>(static_cast<hsize_t>(layout.allocated()[d]), 1));
    start.push_back(static_cast<hsize_t>(layout.halo()[d] + (d == 0 ? planes.begin : 0)));
    count.push_back(static_cast<hsize_t>(d == 0 ? planes.size() : layout.count()[d]));
  }
  shape.push_back(static_cast<hsize_t>(components));
  start.push_back(0);
  count.push_back(static_cast<hsize_t>(components));
  Handle space = hdf5::simple_space(shape);
  if (planes.size() == 0 || layout.owned_size() == 0)
    hdf5::require(H5Sselect_none(space.id()), "H5Sselect_none");
  else
    hdf5::require(
        H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
        "H5Sselect_hyperslab");
  return space;
}

Handle collective_transfer() {
  Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "H5Pcreate");
  hdf5::require(H5Pset_dxpl_mpio(transfer.id(), H5FD_MPIO_COLLECTIVE), "H5Pset_dxpl_mpio");
  return transfer;
}

hid_t memory_type(const FieldPart& part) { return part.single ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE; }

/// Whole planes, contiguous in memory and in the file. Local.
void write_slab(const Handle& dataset, const FieldPart& part, const Slab& slab) {
  if (slab.count == 0) return;
  std::vector<hsize_t> count = global_shape(*part.field->layout, part.components()), start(count.size(), 0);
  count[0] = static_cast<hsize_t>(slab.count);
  start[0] = static_cast<hsize_t>(slab.first);
  const Handle space(H5Dget_space(dataset.id()), H5Sclose, "H5Dget_space");
  hdf5::require(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
                "H5Sselect_hyperslab");
  const Handle memory = hdf5::simple_space(count);
  hdf5::require(H5Dwrite(dataset.id(), memory_type(part), memory.id(), space.id(), H5P_DEFAULT, slab.data),
                "H5Dwrite");
}

/// The whole block at once, as filters in parallel want it. Collective.
void write_filtered(const Handle& dataset, const FieldPart& part) {
  const Layout& layout = *part.field->layout;
  std::vector<std::byte> packed(static_cast<std::size_t>(layout.owned_size()) * part.value_bytes() *
                                static_cast<std::size_t>(part.components()));
  pack_planes(part, 0, layout.count()[0], packed.data());
  const Handle space(H5Dget_space(dataset.id()), H5Sclose, "H5Dget_space");
  select_box(space, layout, {0, layout.count()[0]}, part.components());
  const auto values = static_cast<hsize_t>(layout.owned_size()) * static_cast<hsize_t>(part.components());
  const Handle memory = hdf5::simple_space({std::max<hsize_t>(values, 1)});
  if (values == 0) hdf5::require(H5Sselect_none(memory.id()), "H5Sselect_none");
  hdf5::require(H5Dwrite(dataset.id(), memory_type(part), memory.id(), space.id(), collective_transfer().id(),
                         packed.data()),
                "H5Dwrite");
}

}  // namespace

void Hdf5File::write_field(const std::string& path, const grid::FieldView& field, const Storage& storage,
                           int component) {
  const FieldPart part{&field, component, storage.single};
  const Layout& layout = *field.layout;
  const bool filtered = storage.deflate > 0;
  const auto bytes = static_cast<std::uint64_t>(layout.global_size()) *
                     static_cast<std::uint64_t>(part.components()) * part.value_bytes();
  // Filtered data that do not shrink are stored as they are; the index of the chunks comes on top.
  impl_->expect(filtered ? bytes + bytes / 16 : bytes);
  impl_->reserve();
  std::unique_ptr<Handle> dataset;
  impl_->together(path, [&] {
    if (component >= field.components)
      throw base::Error(fmt::format("component {} of a field with {}", component, field.components));
    hdf5::DatasetSpec spec{.type = storage.single ? H5T_IEEE_F32LE : H5T_IEEE_F64LE,
                           .shape = global_shape(layout, part.components()),
                           .deflate = storage.deflate,
                           .shuffle = filtered && storage.shuffle};
    if (filtered) spec.chunk = chunk_shape(layout, part.components(), part.value_bytes());
    dataset = std::make_unique<Handle>(hdf5::create_dataset(impl_->id, path, spec));
  });
  if (filtered)
    impl_->together(
        path, [&] { write_filtered(*dataset, part); }, Impl::Scope::metadata);
  else
    for_each_slab(part, [&](const Slab& slab) {
      impl_->together(
          path, [&] { write_slab(*dataset, part, slab); }, Impl::Scope::data);
    });
  impl_->together(path, [&] { dataset->close(); });
}

void Hdf5File::read_field(const std::string& path, const grid::LayoutPtr& layout, double* data,
                          int components) {
  std::unique_ptr<Handle> dataset;
  impl_->together(path, [&] {
    dataset = std::make_unique<Handle>(hdf5::open_dataset(impl_->id, path));
    const Handle type(H5Dget_type(dataset->id()), H5Tclose, "H5Dget_type");
    if (!hdf5::is_numeric(type.id())) throw base::Error("is not of numbers");
    const std::vector<hsize_t> is = hdf5::shape_of(dataset->id()), wanted = global_shape(*layout, components);
    if (is != wanted)
      throw base::Error(fmt::format("is {}, {} is wanted", hdf5::shape_text(is), hdf5::shape_text(wanted)));
  });
  // Equally many reads on every rank: as many as the largest block needs.
  const auto largest_plane =
      static_cast<Index>(sizeof(double)) * components * layout->global()[1] * layout->global()[2];
  const Index window = std::max<Index>(1, bytes_of_one_read / largest_plane);
  const Index largest = layout->communicator().max(layout->count()[0]);
  for (Index begin = 0; begin < largest; begin += window) {
    const grid::Range planes{std::min(begin, layout->count()[0]),
                             std::min(begin + window, layout->count()[0])};
    impl_->together(
        path,
        [&] {
          const Handle space(H5Dget_space(dataset->id()), H5Sclose, "H5Dget_space");
          select_box(space, *layout, planes, components);
          const Handle memory = memory_box(*layout, planes, components);
          double nowhere = 0;
          hdf5::require(H5Dread(dataset->id(), H5T_NATIVE_DOUBLE, memory.id(), space.id(),
                                collective_transfer().id(), data != nullptr ? data : &nowhere),
                        "H5Dread");
        },
        Impl::Scope::data);
  }
  impl_->together(path, [&] { dataset->close(); });
}

}  // namespace sluice::run
