#include "hooks/hooks.hpp"

#include "hooks/catalyst.hpp"

namespace sluice::hooks {

std::vector<run::HookEntry> all() {
  return {
      {"snapshot", "fields on disk: HDF5, one file a time, and a series for ParaView", make_snapshot},
      {"checkpoint", "everything that evolves on disk, to restart from", make_checkpoint},
      {"history", "scalars over time: history.csv and history.h5", make_history},
      {"finite_check", "ends the run at the first NaN or Inf and says where it is", make_finite_check},
      {"statistics", "mean, variance and PDF of a field over time", make_statistics},
      {"curves", "means over time of a solver's spectra, fluxes and profiles", make_curves},
      {"profile", "averages along one axis against time, in one file that grows (butterfly diagram)",
       make_profile},
      {"points", "a row for every vortex (or other thing that the solver finds) over time: CSV", make_points},
      {"map", "maps of the whole sphere for other programs: HDF5 or FITS", make_map},
      {"surrogate", "a learned model that corrects the solver's fields between steps", make_surrogate},
      {"subgrid_pairs", "resolved states and exact subgrid terms on a coarse grid, for learning closures",
       make_subgrid_pairs},
      {"structure_functions", "means of powers of a field's increments along an axis, over time",
       make_structure_functions},
      {"correlation", "how long a field stays correlated with the snapshots of a reference run",
       make_correlation},
      {"train", "trains a surrogate on the solver's own fields while it runs", make_train},
      {"sample", "keeps a reservoir of samples of the solver's outputs and writes it to HDF5, for training",
       make_sample},
      catalyst_entry(),
  };
}

}  // namespace sluice::hooks
