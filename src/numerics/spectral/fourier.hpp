// Distributed Fourier transforms behind one small interface; FFTW and MPI stay inside. Slabs today, room for
// pencils: callers only see two layouts.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"

namespace sluice::numerics {

enum class Planning { estimated, measured };

/// How what one rank has for another gets there: ranks of one node read it where it was packed, others (or
/// all, when asked) send messages. The bits are the same.
enum class Exchange { shared_memory, messages };

struct FourierSpec {
  int dimensions = 1;
  grid::Index3 points{1, 1, 1};           ///< Physical points along each axis.
  std::array<double, 3> length{1, 1, 1};  ///< Box length along each axis, for the wavenumbers.
  bool real = false;                      ///< Real field <-> half of the spectrum along the last axis.
  /// Real fields: only modes 0 to last_modes - 1 along the last axis are stored and worked on; the others are
  /// dropped by forward and taken as zero by inverse. 0: all of them.
  grid::Index last_modes = 0;
  Planning planning = Planning::measured;
  Exchange exchange = Exchange::shared_memory;
  std::string wisdom{};  ///< Plans of an earlier run (see `wisdom`): the same plans, the same bits.
};

/// Modes that are stored along an axis.
[[nodiscard]] grid::Index stored_modes(const FourierSpec& spec, std::size_t axis);

/// multiply(first, planes, modes): modes of `planes` planes (dimension 0 of the spectral layout) from this
/// rank's `first` on.
using ModeMultiplier = std::function<void(grid::Index first, grid::Index planes, grid::Complex* modes)>;

/// Discrete Fourier transform of a periodic box, out of place.
/// forward: F(k) = sum_x f(x) exp(-i k x), unnormalised; inverse includes no factor either:
/// inverse(forward(f)) = points * f. (The 1/points is for the caller to fold into a table.) Ranks beyond the
/// slab limit own nothing. Slab limits: physical layout splits axis 0, and on more than one rank the spectrum
/// of a box of 2 or 3 dimensions is split along axis 1, with axes 0 and 1 exchanged; 1-D complex has another
/// distribution of modes than of points (and all points on one rank when their number is prime); 1-D real on
/// more than one rank runs as a complex transform inside.
class FourierTransform {
 public:
  FourierTransform(const base::Communicator& communicator, const FourierSpec& spec);  ///< Collective: plans.
  ~FourierTransform();
  FourierTransform(FourierTransform&&) noexcept;
  FourierTransform& operator=(FourierTransform&&) noexcept;

  /// Of real or complex fields in space (padding for real).
  [[nodiscard]] const grid::LayoutPtr& physical() const;
  /// Of the modes in memory order: on more than one rank, in 2 and 3 dimensions, dimension 0 of this layout
  /// is axis 1 and dimension 1 is axis 0.
  [[nodiscard]] const grid::LayoutPtr& spectral() const;
  [[nodiscard]] int axis_of_dimension(int spectral_dimension) const;
  /// The two layouts alone, without planning (for estimates). Collective.
  struct Layouts {
    grid::LayoutPtr physical, spectral;
  };
  [[nodiscard]] static Layouts layouts(const base::Communicator& communicator, const FourierSpec& spec);

  void forward(grid::ComplexField& in, grid::ComplexField& out);  ///< Collective. `in` is kept.
  void inverse(grid::ComplexField& in, grid::ComplexField& out);  ///< Collective. `in` may be destroyed.
  void forward(grid::RealField& in, grid::ComplexField& out);     ///< Collective. `in` is kept.
  void inverse(grid::ComplexField& in, grid::RealField& out);     ///< Collective. `in` is destroyed.
  /// Complex, on one rank only (both layouts are one): in place, with less memory traffic.
  [[nodiscard]] bool in_place() const;
  void inverse(grid::ComplexField& field);

  /// Complex, in 2 and 3 dimensions on more than one rank: out = inverse(multiplied forward(in)) in one pass,
  /// in which the modes never leave the cache and go home where they came from. `in` may be `out`.
  /// Collective.
  [[nodiscard]] bool convolves() const;
  void convolve(grid::ComplexField& in, const ModeMultiplier& multiply, grid::ComplexField& out);

  /// Wavenumber of the local index along a *spectral dimension* (2 pi m / L, m signed; Nyquist negative).
  [[nodiscard]] const std::vector<double>& wavenumbers(int spectral_dimension) const;
  /// Integer mode numbers of the same.
  [[nodiscard]] const std::vector<int>& modes(int spectral_dimension) const;
  /// How often a stored mode (local indices) counts in a sum over all modes: 2 for the mirrored half of a
  /// real transform, else 1.
  [[nodiscard]] double multiplicity(grid::Index i, grid::Index j, grid::Index k) const;
  [[nodiscard]] grid::Index total_points() const;
  [[nodiscard]] const FourierSpec& spec() const;
  [[nodiscard]] const base::Communicator& communicator() const;

  /// The plans as text, the same on every rank; give it to a later transform to get the same plans. Measured
  /// plans are remade from their own gathered FFTW wisdom, so that first and resumed run have equal plans.
  [[nodiscard]] const std::string& wisdom() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

[[nodiscard]] std::string fftw_version();

}  // namespace sluice::numerics
