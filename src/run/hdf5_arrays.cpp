// Replicated arrays, texts and tables.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "run/hdf5_detail.hpp"

namespace sluice::run {

namespace {

std::size_t product(const std::vector<hsize_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

hdf5::Handle fixed_text_type(std::size_t length) {
  hdf5::Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "H5Tcopy");
  hdf5::require(H5Tset_size(type.id(), std::max<std::size_t>(length, 1)), "H5Tset_size");
  hdf5::require(H5Tset_cset(type.id(), H5T_CSET_UTF8), "H5Tset_cset");
  hdf5::require(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), "H5Tset_strpad");
  return type;
}

}  // namespace

void Hdf5File::Impl::write_replicated(const std::string& path, const hdf5::DatasetSpec& spec,
                                      hid_t memory_type, const void* data) {
  std::unique_ptr<hdf5::Handle> dataset;
  expect(product(spec.shape) * H5Tget_size(spec.type));
  reserve();
  together(path, [&] { dataset = std::make_unique<hdf5::Handle>(hdf5::create_dataset(id, path, spec)); });
  together(
      path,
      [&] {
        if (communicator.is_root() && product(spec.shape) > 0)
          hdf5::require(H5Dwrite(dataset->id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data),
                        "H5Dwrite");
      },
      Scope::data);
  together(path, [&] { dataset->close(); });
}

void Hdf5File::Impl::read_replicated(const std::string& path, hid_t memory_type, std::size_t value_bytes,
                                     const std::function<void*(std::size_t)>& make) {
  std::unique_ptr<hdf5::Handle> dataset;
  std::size_t count = 0;
  void* data = nullptr;
  together(path, [&] {
    dataset = std::make_unique<hdf5::Handle>(hdf5::open_dataset(id, path));
    const hdf5::Handle type(H5Dget_type(dataset->id()), H5Tclose, "H5Dget_type");
    if (memory_type != H5T_STRING && !hdf5::is_numeric(type.id())) throw base::Error("is not of numbers");
    count = product(hdf5::shape_of(dataset->id()));
    data = make(count);
  });
  together(
      path,
      [&] {
        if (communicator.is_root() && count > 0)
          hdf5::require(H5Dread(dataset->id(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), "H5Dread");
      },
      Scope::data);
  hdf5::broadcast_bytes(communicator, data, count * value_bytes);
  together(path, [&] { dataset->close(); });
}

void Hdf5File::write_reals(const std::string& path, std::span<const double> values,
                           const std::vector<std::uint64_t>& shape) {
  const std::vector<hsize_t> whole =
      shape.empty() ? std::vector<hsize_t>{values.size()} : std::vector<hsize_t>(shape.begin(), shape.end());
  impl_->together(path, [&] {
    if (product(whole) != values.size())
      throw base::Error(fmt::format("{} values for a shape of {}", values.size(), hdf5::shape_text(whole)));
  });
  impl_->write_replicated(path, {.type = H5T_IEEE_F64LE, .shape = whole}, H5T_NATIVE_DOUBLE, values.data());
}

void Hdf5File::write_scalar(const std::string& path, double value) {
  impl_->write_replicated(path, {.type = H5T_IEEE_F64LE, .shape = {}}, H5T_NATIVE_DOUBLE, &value);
}

void Hdf5File::write_integers(const std::string& path, std::span<const std::int64_t> values) {
  impl_->write_replicated(path, {.type = H5T_STD_I64LE, .shape = {values.size()}}, H5T_NATIVE_INT64,
                          values.data());
}

void Hdf5File::write_text(const std::string& path, const std::string& text) {
  const hdf5::Handle type = fixed_text_type(text.size());
  const std::string padded = text.empty() ? std::string(1, '\0') : text;
  impl_->write_replicated(path, {.type = type.id(), .shape = {}}, type.id(), padded.data());
}

std::string Hdf5File::read_text(const std::string& path) {
  std::string text;
  hdf5::Handle* memory = nullptr;
  std::unique_ptr<hdf5::Handle> dataset, type;
  impl_->together(path, [&] {
    dataset = std::make_unique<hdf5::Handle>(hdf5::open_dataset(impl_->id, path));
    type = std::make_unique<hdf5::Handle>(H5Dget_type(dataset->id()), H5Tclose, "H5Dget_type");
    const htri_t variable = H5Tis_variable_str(type->id());
    if (H5Tget_class(type->id()) != H5T_STRING || variable != 0)
      throw base::Error("is not a text of fixed length");
    if (product(hdf5::shape_of(dataset->id())) != 1) throw base::Error("is not a single text");
    memory = type.get();
    text.resize(H5Tget_size(type->id()));
  });
  impl_->together(
      path,
      [&] {
        if (impl_->communicator.is_root())
          hdf5::require(H5Dread(dataset->id(), memory->id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()),
                        "H5Dread");
      },
      Impl::Scope::data);
  hdf5::broadcast_bytes(impl_->communicator, text.data(), text.size());
  impl_->together(path, [&] { dataset->close(); });
  text.resize(text.find_last_not_of('\0') + 1);
  return text;
}

std::vector<double> Hdf5File::read_reals(const std::string& path) {
  std::vector<double> values;
  impl_->read_replicated(path, H5T_NATIVE_DOUBLE, sizeof(double), [&](std::size_t count) {
    values.resize(count);
    return values.data();
  });
  return values;
}

std::vector<std::int64_t> Hdf5File::read_integers(const std::string& path) {
  std::vector<std::int64_t> values;
  impl_->read_replicated(path, H5T_NATIVE_INT64, sizeof(std::int64_t), [&](std::size_t count) {
    values.resize(count);
    return values.data();
  });
  return values;
}

std::vector<std::uint64_t> Hdf5File::shape(const std::string& path) {
  std::vector<hsize_t> shape;
  impl_->together(path, [&] {
    hdf5::Handle dataset = hdf5::open_dataset(impl_->id, path);
    shape = hdf5::shape_of(dataset.id());
    dataset.close();
  });
  return {shape.begin(), shape.end()};
}

std::string Hdf5File::type_name(const std::string& path) {
  std::string name;
  impl_->together(path, [&] {
    hdf5::Handle dataset = hdf5::open_dataset(impl_->id, path);
    const hdf5::Handle type(H5Dget_type(dataset.id()), H5Tclose, "H5Dget_type");
    const std::size_t bits = 8 * H5Tget_size(type.id());
    switch (H5Tget_class(type.id())) {
      case H5T_FLOAT:
        name = fmt::format("float{}", bits);
        break;
      case H5T_INTEGER:
        name = fmt::format("{}int{}", H5Tget_sign(type.id()) == H5T_SGN_NONE ? "u" : "", bits);
        break;
      case H5T_STRING:
        name = "text";
        break;
      case H5T_COMPOUND:
        name = "compound";
        break;
      default:
        name = "other";
    }
    dataset.close();
  });
  return name;
}

void Hdf5File::append_rows(const std::string& path, std::span<const double> rows, std::size_t columns) {
  constexpr std::size_t chunk_bytes = 32 * 1024;
  impl_->together(path, [&] {
    if (columns == 0 || rows.size() % columns != 0)
      throw base::Error(fmt::format("{} values are no rows of {}", rows.size(), columns));
  });
  if (!has(path))
    impl_->write_replicated(
        path,
        {.type = H5T_IEEE_F64LE,
         .shape = {0, columns},
         .chunk = {std::max<std::size_t>(1, chunk_bytes / (columns * sizeof(double))), columns},
         .largest = {H5S_UNLIMITED, columns}},
        H5T_NATIVE_DOUBLE, nullptr);
  impl_->expect(rows.size_bytes() + chunk_bytes);
  impl_->reserve();
  std::unique_ptr<hdf5::Handle> dataset;
  std::vector<hsize_t> begin, count{rows.size() / columns, columns};
  impl_->together(path, [&] {
    dataset = std::make_unique<hdf5::Handle>(hdf5::open_dataset(impl_->id, path));
    begin = hdf5::shape_of(dataset->id());
    if (begin.size() != 2 || begin[1] != columns)
      throw base::Error(fmt::format("holds {}, rows of {} do not fit", hdf5::shape_text(begin), columns));
    const std::vector<hsize_t> grown{begin[0] + count[0], columns};
    hdf5::require(H5Dset_extent(dataset->id(), grown.data()), "H5Dset_extent");
    begin[1] = 0;
  });
  impl_->together(
      path,
      [&] {
        if (!impl_->communicator.is_root() || rows.empty()) return;
        const hdf5::Handle space(H5Dget_space(dataset->id()), H5Sclose, "H5Dget_space");
        const hdf5::Handle memory = hdf5::simple_space(count);
        hdf5::require(
            H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, begin.data(), nullptr, count.data(), nullptr),
            "H5Sselect_hyperslab");
        hdf5::require(
            H5Dwrite(dataset->id(), H5T_NATIVE_DOUBLE, memory.id(), space.id(), H5P_DEFAULT, rows.data()),
            "H5Dwrite");
      },
      Impl::Scope::data);
  impl_->together(path, [&] { dataset->close(); });
}

