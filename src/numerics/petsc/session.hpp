// PETSc from its first use to the end of MPI, and its options. PETSc's own headers stay inside this room.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/parallel.hpp"

namespace sluice::numerics::petsc {

/// Starts PETSc at the first call; later calls do nothing. `PETSC_COMM_WORLD` becomes a duplicate of this
/// first communicator, so that one group of an ensemble never waits for another; objects live on the
/// communicators they are made with. Signal handlers are left alone, ~/.petscrc is not read. PETSc ends by
/// itself just before MPI does (an attribute of MPI_COMM_SELF), so every object of it must be gone by then.
/// Collective.
void start(const base::Communicator& communicator);
[[nodiscard]] bool running();
/// Ends PETSc now instead. Collective.
void finalize();

[[nodiscard]] std::string version();        ///< "3.18.5, real scalars, 32-bit indices". Needs no start.
[[nodiscard]] std::string configuration();  ///< The arguments that PETSc was configured with.

/// The case's options in PETSc's database ("-" in front may be left out), taken out again when this is
/// destroyed.
class Options {
 public:
  explicit Options(const std::map<std::string, std::string>& options);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  /// Options that PETSc has not asked for so far. Those of viewers are left out: they are read at the end of
  /// a solve.
  [[nodiscard]] std::vector<std::string> unused() const;
  /// InputError that lists the unused options. Call when everything is set up.
  void refuse_unused() const;

 private:
  std::vector<std::string> names_;
};

}  // namespace sluice::numerics::petsc
