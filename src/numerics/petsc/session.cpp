#include "numerics/petsc/session.hpp"

#include <fmt/format.h>
#include <petscconfiginfo.h>

#include <algorithm>

#include "base/error.hpp"
#include "numerics/petsc/handles.hpp"

namespace sluice::numerics::petsc {
namespace {

struct Session {
  MPI_Comm world = MPI_COMM_NULL;
  bool ours = false;  ///< We have started PETSc and have to end it.
  std::string message;
  std::exception_ptr thrown;
};
Session session;

/// PETSc calls this once where an error arises and once for each function that it passes through.
PetscErrorCode record(MPI_Comm, int line, const char* function, const char*, PetscErrorCode code,
                      PetscErrorType type, const char* message, void*) {
  if (type == PETSC_ERROR_INITIAL || session.message.empty()) {
    const char* meaning = nullptr;
    static_cast<void>(PetscErrorMessage(code, &meaning, nullptr));
    session.message = fmt::format("{} (in {}, line {}): {}", meaning ? meaning : "error",
                                  function ? function : "?", line, message ? message : "");
    while (!session.message.empty() && (session.message.back() == '\n' || session.message.back() == ' '))
      session.message.pop_back();
  }
  return code;
}

int finalize_with_mpi(MPI_Comm, int, void*, void*) {
  finalize();
  return MPI_SUCCESS;
}

/// MPI deletes the attributes of MPI_COMM_SELF first of all in MPI_Finalize (MPI 3.1, section 8.7.1).
void end_before_mpi() {
  static int key = MPI_KEYVAL_INVALID;
  if (key != MPI_KEYVAL_INVALID) return;
  MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, finalize_with_mpi, &key, nullptr);
  MPI_Comm_set_attr(MPI_COMM_SELF, key, nullptr);
}

std::string with_dash(const std::string& name) { return name.starts_with('-') ? name : "-" + name; }

/// Viewers of objects are asked for at the end of a solve ("-log_view" when PETSc starts: too late for a
/// case).
bool read_late(const std::string& name) {
  return name.find("_view") != std::string::npos && !name.starts_with("-log_");
}

}  // namespace

void check(PetscErrorCode code) {
  if (code == 0) return;
  const std::string message = std::exchange(session.message, {});
  if (session.thrown) std::rethrow_exception(std::exchange(session.thrown, nullptr));
  throw base::Error(
      fmt::format("PETSc error {}: {}", static_cast<int>(code), message.empty() ? "no message" : message));
}

PetscErrorCode keep_exception() noexcept {
  session.thrown = std::current_exception();
  return PETSC_ERR_USER;
}

bool running() {
  PetscBool started = PETSC_FALSE, ended = PETSC_FALSE;
  PetscInitialized(&started);
  PetscFinalized(&ended);
  return started && !ended;
}

void start(const base::Communicator& communicator) {
  if (running()) return;
  MPI_Comm_dup(communicator.handle(), &session.world);
  PETSC_COMM_WORLD = session.world;
  char program[] = "sluice", signals[] = "-no_signal_handler", resource_file[] = "-skip_petscrc";
  char* arguments[] = {program, signals, resource_file, nullptr};
  int count = 3;
  char** values = arguments;
  if (PetscInitialize(&count, &values, nullptr, nullptr) != 0) throw base::Error("PETSc does not start");
  session.ours = true;
  check(PetscPushErrorHandler(record, nullptr));
  end_before_mpi();
}

void finalize() {
  if (!session.ours || !running()) return;
  session.ours = false;
  static_cast<void>(PetscPopErrorHandler());
  static_cast<void>(PetscFinalize());
  MPI_Comm_free(&session.world);
}

std::string version() {
  return fmt::format("{}.{}.{}, real scalars, {}-bit indices", PETSC_VERSION_MAJOR, PETSC_VERSION_MINOR,
                     PETSC_VERSION_SUBMINOR, 8 * sizeof(PetscInt));
}

std::string configuration() { return petscconfigureoptions; }

Options::Options(const std::map<std::string, std::string>& options) {
  for (const auto& [name, value] : options) {
    names_.push_back(with_dash(name));
    check(PetscOptionsSetValue(nullptr, names_.back().c_str(), value.empty() ? nullptr : value.c_str()));
  }
}

Options::~Options() {
  if (!running()) return;
  for (const auto& name : names_) static_cast<void>(PetscOptionsClearValue(nullptr, name.c_str()));
}

std::vector<std::string> Options::unused() const {
  PetscInt count = 0;
  char **left = nullptr, **values = nullptr;
  check(PetscOptionsLeftGet(nullptr, &count, &left, &values));
  std::vector<std::string> all(left, left + count), found;
  check(PetscOptionsLeftRestore(nullptr, &count, &left, &values));
  for (const auto& name : names_)  // PETSc leaves the dash out
    if (!read_late(name) && std::find(all.begin(), all.end(), name.substr(1)) != all.end())
      found.push_back(name.substr(1));
  return found;
}

void Options::refuse_unused() const {
  const auto names = unused();
  if (names.empty()) return;
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
  throw base::InputError(
      fmt::format("petsc: {}: PETSc did not ask for {} while it set up the solve: a misspelt name or prefix, "
                  "or an option of a method "
                  "that is not chosen. PETSc's manual pages list the options of each method",
                  list, names.size() == 1 ? "this option" : "these options"));
}

}  // namespace sluice::numerics::petsc
