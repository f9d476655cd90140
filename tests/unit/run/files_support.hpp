// What the tests of files share: a folder of their own, fields with known values, a limit on the size of
// files.
#pragma once
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/parallel.hpp"
#include "base/signals.hpp"
#include "grid/field.hpp"

namespace sluice::test {

/// A new folder, the same for all ranks, removed at the end. Collective.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const base::Communicator& communicator) : communicator_(communicator) {
    std::string name;
    if (communicator.is_root()) {
      name = (std::filesystem::temp_directory_path() / "sluice_test_XXXXXX").string();
      if (mkdtemp(name.data()) == nullptr) name.clear();
    }
    communicator.broadcast(name);
    path_ = name;
  }
  ~TemporaryFolder() {
    communicator_.barrier();
    std::error_code code;
    if (communicator_.is_root()) std::filesystem::remove_all(path_, code);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  base::Communicator communicator_;
  std::filesystem::path path_;
};

/// A value that tells the global index and the component.
inline double value_at(grid::Index i, grid::Index j, grid::Index k, int component = 0) {
  return std::sin(1.0 + static_cast<double>(i)) + 10.0 * static_cast<double>(j) +
         0.001 * static_cast<double>(k) + 0.3 * component;
}

/// Calls visit(value, i, j, k) with global indices for each owned cell.
template <class T, class Visit>
void for_each_owned(grid::Field<T>& field, Visit visit) {
  const grid::Layout& layout = field.layout();
  const auto view = field.view();
  for (grid::Index i = 0; i < layout.count()[0]; ++i)
    for (grid::Index j = 0; j < layout.count()[1]; ++j)
      for (grid::Index k = 0; k < layout.count()[2]; ++k)
        visit(view(i, j, k), layout.offset()[0] + i, layout.offset()[1] + j, layout.offset()[2] + k);
}

inline void fill(grid::RealField& field) {
  for (double& x : field.span()) x = -777;  // halo and padding, which no file may hold
  for_each_owned(field, [](double& x, auto i, auto j, auto k) { x = value_at(i, j, k); });
}
inline void fill(grid::ComplexField& field) {
  for (grid::Complex& x : field.span()) x = -777;
  for_each_owned(field, [](grid::Complex& x, auto i, auto j, auto k) {
    x = {value_at(i, j, k), value_at(i, j, k, 1)};
  });
}

/// Largest difference of the owned cells from what `fill` put there.
inline double error_of(grid::RealField& field) {
  double error = 0;
  for_each_owned(field, [&](double x, auto i, auto j, auto k) {
    error = std::fmax(error, std::abs(x - value_at(i, j, k)));
  });
  return field.layout().communicator().max(error);
}
inline double error_of(grid::ComplexField& field) {
  double error = 0;
  for_each_owned(field, [&](grid::Complex x, auto i, auto j, auto k) {
    error = std::fmax(error, std::abs(x - grid::Complex{value_at(i, j, k), value_at(i, j, k, 1)}));
  });
  return field.layout().communicator().max(error);
}

/// This process may not write files beyond so many bytes while the object lives: a disk that is full.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) {
    base::install_signal_handlers();  // the signal that goes with the limit must not end the process
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;

 private:
  rlimit before_{};
};

inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}
inline void put_content(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

}  // namespace sluice::test
