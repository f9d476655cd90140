#include "run/hdf5.hpp"

#include <fmt/format.h>

#include <exception>

#include "run/disk.hpp"
#include "run/hdf5_detail.hpp"
#include "run/hook.hpp"

namespace sluice::run {

namespace {

/// Room for the library's own growth (object headers, heaps) between two calls of `reserve`.
constexpr std::uint64_t metadata_slack = 256 * 1024;
/// More than the header and heap of one object or attribute. (The parallel driver does not tell how much is
/// allocated.)
constexpr std::uint64_t object_bytes = 4 * 1024;

hdf5::Handle file_access(const base::Communicator& communicator) {
  hdf5::Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "H5Pcreate");
  hdf5::require(H5Pset_fapl_mpio(access.id(), communicator.handle(), MPI_INFO_NULL), "H5Pset_fapl_mpio");
  hdf5::require(H5Pset_coll_metadata_write(access.id(), true), "H5Pset_coll_metadata_write");
  hdf5::require(H5Pset_meta_block_size(access.id(), 16 * 1024), "H5Pset_meta_block_size");
  return access;
}

}  // namespace

Hdf5File::Impl::Impl(base::Communicator the_communicator, std::filesystem::path the_file, bool write)
    : communicator(std::move(the_communicator)),
      file(std::move(the_file)),
      writing(write),
      exceptions(std::uncaught_exceptions()) {
  // Messages reach the user in our own errors.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Hdf5File::Impl::~Impl() {
  if (id < 0 || diverged) return;
  // Unwinding from an error that may be this rank's alone: the others would not come to a collective close.
  // The library closes the file when MPI ends.
  if (!failed && std::uncaught_exceptions() > exceptions) return;
  if (failed && writing) {
    // The disk may be full: without the content there is room for what the library still wants to write.
    if (communicator.is_root()) discard_content(file);
    communicator.barrier();
  }
  H5Fclose(id);
  H5Eclear2(H5E_DEFAULT);
}

void Hdf5File::Impl::together(const std::string& what, const std::function<void()>& work, Scope scope) {
  std::string message;
  try {
    work();
  } catch (const std::exception& error) {
    message = error.what();
    if (message.empty()) message = "unknown error";
  }
  const std::int64_t mine = message.empty() ? communicator.size() : communicator.rank();
  const std::int64_t first = communicator.min(mine);
  if (first == communicator.size()) return;
  const bool everywhere = communicator.all(!message.empty());
  communicator.broadcast(message, static_cast<int>(first));
  failed = true;
  diverged = diverged || (scope == Scope::metadata && !everywhere);
  const std::string text = fmt::format("cannot {} {}: {}{}{}", writing ? "write" : "read", file.string(),
                                       what, what.empty() ? "" : ": ", message);
  if (writing) throw OutputError(text);
  throw base::AgreedError(text);
}

void Hdf5File::Impl::expect(std::uint64_t bytes) { expected += bytes + object_bytes; }

void Hdf5File::Impl::reserve() {
  together(
      "",
      [&] {
        const std::uint64_t wanted = expected + metadata_slack;
        check_size_limit(file, wanted);
        if (wanted <= reserved) return;
        if (communicator.is_root()) reserve_space(file, reserved, wanted);
        reserved = wanted;
      },
      Scope::data);
}

Hdf5File::Hdf5File(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Hdf5File::~Hdf5File() = default;
Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;
Hdf5File& Hdf5File::operator=(Hdf5File&&) noexcept = default;

Hdf5File Hdf5File::create(const base::Communicator& communicator, const std::filesystem::path& file,
                          const FileOptions& options) {
  auto impl = std::make_unique<Impl>(communicator, file, true);
  impl->expected = options.user_block;
  impl->together(
      "", [&] { check_size_limit(file, options.user_block + metadata_slack); }, Impl::Scope::data);
  impl->together("create", [&] {
    const hdf5::Handle access = file_access(communicator);
    const hdf5::Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "H5Pcreate");
    if (options.checksummed_metadata)
      hdf5::require(H5Pset_libver_bounds(access.id(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST),
                    "H5Pset_libver_bounds");
    hdf5::require(H5Pset_userblock(creation.id(), options.user_block), "H5Pset_userblock");
    impl->id = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, creation.id(), access.id());
    if (impl->id < 0) hdf5::fail("H5Fcreate");
  });
  impl->reserve();
  return Hdf5File(std::move(impl));
}

namespace {

void check_it_is_there(const base::Communicator& communicator, const std::filesystem::path& file) {
  base::agree_on_root(communicator, [&] {
    std::error_code code;
    if (!std::filesystem::exists(file, code)) throw base::Error("no file " + file.string());
    if (std::filesystem::is_directory(file, code))
      throw base::Error(file.string() + " is a folder, not a file");
  });
}

}  // namespace

