// A named quantity on a layout: contiguous memory owned by value, with halo where the layout has one.
#pragma once
#include <complex>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "grid/layout.hpp"

namespace sluice::grid {

using Complex = std::complex<double>;

struct FieldInfo {
  std::string name;       ///< Short, as in files: "u".
  std::string unit;       ///< "K"; "1" if dimensionless.
  std::string long_name;  ///< "temperature".
};

/// Multi-dimensional access to owned cells and, by negative or beyond-the-end indices, ghosts. g++ 12 has no
/// mdspan.
template <class T>
class View {
 public:
  View(T* data, const Layout& layout)
      : origin_(data + layout.position(0, 0, 0)),
        stride0_(layout.allocated()[1] * layout.allocated()[2]),
        stride1_(layout.allocated()[2]) {}
  T& operator()(Index i, Index j = 0, Index k = 0) const { return origin_[i * stride0_ + j * stride1_ + k]; }
  /// First owned element of row (i, j), contiguous along the third index.
  T* row(Index i, Index j = 0) const { return origin_ + i * stride0_ + j * stride1_; }
  [[nodiscard]] Index stride(int d) const { return d == 0 ? stride0_ : d == 1 ? stride1_ : 1; }

 private:
  T* origin_;
  Index stride0_, stride1_;
};

/// The one place where field memory is allocated: 64-byte aligned, zeroed (a device can come in here).
[[nodiscard]] void* allocate_field_memory(std::size_t bytes);
void free_field_memory(void* memory) noexcept;

/// Type-erased read access for hooks: shape, place and doubles (a complex field has two components,
/// interleaved).
struct FieldView {
  FieldInfo info;
  LayoutPtr layout;
  const double* data = nullptr;  ///< Allocated memory of the field (halo and padding included).
  int components = 1;
};

/// T is double or Complex.
template <class T>
class Field {
 public:
  Field() = default;
  Field(FieldInfo info, LayoutPtr layout)
      : info_(std::move(info)),
        layout_(std::move(layout)),
        data_(static_cast<T*>(
            allocate_field_memory(sizeof(T) * static_cast<std::size_t>(layout_->allocated_size())))) {}

  [[nodiscard]] const FieldInfo& info() const { return info_; }
  [[nodiscard]] const Layout& layout() const { return *layout_; }
  [[nodiscard]] const LayoutPtr& layout_pointer() const { return layout_; }
  [[nodiscard]] T* data() { return data_.get(); }
  [[nodiscard]] const T* data() const { return data_.get(); }
  [[nodiscard]] std::span<T> span() {
    return {data_.get(), static_cast<std::size_t>(layout_->allocated_size())};
  }
  [[nodiscard]] std::span<const T> span() const {
    return {data_.get(), static_cast<std::size_t>(layout_->allocated_size())};
  }
  [[nodiscard]] View<T> view() { return View<T>(data_.get(), *layout_); }
  [[nodiscard]] View<const T> view() const { return View<const T>(data_.get(), *layout_); }
  [[nodiscard]] FieldView erased() const {
    return {info_, layout_, reinterpret_cast<const double*>(data_.get()), std::is_same_v<T, Complex> ? 2 : 1};
  }

 private:
  struct Free {
    void operator()(T* memory) const noexcept { free_field_memory(memory); }
  };
  FieldInfo info_;
  LayoutPtr layout_;
  std::unique_ptr<T[], Free> data_;
};

using RealField = Field<double>;
using ComplexField = Field<Complex>;

/// Ghost exchange of one layout, of any halo width (a halo may reach over several neighbours, or wrap). Plans
/// and buffers are made once. Ghosts beyond a bounded side are left as they are. Corners are filled.
class HaloExchange {
 public:
  explicit HaloExchange(LayoutPtr layout, int components = 1);
  ~HaloExchange();
  HaloExchange(HaloExchange&&) noexcept;
  HaloExchange& operator=(HaloExchange&&) noexcept;
  void operator()(RealField& field);     ///< Collective over the layout's communicator.
  void operator()(ComplexField& field);  ///< Collective; needs components = 2.

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

/// field += change over owned cells; the halos may differ. AgreedError unless both own the same cells and
/// have the same number of components.
void add(const FieldView& change, RealField& field);
void add(const FieldView& change, ComplexField& field);

// Reductions over owned cells, deterministic (layout of ranks fixed); a NaN anywhere gives NaN. Collective.
/// Largest absolute value; of a complex field (two components) the largest modulus.
[[nodiscard]] double maximum_absolute(const FieldView& field);
[[nodiscard]] double minimum(const FieldView& field, int component = 0);
[[nodiscard]] double maximum(const FieldView& field, int component = 0);
[[nodiscard]] double sum(const FieldView& field, int component = 0);
[[nodiscard]] double norm2(const FieldView& field);  ///< sqrt of the sum of squares (of all components).

}  // namespace sluice::grid
