// Private to this room: PETSc's objects as move-only handles, its return codes as exceptions.
#pragma once
#include <petscdm.h>
#include <petscts.h>

#include <exception>
#include <utility>

namespace sluice::numerics::petsc {

/// Throws what a callback has thrown, or base::Error with PETSc's message, if `code` is an error.
void check(PetscErrorCode code);
/// Keeps the exception in flight for `check`; the code that a callback then returns to PETSc.
[[nodiscard]] PetscErrorCode keep_exception() noexcept;

/// Runs the body of a callback; no exception may pass through PETSc, which is C.
template <class Work>
[[nodiscard]] PetscErrorCode guarded(Work&& work) noexcept {
  try {
    work();
    return 0;
  } catch (...) {
    return keep_exception();
  }
}

template <class T, PetscErrorCode (*destroy)(T*)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(T object) : object_(object) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      object_ = std::exchange(other.object_, nullptr);
    }
    return *this;
  }
  [[nodiscard]] T get() const { return object_; }
  operator T() const { return object_; }
  /// Where a PETSc function puts a new object.
  [[nodiscard]] T* out() {
    reset();
    return &object_;
  }

 private:
  void reset() noexcept {
    if (object_) static_cast<void>(destroy(&object_));
  }
  T object_ = nullptr;
};

using MatHandle = Handle<Mat, MatDestroy>;
using VecHandle = Handle<Vec, VecDestroy>;
using PcHandle = Handle<PC, PCDestroy>;
using KspHandle = Handle<KSP, KSPDestroy>;
using SnesHandle = Handle<SNES, SNESDestroy>;
using TsHandle = Handle<TS, TSDestroy>;
using DmHandle = Handle<DM, DMDestroy>;
using NullSpaceHandle = Handle<MatNullSpace, MatNullSpaceDestroy>;

}  // namespace sluice::numerics::petsc
