// Attributes and dimension scales.
#include <fmt/format.h>
#include <hdf5_hl.h>

#include "base/error.hpp"
#include "run/hdf5_detail.hpp"

namespace sluice::run {

namespace {

using hdf5::Handle;

/// Writes over an attribute of the same name. Collective (metadata).
void write_any(hid_t file, const std::string& path, const std::string& name, const Handle& space, hid_t type,
               hid_t memory_type, const void* data) {
  Handle object = hdf5::open_object(file, path);
  const htri_t exists = H5Aexists(object.id(), name.c_str());
  hdf5::require(exists, "H5Aexists");
  if (exists > 0) hdf5::require(H5Adelete(object.id(), name.c_str()), "H5Adelete");
  Handle attribute(H5Acreate2(object.id(), name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT),
                   H5Aclose, "H5Acreate");
  hdf5::require(H5Awrite(attribute.id(), memory_type, data), "H5Awrite");
  attribute.close();
  object.close();
}

std::optional<Handle> open_attribute(hid_t file, const std::string& path, const std::string& name) {
  const htri_t exists = H5Aexists_by_name(file, path.c_str(), name.c_str(), H5P_DEFAULT);
  hdf5::require(exists, "H5Aexists_by_name");
  if (exists == 0) return std::nullopt;
  return Handle(H5Aopen_by_name(file, path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                "H5Aopen");
}

hssize_t values_of(const Handle& attribute) {
  const Handle space(H5Aget_space(attribute.id()), H5Sclose, "H5Aget_space");
  return H5Sget_simple_extent_npoints(space.id());
}

template <class T>
std::optional<T> read_number(hid_t file, const std::string& path, const std::string& name,
                             hid_t memory_type) {
  const std::optional<Handle> attribute = open_attribute(file, path, name);
  if (!attribute) return std::nullopt;
  const Handle type(H5Aget_type(attribute->id()), H5Tclose, "H5Aget_type");
  if (!hdf5::is_numeric(type.id()) || values_of(*attribute) != 1) return std::nullopt;
  T value{};
  hdf5::require(H5Aread(attribute->id(), memory_type, &value), "H5Aread");
  return value;
}

std::optional<std::string> read_text_attribute(hid_t file, const std::string& path, const std::string& name) {
  const std::optional<Handle> attribute = open_attribute(file, path, name);
  if (!attribute) return std::nullopt;
  const Handle type(H5Aget_type(attribute->id()), H5Tclose, "H5Aget_type");
  if (H5Tget_class(type.id()) != H5T_STRING || values_of(*attribute) != 1) return std::nullopt;
  const htri_t variable = H5Tis_variable_str(type.id());
  hdf5::require(variable, "H5Tis_variable_str");
  if (variable == 0) {
    std::string text(H5Tget_size(type.id()), '\0');
    hdf5::require(H5Aread(attribute->id(), type.id(), text.data()), "H5Aread");
    return text.substr(0, text.find('\0'));
  }
  char* memory = nullptr;  // the library allocates it; null for an empty text
  hdf5::require(H5Aread(attribute->id(), type.id(), &memory), "H5Aread");
  std::string text = memory != nullptr ? memory : "";
  hdf5::require(H5free_memory(memory), "H5free_memory");
  return text;
}

herr_t collect_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

}  // namespace

void Hdf5File::write_attribute(const std::string& path, const std::string& name, const std::string& value) {
  impl_->expect(value.size());
  impl_->together(path + "@" + name, [&] {
    // Variable length: read as str by h5py, and not bound by the 64 KiB of an attribute.
    const Handle type = hdf5::text_type();
    const char* text = value.c_str();
    write_any(impl_->id, path, name, hdf5::simple_space({}), type.id(), type.id(), &text);
  });
}

void Hdf5File::write_attribute(const std::string& path, const std::string& name, double value) {
  impl_->expect(sizeof value);
  impl_->together(path + "@" + name, [&] {
    write_any(impl_->id, path, name, hdf5::simple_space({}), H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
  });
}

void Hdf5File::write_attribute(const std::string& path, const std::string& name, std::int64_t value) {
  impl_->expect(sizeof value);
  impl_->together(path + "@" + name, [&] {
    write_any(impl_->id, path, name, hdf5::simple_space({}), H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
  });
}

void Hdf5File::write_attribute(const std::string& path, const std::string& name,
                               std::span<const double> values) {
  impl_->expect(values.size_bytes());
  impl_->together(path + "@" + name, [&] {
    write_any(impl_->id, path, name, hdf5::simple_space({values.size()}), H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE,
              values.data());
  });
}

std::optional<std::string> Hdf5File::text_attribute(const std::string& path, const std::string& name) {
  std::optional<std::string> value;
  impl_->together(path + "@" + name, [&] { value = read_text_attribute(impl_->id, path, name); });
  return value;
}

std::optional<double> Hdf5File::real_attribute(const std::string& path, const std::string& name) {
  std::optional<double> value;
  impl_->together(path + "@" + name,
                  [&] { value = read_number<double>(impl_->id, path, name, H5T_NATIVE_DOUBLE); });
  return value;
}

std::optional<std::int64_t> Hdf5File::integer_attribute(const std::string& path, const std::string& name) {
  std::optional<std::int64_t> value;
  impl_->together(path + "@" + name,
                  [&] { value = read_number<std::int64_t>(impl_->id, path, name, H5T_NATIVE_INT64); });
  return value;
}

std::vector<std::string> Hdf5File::attributes(const std::string& path) {
  std::vector<std::string> names;
  impl_->together(path, [&] {
    Handle object = hdf5::open_object(impl_->id, path);
    hsize_t position = 0;
    hdf5::require(H5Aiterate2(object.id(), H5_INDEX_NAME, H5_ITER_INC, &position, collect_name, &names),
                  "H5Aiterate");
    object.close();
  });
  return names;
}

void Hdf5File::make_scale(const std::string& scale, const std::string& name) {
  impl_->together(scale, [&] {
    Handle dataset = hdf5::open_dataset(impl_->id, scale);
    hdf5::require(H5DSset_scale(dataset.id(), name.c_str()), "H5DSset_scale");
    dataset.close();
  });
}

void Hdf5File::attach_scale(const std::string& dataset, const std::string& scale, unsigned dimension) {
  impl_->together(dataset, [&] {
    Handle target = hdf5::open_dataset(impl_->id, dataset), source = hdf5::open_dataset(impl_->id, scale);
    hdf5::require(H5DSattach_scale(target.id(), source.id(), dimension), "H5DSattach_scale");
    source.close();
    target.close();
  });
}

}  // namespace sluice::run
