#include "run/hdf5_detail.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.hpp"

namespace sluice::run::hdf5 {

namespace {

/// Keeps the first entry of an upward walk: where the error arose.
herr_t keep_innermost(unsigned number, const H5E_error2_t* error, void* text) {
  if (number == 0 && error->desc != nullptr)
    *static_cast<std::string*>(text) =
        fmt::format("{} ({})", error->desc, error->func_name != nullptr ? error->func_name : "?");
  return 0;
}

}  // namespace

void fail(const char* call) {
  std::string innermost;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &innermost);
  H5Eclear2(H5E_DEFAULT);
  throw base::Error(innermost.empty() ? fmt::format("{} failed", call)
                                      : fmt::format("{}: {}", call, innermost));
}

Handle simple_space(const std::vector<hsize_t>& shape) {
  if (shape.empty()) return {H5Screate(H5S_SCALAR), H5Sclose, "H5Screate"};
  return {H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose,
          "H5Screate_simple"};
}

Handle open_dataset(hid_t file, const std::string& path) {
  return {H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, "H5Dopen"};
}

Handle open_object(hid_t file, const std::string& path) {
  return {H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose, "H5Oopen"};
}

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "H5Tcopy");
  require(H5Tset_size(type.id(), H5T_VARIABLE), "H5Tset_size");
  require(H5Tset_cset(type.id(), H5T_CSET_UTF8), "H5Tset_cset");
  return type;
}

std::vector<hsize_t> shape_of(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose, "H5Dget_space");
  const int rank = H5Sget_simple_extent_ndims(space.id());
  if (rank < 0) fail("H5Sget_simple_extent_ndims");
  std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
  if (rank > 0 && H5Sget_simple_extent_dims(space.id(), shape.data(), nullptr) < 0)
    fail("H5Sget_simple_extent_dims");
  return shape;
}

bool is_numeric(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  return kind == H5T_FLOAT || kind == H5T_INTEGER;
}

std::string shape_text(const std::vector<hsize_t>& shape) {
  return shape.empty() ? "one value" : fmt::format("{}", fmt::join(shape, " x "));
}

void broadcast_bytes(const base::Communicator& communicator, void* data, std::size_t bytes) {
  constexpr std::size_t piece = std::size_t{1} << 30;  // counts of MPI are ints
  for (std::size_t done = 0; done < bytes; done += piece)
    MPI_Bcast(static_cast<char*>(data) + done, static_cast<int>(std::min(piece, bytes - done)), MPI_BYTE, 0,
              communicator.handle());
}

Handle create_dataset(hid_t file, const std::string& path, const DatasetSpec& spec) {
  const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "H5Pcreate");
  require(H5Pset_create_intermediate_group(links.id(), 1), "H5Pset_create_intermediate_group");
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "H5Pcreate");
  // Every value is written: filling first would double the traffic.
  require(H5Pset_fill_time(creation.id(), H5D_FILL_TIME_NEVER), "H5Pset_fill_time");
  if (!spec.chunk.empty())
    require(H5Pset_chunk(creation.id(), static_cast<int>(spec.chunk.size()), spec.chunk.data()),
            "H5Pset_chunk");
  if (spec.shuffle) require(H5Pset_shuffle(creation.id()), "H5Pset_shuffle");
  if (spec.deflate > 0)
    require(H5Pset_deflate(creation.id(), static_cast<unsigned>(spec.deflate)), "H5Pset_deflate");
  const hsize_t* largest = spec.largest.empty() ? nullptr : spec.largest.data();
  const Handle space =
      spec.shape.empty()
          ? simple_space({})
          : Handle(H5Screate_simple(static_cast<int>(spec.shape.size()), spec.shape.data(), largest),
                   H5Sclose, "H5Screate_simple");
  return {H5Dcreate2(file, path.c_str(), spec.type, space.id(), links.id(), creation.id(), H5P_DEFAULT),
          H5Dclose, "H5Dcreate"};
}

}  // namespace sluice::run::hdf5
