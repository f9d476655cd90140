// Shell-averaged spectra: every mode counted once, the mirrored half of a real transform included.
#pragma once
#include <vector>

#include "numerics/spectral/fourier.hpp"

namespace sluice::numerics {

/// Power in shells of width `width` around wavenumbers n * width, n = 0, 1, ...
struct Spectrum {
  double width = 1;  ///< 2 pi / (longest box length).
  std::vector<double>
      power;  ///< Sum of |F|^2 / points^2 over the shell's modes: all shells add up to mean(|f|^2).
  std::vector<double> modes;  ///< How many modes lie in the shell (all: the number of points).
};

/// Spectrum of the unnormalised modes of a forward transform. The same on every rank. Collective.
[[nodiscard]] Spectrum shell_spectrum(const FourierTransform& transform, const grid::ComplexField& modes);

}  // namespace sluice::numerics
