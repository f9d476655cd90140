// From blocks to file order: before a write, the ranks whose blocks interleave in the file exchange pieces so
// that each holds one contiguous range of it. No foreign library but MPI.
#pragma once
#include <cstddef>
#include <functional>
#include <vector>

#include "grid/field.hpp"

namespace sluice::run {

/// What of a field goes to the file.
struct FieldPart {
  const grid::FieldView* field = nullptr;
  int component = -1;   ///< < 0: all of them, interleaved.
  bool single = false;  ///< As float32.
  [[nodiscard]] int components() const { return component < 0 ? field->components : 1; }
  [[nodiscard]] std::size_t value_bytes() const { return single ? 4 : 8; }
};

/// Planes [first, first + count) of dimension 0, complete in the other dimensions, in file order.
struct Slab {
  grid::Index first = 0, count = 0;
  const void* data = nullptr;
};

/// Copies owned planes [begin, end) (local numbers) of the part, without halo and padding, to `out`.
void pack_planes(const FieldPart& part, grid::Index begin, grid::Index end, void* out);

/// True if the owned part lies in memory as it does in the file on every rank: it can be written from where
/// it is.
[[nodiscard]] bool is_in_file_order(const FieldPart& part);

inline constexpr grid::Index usual_slab_bytes = 4 * 1024 * 1024;

/// Calls `write` with one slab after the other (its count may be 0), equally often on every rank. Slabs are
/// of about `slab_bytes`, at least one plane. Collective.
void for_each_slab(const FieldPart& part, const std::function<void(const Slab&)>& write,
                   grid::Index slab_bytes = usual_slab_bytes);

}  // namespace sluice::run