void Hdf5File::truncate_rows(const std::string& path, std::uint64_t rows) {
  impl_->together(path, [&] {
    hdf5::Handle dataset = hdf5::open_dataset(impl_->id, path);
    std::vector<hsize_t> shape = hdf5::shape_of(dataset.id());
    if (shape.size() != 2) throw base::Error("is not a table");
    if (rows > shape[0]) throw base::Error(fmt::format("has {} rows, {} cannot be kept", shape[0], rows));
    shape[0] = rows;
    hdf5::require(H5Dset_extent(dataset.id(), shape.data()), "H5Dset_extent");
    dataset.close();
  });
}

Hdf5Array read_array(const base::Communicator& communicator, const std::filesystem::path& file,
                     const std::string& path) {
  Hdf5Array array;
  base::agree_on_root(communicator, [&] {
    Hdf5File stream = Hdf5File::open(base::Communicator::self(), file);
    if (!stream.has(path)) {
      std::string names;
      for (const std::string& name : stream.children("/")) names += (names.empty() ? "" : ", ") + name;
      throw base::Error(fmt::format("{} holds no {}; it holds: {}", file.string(), path, names));
    }
    array.shape = stream.shape(path);
    array.values = stream.read_reals(path);
    stream.close();
  });
  std::int64_t rank = communicator.broadcast(static_cast<std::int64_t>(array.shape.size()));
  array.shape.resize(static_cast<std::size_t>(rank));
  hdf5::broadcast_bytes(communicator, array.shape.data(), array.shape.size() * sizeof(std::uint64_t));
  array.values.resize(product({array.shape.begin(), array.shape.end()}));
  hdf5::broadcast_bytes(communicator, array.values.data(), array.values.size() * sizeof(double));
  return array;
}

}  // namespace sluice::run
