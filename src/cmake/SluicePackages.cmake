# Every foreign library, found once. Debian and Spack both provide these.
find_package(MPI REQUIRED COMPONENTS C CXX)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(MUPARSER REQUIRED IMPORTED_TARGET muparser)
find_path(RANDOM123_INCLUDE Random123/philox.h REQUIRED)

pkg_check_modules(FFTW REQUIRED IMPORTED_TARGET fftw3)
find_library(FFTW_MPI_LIBRARY fftw3_mpi HINTS ${FFTW_LIBRARY_DIRS} REQUIRED)

find_package(LAPACK REQUIRED)
pkg_check_modules(CFITSIO REQUIRED IMPORTED_TARGET cfitsio)

set(HDF5_PREFER_PARALLEL TRUE)
find_package(HDF5 REQUIRED COMPONENTS C HL)
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "Sluice needs a parallel HDF5 (Debian: libhdf5-openmpi-dev; Spack: hdf5+mpi)")
endif()

# Debian keeps each PETSc variant's pkg-config file in a folder of its own.
file(GLOB SLUICE_PETSC_PKGCONFIG /usr/lib/petscdir/petsc*/*-real/lib/pkgconfig)
foreach(folder ${SLUICE_PETSC_PKGCONFIG})
  set(ENV{PKG_CONFIG_PATH} "${folder}:$ENV{PKG_CONFIG_PATH}")
endforeach()
pkg_check_modules(PETSC REQUIRED IMPORTED_TARGET PETSc)