Hdf5File Hdf5File::open(const base::Communicator& communicator, const std::filesystem::path& file) {
  check_it_is_there(communicator, file);
  auto impl = std::make_unique<Impl>(communicator, file, false);
  impl->together("not a readable HDF5 file", [&] {
    impl->id = H5Fopen(file.c_str(), H5F_ACC_RDONLY, file_access(communicator).id());
    if (impl->id < 0) hdf5::fail("H5Fopen");
  });
  return Hdf5File(std::move(impl));
}

Hdf5File Hdf5File::open_to_append(const base::Communicator& communicator, const std::filesystem::path& file) {
  check_it_is_there(communicator, file);
  auto impl = std::make_unique<Impl>(communicator, file, true);
  impl->together("not a writable HDF5 file", [&] {
    impl->id = H5Fopen(file.c_str(), H5F_ACC_RDWR, file_access(communicator).id());
    if (impl->id < 0) hdf5::fail("H5Fopen");
    impl->expected = std::filesystem::file_size(file);
  });
  impl->reserve();
  return Hdf5File(std::move(impl));
}

void Hdf5File::make_group(const std::string& path) {
  impl_->together(path, [&] {
    const hdf5::Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "H5Pcreate");
    hdf5::require(H5Pset_create_intermediate_group(links.id(), 1), "H5Pset_create_intermediate_group");
    hdf5::Handle group(H5Gcreate2(impl_->id, path.c_str(), links.id(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
                       "H5Gcreate");
    group.close();
  });
}

bool Hdf5File::has(const std::string& path) {
  bool found = true;
  impl_->together(path, [&] {
    // The library asks that every link on the way be looked at.
    for (std::size_t end = path.find('/', 1); found; end = path.find('/', end + 1)) {
      const std::string part = path.substr(0, end);
      if (part.empty() || part == "/") return;
      const htri_t exists = H5Lexists(impl_->id, part.c_str(), H5P_DEFAULT);
      hdf5::require(exists, "H5Lexists");
      found = exists > 0;
      if (end == std::string::npos) return;
    }
  });
  return found;
}

std::vector<std::string> Hdf5File::children(const std::string& path) {
  std::vector<std::string> names;
  impl_->together(path, [&] {
    hdf5::Handle group(H5Gopen2(impl_->id, path.c_str(), H5P_DEFAULT), H5Gclose, "H5Gopen");
    H5G_info_t info{};
    hdf5::require(H5Gget_info(group.id(), &info), "H5Gget_info");
    for (hsize_t i = 0; i < info.nlinks; ++i) {
      const auto name = [&](char* text, std::size_t size) {
        return H5Lget_name_by_idx(group.id(), ".", H5_INDEX_NAME, H5_ITER_INC, i, text, size, H5P_DEFAULT);
      };
      const ssize_t length = name(nullptr, 0);
      if (length < 0) hdf5::fail("H5Lget_name_by_idx");
      std::string text(static_cast<std::size_t>(length) + 1, '\0');
      if (name(text.data(), text.size()) < 0) hdf5::fail("H5Lget_name_by_idx");
      text.pop_back();
      names.push_back(std::move(text));
    }
    group.close();
  });
  return names;
}

void Hdf5File::close() {
  if (!impl_ || impl_->id < 0) return;
  if (!impl_->writing) {
    impl_->together("close", [&] {
      const hid_t id = std::exchange(impl_->id, -1);
      hdf5::require(H5Fclose(id), "H5Fclose");
    });
    return;
  }
  impl_->reserve();
  impl_->together("flush", [&] { hdf5::require(H5Fflush(impl_->id, H5F_SCOPE_GLOBAL), "H5Fflush"); });
  impl_->together("close", [&] {
    const hid_t id = std::exchange(impl_->id, -1);
    hdf5::require(H5Fclose(id), "H5Fclose");
  });
  impl_->together("", [&] {
    if (impl_->communicator.is_root()) release_reserve(impl_->file);
    sync_file(impl_->file);  // every rank: each node may hold dirty pages
  });
}

void Hdf5File::give_up() noexcept {
  if (impl_) impl_->failed = true;
  impl_.reset();
}

void write_whole(const base::Communicator& communicator, const std::filesystem::path& file,
                 const std::function<void(Hdf5File&)>& write) {
  std::filesystem::path temporary = file;
  temporary += ".new";
  Hdf5File out = Hdf5File::create(communicator, temporary);
  write(out);
  out.close();
  output_on_root(communicator, [&] { std::filesystem::rename(temporary, file); });
}

std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace sluice::run
